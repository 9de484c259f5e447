"""The simulated arm: seven joints and a parallel gripper in the MuJoCo world, real enough to need the same guard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.arms.base import Ability
from vla_assistant.registry import BackendConfig
from vla_assistant.sim import arm_model
from vla_assistant.types import RobotState

if TYPE_CHECKING:
    from vla_assistant.arms.servo import JointCommand
    from vla_assistant.sim.world import SimWorld

REQUIRES = ("mujoco",)
BACKEND = "SimulatedArm"

# The tool may go wherever the table is and the arm reaches; its fingertips stay 3 mm above the table.
WORKSPACE_LOWER = (0.15, -0.45, 0.012)  # m
WORKSPACE_UPPER = (0.80, 0.45, 0.75)  # m


class Config(BackendConfig):
    """The simulated arm has no options; the section `simulation` has those of its world."""


class SimulatedArm:
    """A SimWorld behind the contract of an arm.

    Args:
        config: Nothing yet.
        world: The world to move in; None makes one on `connect`.
        clock: Time that its states carry [s]; None takes the simulated time, which stands still between commands.
    """

    def __init__(self, config: Config, world: SimWorld | None = None, clock: Callable[[], float] | None = None) -> None:
        del config
        self._world = world
        self._clock = clock

    @property
    def is_real(self) -> bool:
        return False

    @property
    def ability(self) -> Ability:
        return Ability(
            joint_lower=arm_model.JOINT_LOWER,
            joint_upper=arm_model.JOINT_UPPER,
            joint_speed=arm_model.JOINT_VELOCITY,
            effort=arm_model.JOINT_TORQUE,
            workspace_lower=np.array(WORKSPACE_LOWER),
            workspace_upper=np.array(WORKSPACE_UPPER),
        )

    @property
    def world(self) -> SimWorld | None:
        return self._world

    def connect(self) -> None:
        if self._world is None:
            from vla_assistant.sim.world import SimWorld

            self._world = SimWorld()

    def state(self) -> RobotState:
        state = self._connected().robot_state()
        return state if self._clock is None else replace(state, time_s=self._clock())

    def send(self, command: JointCommand) -> JointCommand:
        self._connected().step(command.joints, command.velocities, command.gripper)
        return command

    def close(self) -> None:
        if self._world is not None:
            self._world.close()

    def _connected(self) -> SimWorld:
        if self._world is None:
            self.connect()
        assert self._world is not None
        return self._world
