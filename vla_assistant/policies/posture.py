"""What the arm's own state tells: whether it holds something, stands at home, hovers, and may begin a step."""

from __future__ import annotations

from collections import deque

import numpy as np

from vla_assistant.sim.arm_model import HOME_JOINTS
from vla_assistant.types import PoseArray, RobotState

HOVER_S, HOVER_M = 1.0, 0.015
"""A hand that stays within so many metres for that many seconds hovers."""
GRIPPER_EMPTY = 0.05
"""Fingers that are closed further than this hold nothing; the thinnest thing is 16 mm wide, a fifth of the opening."""
AT_HOME_RAD = 0.1
"""A joint further than this from home may hold the hand over the table."""


def holding(state: RobotState) -> bool:
    """Closed on something: fingers that were told to close and did not meet."""
    return state.gripper_command < 0.5 and state.gripper > GRIPPER_EMPTY


def is_home(state: RobotState) -> bool:
    """Whether the arm's own state says that it is where the way home leads."""
    return float(np.abs(state.joints - HOME_JOINTS).max()) < AT_HOME_RAD


def begins_well(state: RobotState) -> bool:
    """Whether a step may begin here: at home or with something in the hand; else the arm goes home first."""
    return holding(state) or is_home(state)


class Hovering:
    """Notices a hand that stays where it is, between two motions that look equally good to the policy.

    A chunk's first actions are then what it does already; the later ones go on. Carried out whole, it gets away.
    """

    def __init__(self) -> None:
        self._looks: deque[PoseArray] = deque()

    def noticed(self, state: RobotState) -> bool:
        """Count a look; whether all of the last second found the hand in one place, its fingers told the same."""
        self._looks.append(np.array([state.time_s, *state.T_base_tool[:3, 3], state.gripper_command]))
        since = state.time_s - HOVER_S + 1e-6
        while len(self._looks) > 1 and self._looks[1][0] <= since:
            self._looks.popleft()
        _, *place, told = np.ptp(self._looks, axis=0)
        stays = bool(self._looks[0][0] <= since and max(place) < HOVER_M and told == 0.0)
        if stays:
            self._looks.clear()
        return stays
