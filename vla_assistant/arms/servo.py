"""Cartesian servo: turns displacements of the tool into smooth joint commands at 50 Hz.

It integrates the *commanded* pose, not the measured one, so that neither lag nor droop adds up. Each tick moves the
target along the running action, solves the inverse kinematics and lets ruckig limit velocity, acceleration and jerk of
every joint. Metres, radians, seconds; poses in the base frame. Source: Berscheid and Kroeger 2021, "Jerk-limited
Real-time Trajectory Generation with Arbitrary Target States" (ruckig).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vla_assistant.arms.run_up import without_run_up
from vla_assistant.errors import InputError
from vla_assistant.sim.kinematics import Kinematics, rotation_matrix
from vla_assistant.types import ACTION_WIDTH, JOINTS, PoseArray

TICK_S = 0.02
MAX_LAG = 0.05  # m that the commanded pose may run ahead of what the joints reach, before it is pulled back


def _joints(*values: float) -> PoseArray:
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ServoLimits:
    """What each joint may do. A stop from full speed takes velocity / acceleration + acceleration / jerk <= 65 ms.

    Attributes:
        velocity: (7,) [rad/s], below the hardware's limits.
        acceleration: (7,) [rad/s^2].
        jerk: (7,) [rad/s^3].
        tool_speed: What the joints' motions together may not exceed at the tool, but in a stop [m/s].
    """

    velocity: PoseArray = field(default_factory=lambda: _joints(1.1, 1.1, 1.1, 1.1, 1.9, 1.9, 1.9))
    acceleration: PoseArray = field(default_factory=lambda: _joints(24, 24, 24, 24, 36, 36, 36))
    jerk: PoseArray = field(default_factory=lambda: _joints(3000, 3000, 3000, 3000, 4000, 4000, 4000))
    tool_speed: float = float("inf")

    def scaled(self, share: float, tool_speed: float) -> ServoLimits:
        """The same stopping power at `share` (0-1] of the joints' speed, with the tool kept below its own [m/s]."""
        return ServoLimits(self.velocity * share, self.acceleration, self.jerk, tool_speed)


@dataclass(frozen=True, eq=False)
class JointCommand:
    """What the arm shall do at the end of the tick: joints (7,) [rad], velocities (7,) [rad/s], gripper 0-1."""

    joints: PoseArray
    velocities: PoseArray
    gripper: float


