"""Giving way: an arm that meets something relieves the force long before the guard would have to hold it.

Who misjudged a rim by some millimetres presses on while the arm is blocked, and the torque grows until the guard
latches a hold. Before that the command goes back to where the arm is, as often as it takes, within the servo's limits:
whoever moves it may look and try again. It makes no hold later or weaker: what still pushes too hard is held all the
same. Source: De Luca and Mattone 2005, "Sensorless robot collision detection and hybrid force/motion control".
"""

from __future__ import annotations

from collections import deque

import numpy as np

from vla_assistant.arms.servo import CartesianServo
from vla_assistant.types import PoseArray, RobotState

SHARE = 0.7
"""Of a joint's allowed torque. Starting from rest and braking take up to 0.4 of it, wanted contacts hardly ever more
than 0.5: measured over episodes of the suite, see docs/architecture.md."""
TICKS = 3
"""So many ticks in a row above it are a contact, not a knock."""
RELIEVED = 0.3
"""Up to this share the force is gone."""
MOST, WITHIN_S = 8, 10.0
"""Whoever presses on so often within that many seconds is not given way to any more: the guard holds as ever."""
_LONGEST_TICKS = 25


class Yielding:
    """When to give way, and the motion that does it: `start` once `feel` says so, then `advance` before every tick.

    Args:
        servo: What moves.
    """

    def __init__(self, servo: CartesianServo) -> None:
        self._servo = servo
        self._times_s: deque[float] = deque(maxlen=MOST)
        self.reset()

    @property
    def active(self) -> bool:
        """Whether the arm is giving way now."""
        return self._left > 0

    def reset(self) -> None:
        """Forget every contact, as after a new scene."""
        self._times_s.clear()
        self.until_s = -np.inf
        self.cancel()

    def cancel(self) -> None:
        """Something else moves the arm now, or nothing may."""
        self._left = self._felt = 0

    def feel(self, strain: float, now_s: float) -> bool:
        """Count a tick with this share of the allowed torque; whether it is time to give way."""
        self._felt = self._felt + 1 if strain > SHARE else 0
        return self._felt >= TICKS and not self._too_often(now_s)

    def start(self, state: RobotState) -> None:
        """Begin to go to where the arm is."""
        self.cancel()
        self._times_s.append(state.time_s)
        self.until_s, self._left = state.time_s, _LONGEST_TICKS
        self._go_to(state.joints)

    def advance(self, state: RobotState, strain: float) -> None:
        """Called before every tick: ends at rest; what then still pushes has moved the arm, and it follows."""
        self._left -= 1
        self.until_s = state.time_s
        arrived = np.abs(self._servo.joints - self._target).max() < 1e-5 and self._servo.resting
        if self._left <= 0 or (arrived and strain <= RELIEVED):
            self.cancel()
        elif arrived:
            self._go_to(state.joints)

    def _go_to(self, joints: PoseArray) -> None:
        self._target = joints
        self._servo.move_to_joints(joints)

    def _too_often(self, now_s: float) -> bool:
        return len(self._times_s) == MOST and now_s - self._times_s[0] <= WITHIN_S
