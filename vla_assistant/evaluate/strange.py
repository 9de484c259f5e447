"""Pictures that are not of the table, made from nothing: what the out-of-domain signal must tell from home.

No photographs: rooms are walls, floors, furniture and lamps of random shapes and colours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vla_assistant.types import ImageArray

SIZE = 384
"""Edge of a picture [pixels]."""


def strange_picture(kind: str, rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """One picture of a kind of `KINDS`.

    Args:
        kind: Of KINDS.
        rng: For all that is random.
        table: A picture of the table (h, w, 3), for the kinds that are a view of it gone wrong.
    """
    return _MAKERS[kind](rng, table)


def _flat(grey: int) -> ImageArray:
    return np.full((SIZE, SIZE, 3), grey, np.uint8)


def _black(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """The lid is on: a little sensor noise."""
    return np.asarray(rng.integers(0, 6, (SIZE, SIZE, 3)), np.uint8)


def _noise(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    return np.asarray(rng.integers(0, 256, (SIZE, SIZE, 3)), np.uint8)


def _gradient(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """One colour turning into another in any direction."""
    one, other = rng.uniform(0, 255, (2, 3))
    angle = rng.uniform(0, 2 * np.pi)
    grid = np.linspace(-0.5, 0.5, SIZE)
    share = (grid[None, :] * np.cos(angle) + grid[:, None] * np.sin(angle) + 0.75) / 1.5
    return np.asarray(one + (other - one) * share.clip(0, 1)[..., None], np.uint8)


def _shapes(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """Many coloured shapes on each other."""
    import cv2

    picture = _gradient(rng, table)
    for _ in range(int(rng.integers(15, 60))):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        centre = rng.integers(0, SIZE, 2)
        corners = centre + rng.integers(-90, 90, (int(rng.integers(3, 7)), 2))
        cv2.fillConvexPoly(picture, cv2.convexHull(corners.astype(np.int32)), colour)
    return _photographed(rng, picture)


def _room(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """A wall, a floor, a window, furniture with shadows, a lamp."""
    import cv2

    picture = _flat(0)
    horizon = int(rng.integers(SIZE // 3, 3 * SIZE // 4))
    picture[:horizon] = rng.uniform(120, 250) * rng.uniform(0.8, 1.0, 3)
    picture[horizon:] = rng.uniform(50, 190) * rng.uniform(0.6, 1.0, 3)
    _box(picture, rng, (horizon - 200, horizon - 60), (40, 130), 235)  # a window
    for _ in range(int(rng.integers(4, 10))):
        _box(picture, rng, (horizon - 60, SIZE), (30, 170), rng.uniform(30, 220))
    centre = (int(rng.integers(0, SIZE)), int(rng.integers(0, horizon)))
    cv2.circle(picture, centre, int(rng.integers(8, 40)), (255, 245, 215), -1)
    return _photographed(rng, picture)


def _box(
    picture: ImageArray, rng: np.random.Generator, rows: tuple[int, int], edges: tuple[int, int], bright: float
) -> None:
    """A piece of furniture: front, lit top, shadow."""
    import cv2

    left, top = int(rng.integers(-40, SIZE)), int(rng.integers(min(rows), max(rows)))
    right, bottom = left + int(rng.integers(*edges)), top + int(rng.integers(*edges))
    colour = bright * rng.uniform(0.5, 1.0, 3)
    cv2.rectangle(picture, (left + 6, bottom), (right + 14, bottom + 8), tuple((colour * 0.3).tolist()), -1)
    cv2.rectangle(picture, (left, top), (right, bottom), tuple(colour.tolist()), -1)
    cv2.rectangle(picture, (left, top), (right, top + 8), tuple((colour * 1.2).clip(0, 255).tolist()), -1)


def _photographed(rng: np.random.Generator, picture: ImageArray) -> ImageArray:
    """Soft edges, uneven light, grain."""
    import cv2

    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.6, 3.0))).astype(float)
    light = 1.0 + 0.3 * (np.linspace(-1, 1, SIZE) * rng.choice((-1, 1)))
    grain = rng.normal(0.0, rng.uniform(1.0, 6.0), picture.shape)
    return np.asarray((soft * light[None, :, None] + grain).clip(0, 255), np.uint8)


def _covered(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """A hand before the lens: nearly one colour, blurred."""
    import cv2

    skin = np.array([205.0, 150.0, 125.0]) * rng.uniform(0.4, 1.0)
    spots = cv2.GaussianBlur(rng.normal(0, 200.0, (SIZE, SIZE)), (0, 0), 40.0)
    return np.asarray((skin + spots[..., None]).clip(0, 255), np.uint8)


def _upside_down(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    return np.ascontiguousarray(table[::-1, ::-1])


def _quarter_turn(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    return np.ascontiguousarray(np.rot90(table, int(rng.choice((1, 3)))))


def _zoomed(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    """A quarter of the view fills the picture: the camera stands much too near."""
    top, left = (int(rng.integers(0, edge // 2)) for edge in table.shape[:2])
    part = table[top : top + table.shape[0] // 2, left : left + table.shape[1] // 2]
    return np.ascontiguousarray(part.repeat(2, axis=0).repeat(2, axis=1))


def _mirrored(rng: np.random.Generator, table: ImageArray) -> ImageArray:
    return np.ascontiguousarray(table[:, ::-1])


_MAKERS: dict[str, Callable[[np.random.Generator, ImageArray], ImageArray]] = {
    "black": _black,
    "noise": _noise,
    "gradient": _gradient,
    "shapes": _shapes,
    "room": _room,
    "covered": _covered,
    "upside_down": _upside_down,
    "quarter_turn": _quarter_turn,
    "zoomed": _zoomed,
    "mirrored": _mirrored,
}
KINDS = tuple(_MAKERS)
"""Names of all kinds. `mirrored` shows what this cannot tell: the table is nearly its own mirror image."""