class CartesianServo:
    """One owner thread; `reset`, then `start` an action every `step_s` and `tick` every 20 ms."""

    def __init__(self, kinematics: Kinematics, limits: ServoLimits | None = None) -> None:
        import ruckig

        self._kinematics = kinematics
        self.limits = limits or ServoLimits()
        self._ruckig = ruckig
        self._generator = ruckig.Ruckig(JOINTS, TICK_S)
        self._wanted = ruckig.InputParameter(JOINTS)
        self._planned = ruckig.OutputParameter(JOINTS)
        self._wanted.max_velocity = self.limits.velocity
        self._wanted.max_acceleration = self.limits.acceleration
        self._wanted.max_jerk = self.limits.jerk
        self.reset(kinematics.home_joints, 1.0)

    @property
    def commanded_pose(self) -> PoseArray:
        """T_base_tool (4, 4) commanded at the last tick, on the way to the end of the running action.

        The next displacement starts here: at the end of an action when it was run to its end, or where a newer one
        replaced it.
        """
        return self._at.copy()

    @property
    def joints(self) -> PoseArray:
        """Joint angles (7,) of the last tick [rad]."""
        return self._position.copy()

    @property
    def gripper(self) -> float:
        """Opening last commanded, 0 closed to 1 open."""
        return self._gripper

    @property
    def resting(self) -> bool:
        """Whether the last commands stand still."""
        return bool(np.abs(self._velocity).max() < 1e-4 and np.abs(self._acceleration).max() < 1e-2)

    def reset(self, joints: PoseArray, gripper: float) -> None:
        """Begin at rest at these joint angles (7,) [rad]."""
        self._position = np.array(joints, dtype=np.float64)
        self._velocity = np.zeros(JOINTS)
        self._acceleration = np.zeros(JOINTS)
        self._gripper = float(gripper)
        self._solution = self._position.copy()
        self._anchor(self._kinematics.forward(self._position))
        self._mode = "rest"

    def start(self, action: NDArray[np.floating], step_s: float) -> None:
        """Begin an action (7,): dx dy dz [m], rotation vector [rad] in the base frame, gripper 0-1; lasts `step_s` [s].

        Raises:
            InputError: It is not seven finite numbers.
        """
        action = np.asarray(action, dtype=np.float64)
        if action.shape != (ACTION_WIDTH,) or not np.isfinite(action).all():
            raise InputError(f"An action must be {ACTION_WIDTH} finite numbers, not {action!r}.")
        if self._mode != "action":
            self._solution = self._position.copy()
        self._from = self._at.copy()
        self._turn = action[3:6].copy()
        self._goal = self._from.copy()
        self._goal[:3, 3] += action[:3]
        self._goal[:3, :3] = rotation_matrix(self._turn) @ self._from[:3, :3]
        self._gripper = float(np.clip(action[6], 0.0, 1.0))
        self._wanted.max_velocity = self.limits.velocity
        self._ticks = max(1, round(step_s / TICK_S))
        self._tick = 0
        self._mode = "action"

    def hold(self) -> None:
        """Come to rest as fast as the limits allow, and stay: the stop."""
        self._mode = "stop"

    def move_to_joints(self, joints: PoseArray, gripper: float | None = None, speed: float = 1.0) -> None:
        """Move all joints (7,) [rad] to rest there, all arriving together, at `speed` (0-1] of the velocity limits."""
        self._target = np.array(joints, dtype=np.float64)
        if gripper is not None:
            self._gripper = float(np.clip(gripper, 0.0, 1.0))
        self._wanted.max_velocity = self.limits.velocity * speed
        self._mode = "joints"

    def tick(self) -> JointCommand:
        """The command for the end of the next 20 ms."""
        if self._mode == "action":
            self._follow_action()
        elif self._mode == "joints":
            self._run(self._target, np.zeros(JOINTS), pace_s=0.0)
            self._rest_when_arrived()
        elif self._mode == "stop":
            self._brake()
        return JointCommand(self._position.copy(), self._velocity.copy(), self._gripper)

    # Inside

    def _anchor(self, T_base_tool: PoseArray) -> None:
        self._from = T_base_tool
        self._at: PoseArray = T_base_tool.copy()
        self._goal = T_base_tool.copy()
        self._turn = np.zeros(3)

    def _follow_action(self) -> None:
        """Move the target one tick on; once the action is over it stays, and so does the arm."""
        self._tick += 1
        share = min(self._tick / self._ticks, 1.0)
        target = self._from.copy()
        target[:3, 3] += share * (self._goal[:3, 3] - self._from[:3, 3])
        target[:3, :3] = rotation_matrix(share * self._turn) @ self._from[:3, :3]
        self._at = target if share < 1.0 else self._goal
        solution = self._kinematics.solve(target, self._solution)
        ends = self._tick > self._ticks
        speed = np.zeros(JOINTS) if ends else self._able((solution - self._solution) / TICK_S, solution)
        self._solution = solution
        self._run(solution, speed, pace_s=TICK_S)
        if share == 1.0:
            self._pull_back()

    def _able(self, speed: PoseArray, target: PoseArray) -> PoseArray:
        """As much of the wanted joint speeds (7,) [rad/s] as can be had at the target without going back first."""
        limits = self.limits
        speed = np.clip(speed, -limits.velocity, limits.velocity)
        return without_run_up(speed, target - self._position, self._velocity, limits.acceleration, limits.jerk)

    def _pull_back(self) -> None:
        """Keep the commanded pose within reach: what the joints cannot follow must not pile up."""
        reached = self._kinematics.forward(self._solution)
        lag = self._goal[:3, 3] - reached[:3, 3]
        turned = float(np.abs(self._goal[:3, :3] - reached[:3, :3]).max())
        if float(np.sqrt(lag @ lag)) > MAX_LAG or turned > 0.3:
            self._anchor(reached)

    def _run(self, target: PoseArray, speed: PoseArray, pace_s: float) -> None:
        """One ruckig tick towards the state (target, speed); not sooner than `pace_s`."""
        wanted = self._wanted
        wanted.control_interface = self._ruckig.ControlInterface.Position
        wanted.target_position, wanted.target_velocity = target, speed
        wanted.minimum_duration = pace_s or None
        self._plan()
        self._keep_tool_slow()
        self._take()

    def _keep_tool_slow(self) -> None:
        """Joints that catch up, as after a change of direction, may be fast together: on the same way, but slower."""
        joints, velocities = np.array(self._planned.new_position), np.array(self._planned.new_velocity)
        tool = self._kinematics.tool_velocity(joints, velocities)[:3]
        speed = float(np.sqrt(tool @ tool))
        if speed > self.limits.tool_speed:
            self._plan_velocities(velocities * (self.limits.tool_speed / speed))

    def _brake(self) -> None:
        self._plan_velocities(np.zeros(JOINTS))
        self._take()
        self._anchor(self._kinematics.forward(self._position))
        self._solution = self._position.copy()
        if self.resting:
            self._mode = "rest"

    def _plan_velocities(self, velocities: PoseArray) -> None:
        """Plan one ruckig tick towards these joint velocities (7,) [rad/s], each joint as fast as it can."""
        wanted = self._wanted
        wanted.control_interface = self._ruckig.ControlInterface.Velocity
        wanted.synchronization = self._ruckig.Synchronization.No
        wanted.target_velocity = velocities
        wanted.minimum_duration = None
        self._plan()
        wanted.synchronization = self._ruckig.Synchronization.Time

    def _plan(self) -> None:
        wanted = self._wanted
        wanted.current_position = self._position
        wanted.current_velocity = self._velocity
        wanted.current_acceleration = self._acceleration
        wanted.target_acceleration = np.zeros(JOINTS)
        try:
            result = self._generator.update(wanted, self._planned)
        except self._ruckig.RuckigError as error:  # no profile was found: as rare as one tick in a million
            raise InputError(f"The motion towards {np.round(wanted.target_position, 3)} cannot be planned.") from error
        if result not in (self._ruckig.Result.Working, self._ruckig.Result.Finished):
            raise InputError(f"The motion towards {np.round(wanted.target_position, 3)} cannot be planned ({result}).")

    def _take(self) -> None:
        planned = self._planned
        self._position = np.array(planned.new_position)
        self._velocity = np.array(planned.new_velocity)
        self._acceleration = np.array(planned.new_acceleration)

    def _rest_when_arrived(self) -> None:
        arrived = bool(np.abs(self._position - self._target).max() < 1e-6) and self.resting
        self._anchor(self._kinematics.forward(self._position))
        if arrived:
            self._solution = self._position.copy()
            self._wanted.max_velocity = self.limits.velocity
            self._mode = "rest"
