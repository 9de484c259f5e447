"""Where things are pushed to: how far the expert goes, and from where on it counts. Metres in the base frame.

x points towards the user and +y to the user's right, so "forward" (away from the user) is -x.
"""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.errors import InputError
from vla_assistant.sim.scene_model import THIRD_Y


@dataclass(frozen=True)
class PushGoal:
    """One direction of pushing.

    Attributes:
        axis: 0 for x, 1 for y.
        sign: -1 or +1, the direction along that axis.
        end: Coordinate at which the expert stops [m], well inside the region.
        border: Coordinate from which on the thing is where it was to go [m].
    """

    axis: int
    sign: float
    end: float
    border: float


PUSH_GOALS = {
    "left": PushGoal(1, -1.0, -0.170, -THIRD_Y),
    "right": PushGoal(1, 1.0, 0.170, THIRD_Y),
    "forward": PushGoal(0, -1.0, 0.395, 0.420),
    "back": PushGoal(0, 1.0, 0.605, 0.580),
}


def push_goal(direction: str) -> PushGoal:
    """The goal of pushing in this direction of `types.DIRECTIONS`.

    Raises:
        InputError: There is no such direction.
    """
    if direction not in PUSH_GOALS:
        raise InputError(f"Things can be pushed {', '.join(PUSH_GOALS)}, not {direction!r}.")
    return PUSH_GOALS[direction]


def where_pushed(x: float, y: float, direction: str) -> bool:
    """Whether a thing at (x, y) [m] is where pushing in this direction takes it."""
    goal = push_goal(direction)
    return goal.sign * ((x, y)[goal.axis] - goal.border) > 0.0
