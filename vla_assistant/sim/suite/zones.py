"""Places on the table: discs and boxes, and the gaps between them. Metres in the base frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vla_assistant.sim import drawer_model, things
from vla_assistant.sim.placing import FINGER_OUTSIDE, LANE_HALF_WIDTH
from vla_assistant.sim.regions import push_goal
from vla_assistant.sim.scene import Drawer
from vla_assistant.sim.scene_model import MARK, MARK_HALF

PUSH_STARTS = {"left": (-0.11, 0.11), "right": (-0.11, 0.11), "forward": (0.45, 0.56), "back": (0.42, 0.55)}
"""Where on its axis a thing may stand that is to be pushed there [m]."""
"""Where on its axis a thing may stand that is to be pushed there [m]."""


@dataclass(frozen=True)
class Disc:
    """A round place."""

    x: float
    y: float
    radius: float

    def gap(self, other: Disc) -> float:
        """Distance of the outlines; negative when they overlap."""
        return math.hypot(self.x - other.x, self.y - other.y) - self.radius - other.radius


@dataclass(frozen=True)
class Box:
    """A place with sides along x and y."""

    x: tuple[float, float]
    y: tuple[float, float]

    def gap(self, disc: Disc) -> float:
        """Distance of the outlines; negative when they overlap."""
        away_x = max(self.x[0] - disc.x, disc.x - self.x[1], 0.0)
        away_y = max(self.y[0] - disc.y, disc.y - self.y[1], 0.0)
        return math.hypot(away_x, away_y) - disc.radius

    def meets(self, other: Box) -> bool:
        """Whether they overlap."""
        apart_x = self.x[1] < other.x[0] or other.x[1] < self.x[0]
        apart_y = self.y[1] < other.y[0] or other.y[1] < self.y[0]
        return not (apart_x or apart_y)


def along_x(direction: str) -> bool:
    """Whether a push in this direction goes away from or towards the user.

    Raises:
        InputError: There is no such direction.
    """
    return push_goal(direction).axis == 0


def lane(disc: Disc, direction: str) -> Box:
    """What a thing and the hand around it sweep on their way."""
    half = max(LANE_HALF_WIDTH, disc.radius + 0.012)
    goal, reach = push_goal(direction), max(FINGER_OUTSIDE, disc.radius)
    start = disc.x if along_x(direction) else disc.y
    behind, ahead = start - goal.sign * (FINGER_OUTSIDE + 0.01), goal.end + goal.sign * (reach + 0.025)
    low, high = sorted((behind, ahead))
    across = disc.y if along_x(direction) else disc.x
    side = (across - half, across + half)
    return Box((low, high), side) if along_x(direction) else Box(side, (low, high))


def drawer_box(drawer: Drawer, moves: bool) -> Box:
    """What the cabinet takes; when the drawer moves, also where it slides and where the hand pulls."""
    front = drawer_model.TAB_MIDDLE + drawer_model.TAB_HALF_X
    out = drawer_model.TRAVEL + 0.025 if moves else drawer_model.TRAVEL * drawer.opening
    return Box(
        (drawer.x - drawer_model.HALF_X, drawer.x + front + out),
        (drawer.y - drawer_model.HALF_Y, drawer.y + drawer_model.HALF_Y),
    )


def mark_box() -> Box:
    """The marked place before the user, with room for the hand beside what is laid there."""
    widest = things.SHAPES["marker"].radius
    return Box((MARK[0] - MARK_HALF[0], 1.0), (MARK[1] - MARK_HALF[1] - widest, MARK[1] + MARK_HALF[1] + widest))
