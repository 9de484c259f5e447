"""From which side to grip a thing so that the open fingers touch nothing else. Metres and radians in the base frame."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

ENOUGH = 0.006  # m between a finger and the nearest other thing


def best_grasp_yaw(
    shape: str, x: float, y: float, yaw: float, others: Sequence[tuple[float, float, float]]
) -> tuple[float, float]:
    """Heading of the gripper [rad] in (-pi/2, pi/2] for this thing, and its fingers' distance to the nearest other [m].

    Heading 0 is that at home: fingers apart along y. A cube is gripped across two of its sides, round things anywhere.
    Among the headings with clearance the one nearest to home wins, so that the wrist turns little.
    """
    if shape == "cube":
        quarter = (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
        turns = [quarter, quarter - math.copysign(math.pi / 2, quarter)]
    else:
        turns = [sign * angle for angle in np.arange(0.0, math.pi / 2 + 0.01, math.pi / 12) for sign in (1.0, -1.0)]
    scored = [(turn, _finger_clearance(x, y, turn, others)) for turn in turns]
    good = [pair for pair in scored if pair[1] >= ENOUGH]
    return good[0] if good else max(scored, key=lambda pair: pair[1])


def _finger_clearance(x: float, y: float, turn: float, others: Sequence[tuple[float, float, float]]) -> float:
    """Distance of both open fingers' footprints (12 x 20 mm) to the nearest outline [m]; at most 0.2."""
    least = 0.2
    for ox, oy, radius in others:
        along = -(ox - x) * math.sin(turn) + (oy - y) * math.cos(turn)
        across = (ox - x) * math.cos(turn) + (oy - y) * math.sin(turn)
        gap_along = max(abs(abs(along) - 0.048) - 0.008, 0.0)
        gap_across = max(abs(across) - 0.010, 0.0)
        least = min(least, math.hypot(gap_along, gap_across) - radius)
    return least
