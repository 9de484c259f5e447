"""World and servo alone, without the guard, faster than real time: what the tests of both step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.arms.servo import CartesianServo, ServoLimits
from vla_assistant.sim.kinematics import Kinematics
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.world import TICK_S, SimWorld
from vla_assistant.types import PoseArray, RobotState

STEP_S = 0.1


class Cell:
    """One simulated robot cell. `act` runs one action of 0.1 s, five ticks, without waiting for any clock."""

    def __init__(self, scene: Scene | None = None, limits: ServoLimits | None = None) -> None:
        self.world = SimWorld(scene)
        self.kinematics = Kinematics()
        self.servo = CartesianServo(self.kinematics, limits)

    def load(self, scene: Scene, joints: PoseArray | None = None, gripper: float = 1.0) -> None:
        """Another scene; the arm at home and open, or at these joint angles (7,) [rad] and opening."""
        self.world.load(scene)
        if joints is not None:
            self.world.place_arm(joints, gripper)
        self.servo.reset(self.kinematics.home_joints if joints is None else joints, gripper)

    def act(self, action: NDArray[np.floating], step_s: float = STEP_S) -> None:
        """Run one action (7,) for `step_s` [s]."""
        self.servo.start(action, step_s)
        for _ in range(max(1, round(step_s / TICK_S))):
            self.tick()

    def tick(self) -> None:
        """20 ms of whatever the servo does."""
        command = self.servo.tick()
        self.world.step(command.joints, command.velocities, command.gripper)

    def state(self) -> RobotState:
        """What the arm reports, with the pose that the next action will be added to."""
        return self.world.robot_state(self.servo.commanded_pose, self.servo.gripper)

    def close(self) -> None:
        self.world.close()
