"""How scenes look: training's wide changes of camera, light and table, and the narrower ones of single splits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import table_tops
from vla_assistant.sim.kinematics import rotation_matrix
from vla_assistant.sim.scene import Look, Scene
from vla_assistant.sim.scene_model import FRONT_CAMERA_FOVY, FRONT_CAMERA_LOOKS_AT, FRONT_CAMERA_POS

CAMERA_SHIFT, CAMERA_TURN = 0.05, math.radians(5.0)  # m along and rad about each axis, in the split `camera`
BRIGHTNESS = (0.6, 1.4)  # in the split `light`
LAMP_TURN = (0.8, 0.35)  # rad about the vertical and tilted, in the split `light`
TRAINED_SHIFT, TRAINED_TURN = 0.04, math.radians(4.0)
TRAINED_BRIGHTNESS = (0.65, 1.4)
TRAINED_LAMP_TURN = (0.6, 0.3)
EDGE = 0.03
"""Share of the front picture along each edge where no thing may be."""
PATTERNED = 0.4
"""Share of the training's changed looks with a pattern on the table."""


def trained(rng: np.random.Generator) -> Look:
    """One of training's: everything changes at once."""
    tint = rng.uniform(0.75, 1.2) * rng.uniform(0.92, 1.08, 3)
    return Look(
        camera_shift=_three(rng, TRAINED_SHIFT),
        camera_turn=_three(rng, TRAINED_TURN),
        lamp=float(rng.uniform(*TRAINED_BRIGHTNESS)),
        lamp_turn=_lamp_turn(rng, TRAINED_LAMP_TURN),
        table=(float(tint[0]), float(tint[1]), float(tint[2])),
        table_top=_one_of(rng, table_tops.TRAINED) if rng.random() < PATTERNED else "",
    )


def camera(rng: np.random.Generator) -> Look:
    """Only the front camera stands elsewhere."""
    return Look(camera_shift=_three(rng, CAMERA_SHIFT), camera_turn=_three(rng, CAMERA_TURN))


def light(rng: np.random.Generator) -> Look:
    """Only the light is another one."""
    return Look(lamp=float(rng.uniform(*BRIGHTNESS)), lamp_turn=_lamp_turn(rng, LAMP_TURN))


def texture(rng: np.random.Generator) -> Look:
    """Only the table top is another one, with a pattern that training never shows."""
    return Look(table_top=_one_of(rng, table_tops.UNSEEN))


def plain(rng: np.random.Generator) -> Look:
    """The world as shipped."""
    return Look()


def shows_all(look: Look, scene: Scene) -> bool:
    """Whether the middle of each thing, and of the cabinet, is in the front picture and not at its very edge."""
    points = [(thing.x, thing.y, 0.02) for thing in scene.things]
    if scene.drawer is not None:
        points.append((scene.drawer.x, scene.drawer.y, 0.03))
    if not points:
        return True
    position, axes = _camera(look)
    seen = (np.array(points) - position) @ axes
    reach = np.abs(seen[:, :2]) / (-seen[:, 2:] * math.tan(math.radians(FRONT_CAMERA_FOVY / 2)))
    return bool((reach < 1.0 - 2 * EDGE).all())


def _camera(look: Look) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position (3,) [m] of the front camera, and its axes right, up and backwards as columns (3, 3)."""
    right = np.array([0.0, 1.0, 0.0])
    back = np.subtract(FRONT_CAMERA_POS, FRONT_CAMERA_LOOKS_AT)
    back /= np.linalg.norm(back)
    axes = np.stack([right, np.cross(back, right), back], axis=1)
    return np.add(FRONT_CAMERA_POS, look.camera_shift), axes @ rotation_matrix(np.array(look.camera_turn))


def _three(rng: np.random.Generator, most: float) -> tuple[float, float, float]:
    values = rng.uniform(-most, most, 3)
    return float(values[0]), float(values[1]), float(values[2])


def _lamp_turn(rng: np.random.Generator, most: tuple[float, float]) -> tuple[float, float]:
    return float(rng.uniform(-most[0], most[0])), float(rng.uniform(-most[1], most[1]))


def _one_of(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]
