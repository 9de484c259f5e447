"""Patterns that the table top may have: built by MuJoCo, one material each, so that a scene only chooses.

`TRAINED` may appear in recordings; `UNSEEN` never do and belong to the split `texture` of the suite.
"""

from __future__ import annotations

_TEXTURES = {
    "speckled": 'builtin="flat" mark="random" random="0.06" rgb1="0.66 0.63 0.59" markrgb="0.35 0.33 0.31"',
    "fine_checks": 'builtin="checker" rgb1="0.66 0.63 0.59" rgb2="0.56 0.53 0.49"',
    "tiles": 'builtin="flat" mark="edge" rgb1="0.64 0.61 0.57" markrgb="0.42 0.40 0.38"',
    "faded": 'builtin="gradient" rgb1="0.72 0.69 0.64" rgb2="0.46 0.44 0.42"',
    "planks": 'builtin="flat" mark="edge" rgb1="0.62 0.50 0.38" markrgb="0.40 0.30 0.22"',
    "coarse_checks": 'builtin="checker" rgb1="0.72 0.69 0.66" rgb2="0.48 0.47 0.46"',
    "crosses": 'builtin="flat" mark="cross" rgb1="0.64 0.62 0.58" markrgb="0.33 0.36 0.42"',
    "peppered": 'builtin="flat" mark="random" random="0.20" rgb1="0.58 0.60 0.60" markrgb="0.80 0.80 0.78"',
    "slate": 'builtin="gradient" rgb1="0.40 0.44 0.48" rgb2="0.62 0.64 0.66"',
}
_REPEATS = {"speckled": (2, 2), "fine_checks": (8, 7), "tiles": (4, 3), "planks": (1, 9), "coarse_checks": (3, 2)}
_REPEATS |= {"crosses": (9, 7), "peppered": (3, 3)}

TRAINED = ("speckled", "fine_checks", "tiles", "faded", "planks")
UNSEEN = ("coarse_checks", "crosses", "peppered", "slate")
PATTERNS = TRAINED + UNSEEN


def material(pattern: str) -> str:
    """Name of the material with this pattern; "" is the plain table top."""
    return f"top_{pattern}" if pattern else "table"


def assets() -> str:
    """MJCF textures and materials of all patterns."""
    lines = []
    for name, texture in _TEXTURES.items():
        across, along = _REPEATS.get(name, (1, 1))
        lines.append(f'<texture name="{name}" type="2d" {texture} width="128" height="128"/>')
        lines.append(
            f'<material name="{material(name)}" texture="{name}" texrepeat="{across} {along}" '
            'specular="0.05" shininess="0.1"/>'
        )
    return "".join(lines)
