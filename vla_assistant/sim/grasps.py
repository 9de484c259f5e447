"""From which side to grip a thing so that the open hand touches nothing else. Metres and radians in the base frame."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import things

ENOUGH = 0.006  # m between a finger and the nearest other thing
FAR = 0.2  # m: distances above do not matter
HAND_ABOVE_TOOL = 0.046  # m from the tool up to the underside of the hand, with a little to spare
_HAND_HALF = (0.100, 0.026)  # m: of the hand's underside along the fingers' line and across it
_FINGER_HALF = (0.008, 0.010)  # m: of one finger's footprint
_TURNS = (-1.30, 2.00)  # rad from home: what the wrist reaches everywhere on the table, more than half a turn

Circle = tuple[float, float, float]


def best_grasp_yaw(
    shape: str,
    x: float,
    y: float,
    yaw: float,
    others: Sequence[Circle],
    tall: Sequence[Circle] = (),
    present: float = 0.0,
    opening: float = 1.0,
) -> tuple[float, float]:
    """Heading of the gripper [rad] for this thing, and the hand's distance to the nearest other [m], at most 0.2.

    Heading 0 is that at home: fingers apart along y. Among the headings with clearance the one nearest to `present`
    wins for things with sides, so that a hand on its way never changes its mind; round things are gripped as near to
    home as possible.

    Args:
        shape: Of the thing.
        x: Its place [m].
        y: Its place [m].
        yaw: Its heading [rad]; of a long thing that of its long side.
        others: Outlines of what the fingers may touch, as circles x, y, radius [m].
        tall: Outlines of what reaches up to the hand's underside.
        present: Heading of the hand now [rad].
        opening: Of the gripper on its way down, 0-1.
    """
    turns = _turns(shape, yaw, present)
    room = _room(_seen_from(x, y, turns, others), 0.040 * opening + 0.008, _FINGER_HALF)
    room = np.minimum(room, _room(_seen_from(x, y, turns, tall), 0.0, _HAND_HALF))
    good = np.flatnonzero(room >= ENOUGH)
    best = int(good[0]) if len(good) else int(np.argmax(room))
    return float(turns[best]), float(room[best])


def _turns(shape: str, yaw: float, present: float) -> NDArray[np.float64]:
    """Headings that grip this shape (k,), the preferred first."""
    kind = things.ALL_SHAPES.get(shape)
    if shape != "cube" and not (kind is not None and kind.long):
        steps = np.arange(0.0, math.pi / 2 + 0.01, math.pi / 12)
        return np.array([sign * angle for angle in steps for sign in (1.0, -1.0)])
    return like_turns(yaw, math.pi / 2 if shape == "cube" else math.pi, present)


def like_turns(heading: float, period: float, present: float) -> NDArray[np.float64]:
    """The headings within the wrist's reach that differ from this one by whole periods, nearest to `present` first."""
    turns = heading + period * np.arange(-8, 9)
    turns = turns[(turns >= _TURNS[0]) & (turns <= _TURNS[1])]
    return np.asarray(turns[np.argsort(np.abs(turns - present), kind="stable")])


def _seen_from(x: float, y: float, turns: NDArray[np.float64], others: Sequence[Circle]) -> NDArray[np.float64]:
    """Along the fingers' line, across it, and radius of each outline under each heading (3, k, m)."""
    circles = np.asarray(others, dtype=np.float64).reshape(-1, 3)
    ahead, aside = circles[:, 0] - x, circles[:, 1] - y
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    along, across = aside * cos - ahead * sin, ahead * cos + aside * sin
    return np.stack([along, across, np.broadcast_to(circles[:, 2], along.shape)])


def _room(seen: NDArray[np.float64], apart: float, half: tuple[float, float]) -> NDArray[np.float64]:
    """Distance of two footprints, `apart` from the middle on either side, to the nearest outline (k,) [m]."""
    gap_along = np.maximum(np.abs(np.abs(seen[0]) - apart) - half[0], 0.0)
    gap_across = np.maximum(np.abs(seen[1]) - half[1], 0.0)
    return np.asarray((np.hypot(gap_along, gap_across) - seen[2]).min(axis=1, initial=FAR))
