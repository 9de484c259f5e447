"""How fast a joint may want to be at its next target without taking a run-up for it. Pure.

A trajectory to a target so near that its speed cannot be reached on the way there first leads away from it, as before a
long jump: the hand that lifts a thing from the table would first go down into the table.
"""

from __future__ import annotations

import numpy as np

from vla_assistant.types import PoseArray


def without_run_up(
    speed: PoseArray, way: PoseArray, velocity: PoseArray, acceleration: PoseArray, jerk: PoseArray
) -> PoseArray:
    """The wanted speeds (n,) [rad/s], lower where they could not be reached within the way; never a braking.

    One ramp from v0 to v takes (v - v0) / a + a / j, or less where it does not come to its full acceleration, at the
    mean speed (v + v0) / 2; solved for the v at which the way is used up.
    Source: Biagiotti and Melchiorri 2008, "Trajectory Planning for Automatic Machines and Robots", chapter 3.4.

    Args:
        speed: Wanted at the target (n,) [rad/s].
        way: From here to the target (n,) [rad].
        velocity: Present velocities (n,) [rad/s].
        acceleration: Limits (n,) [rad/s^2].
        jerk: Limits (n,) [rad/s^3].
    """
    sign = np.where(speed < 0.0, -1.0, 1.0)
    now, rounding = sign * velocity, acceleration**2 / jerk
    square = rounding**2 + 4.0 * (now**2 - rounding * now + 2.0 * acceleration * sign * way)
    reached = (np.sqrt(np.maximum(square, 0.0)) - rounding) / 2.0
    return sign * np.minimum(sign * speed, np.maximum(np.maximum(reached, now), 0.0))
