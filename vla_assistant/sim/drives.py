"""The arm's drives: follow a cubic through the commands, with the torque that this needs known beforehand.

Position and velocity actuators give kp (q_d - q) + kv (v_d - v); the torque of the wanted motion itself is added, so
that the arm neither lags nor overshoots. Radians, seconds. Source: Siciliano et al. 2009, "Robotics", chapter 8
(feed-forward of the computed torque).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import arm_model
from vla_assistant.sim.physics import Physics
from vla_assistant.sim.scene_model import TIMESTEP_S
from vla_assistant.types import JOINTS, PoseArray

Array = NDArray[np.float64]
GRIPPER_SPEED = 5.0  # of the full travel a second: the fingers close in 0.2 s, as those of common grippers do


class Drives:
    """What the arm's motors were told last and are told next. Owned by SimWorld.

    Attributes:
        joints: Last commanded joint angles (7,) [rad].
        velocities: Last commanded joint velocities (7,) [rad/s].
        gripper: Opening that the gripper's motor has been told, 0 closed to 1 open.
    """

    def __init__(self, model: Any, data: Any, physics: Physics) -> None:
        import mujoco

        self._mj, self._model, self._data, self._physics = mujoco, model, data, physics
        self._weights: dict[int, tuple[Array, Array, Array]] = {}
        self._acceleration, self._torque = np.zeros(model.nv), np.zeros(model.nv)
        self.reset(arm_model.HOME_JOINTS, 1.0)

    def reset(self, joints: PoseArray, gripper: float) -> None:
        """At rest at these joint angles (7,) [rad]."""
        self.joints = np.array(joints, dtype=np.float64)
        self.velocities = np.zeros(JOINTS)
        self.gripper = float(gripper)

    def run(self, joints: PoseArray, velocities: PoseArray, gripper: float, substeps: int) -> None:
        """Step the physics along a cubic from the last command to `joints` [rad] at `velocities` [rad/s]."""
        if substeps not in self._weights:
            self._weights[substeps] = _spline(substeps)
        duration = substeps * TIMESTEP_S
        ends = np.array([self.joints, joints, duration * self.velocities, duration * velocities])
        position, velocity, acceleration = self._weights[substeps]
        q, v = position @ ends, velocity @ ends / duration
        torque = self._feed_forward(acceleration @ ends / duration**2, v)
        self._close(gripper, duration)
        data = self._data

        def tell(index: int) -> None:
            data.ctrl[:JOINTS] = q[index]
            data.ctrl[JOINTS : 2 * JOINTS] = v[index]
            data.qfrc_applied[:JOINTS] = torque[index]

        self._physics.run(tell, substeps)
        self.joints, self.velocities = np.array(joints, dtype=np.float64), np.array(velocities, dtype=np.float64)

    def _close(self, gripper: float, duration_s: float) -> None:
        limit = GRIPPER_SPEED * duration_s
        self.gripper += max(-limit, min(limit, gripper - self.gripper))
        self._data.ctrl[2 * JOINTS] = self.gripper * arm_model.FINGER_TRAVEL

    def _feed_forward(self, acceleration: Array, velocity: Array) -> Array:
        """Torque (substeps, 7) of the wanted motion, the joints' own friction and the Coriolis forces.

        The acceleration of a cubic is linear in time, so the two ends of the tick tell all of it.
        """
        last = len(acceleration) - 1
        inertial = np.linspace(self._times_mass(acceleration[0]), self._times_mass(acceleration[last]), last + 1)
        turning = self._data.qfrc_bias[:JOINTS] - self._data.qfrc_gravcomp[:JOINTS]
        return inertial + self._model.dof_damping[:JOINTS] * velocity + turning

    def _times_mass(self, acceleration: Array) -> Array:
        self._acceleration[:JOINTS] = acceleration
        self._mj.mj_mulM(self._model, self._data, self._torque, self._acceleration)
        return self._torque[:JOINTS].copy()


def _spline(substeps: int) -> tuple[Array, Array, Array]:
    """Cubic Hermite weights per substep, (substeps, 4) for (start, end, start slope, end slope).

    Three arrays: of the position, of its first and of its second derivative, in units of the whole duration.
    """
    s = np.arange(substeps) / substeps  # implicit integration takes the position error at the start of a substep
    position = np.stack([2 * s**3 - 3 * s**2 + 1, -2 * s**3 + 3 * s**2, s**3 - 2 * s**2 + s, s**3 - s**2], axis=1)
    s = s + 1 / substeps  # and the velocity error at its end
    velocity = np.stack([6 * s**2 - 6 * s, 6 * s - 6 * s**2, 3 * s**2 - 4 * s + 1, 3 * s**2 - 2 * s], axis=1)
    middle = s - 0.5 / substeps  # the mean acceleration over the substep
    acceleration = np.stack([12 * middle - 6, 6 - 12 * middle, 6 * middle - 4, 6 * middle - 2], axis=1)
    return position, velocity, acceleration
