"""The way home: up first, away from what stands on the table, then all joints together, never faster than allowed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vla_assistant.arms.servo import TICK_S, CartesianServo
from vla_assistant.sim.kinematics import Kinematics
from vla_assistant.types import PoseArray, RobotState

SAFE_HEIGHT = 0.22  # m: the tool passes over everything that stands on the table, also with something in the hand
HELD = 0.05  # of the gripper's travel that a held thing keeps it from closing
_SAMPLES = 12
_LONGEST_TICKS = 750


class HomeMove:
    """One way home for a servo.

    Args:
        servo: What moves.
        kinematics: The kinematic twin.
        state: Where the arm is.
        tool_speed: Top speed of the tool [m/s].
    """

    def __init__(self, servo: CartesianServo, kinematics: Kinematics, state: RobotState, tool_speed: float) -> None:
        self._servo = servo
        self._kinematics = kinematics
        self._tool_speed = tool_speed
        holds = state.gripper - state.gripper_command > HELD
        self._gripper = state.gripper_command if holds else 1.0
        self._left = _LONGEST_TICKS
        self._rising = 0
        self._joining = False
        self._rise(state)

    def advance(self) -> bool:
        """Called before every tick: begins the next leg when it is time; False once the arm is there."""
        self._left -= 1
        if self._left <= 0:
            self._servo.hold()
            return False
        if self._rising > 0:
            self._rising -= 1
            return True
        if not self._joining:
            self._join()
            return True
        return not self._arrived()

    def _rise(self, state: RobotState) -> None:
        height = SAFE_HEIGHT - float(state.T_base_command[2, 3])
        if height <= 0.0:
            return
        self._rising = max(1, round(height / (0.6 * self._tool_speed) / TICK_S))
        action = np.array([0.0, 0.0, height, 0.0, 0.0, 0.0, state.gripper_command])
        self._servo.start(action, self._rising * TICK_S)

    def _join(self) -> None:
        """All joints to home at a share of their speed that keeps the tool below its own."""
        self._joining = True
        home = self._kinematics.home_joints
        share = self._share_of_speed(self._servo.joints, home)
        self._servo.move_to_joints(home, self._gripper, share)

    def _share_of_speed(self, start: PoseArray, home: PoseArray) -> float:
        way = home - start
        seconds = float(np.max(np.abs(way) / self._servo.limits.velocity))
        if seconds < TICK_S:
            return 1.0
        shares = np.linspace(0.0, 1.0, _SAMPLES + 1)
        places = [self._kinematics.forward(start + share * way)[:3, 3] for share in shares]
        longest = max(float(np.linalg.norm(b - a)) for a, b in pairwise(places))
        return float(min(1.0, 0.9 * self._tool_speed / (longest * _SAMPLES / seconds + 1e-9)))

    def _arrived(self) -> bool:
        there = np.abs(self._servo.joints - self._kinematics.home_joints).max() < 1e-5
        return bool(there and self._servo.resting)
