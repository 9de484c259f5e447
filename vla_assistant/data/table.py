"""The simulated table in lockstep: look, act for 0.1 s, look again, as fast as the machine can.

World, servo and guard are those of the motion process, only the clock is not. Data generation and evaluation use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vla_assistant.arms import simulated
from vla_assistant.arms.base import PERIOD_S
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.data.displacement import STEP_S
from vla_assistant.policies.execution import require_free
from vla_assistant.sim.kinematics import Kinematics, rotation_matrix
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import ActionChunk, Frame, Observation, PoseArray, Verdict

__all__ = ["PICTURE_SIZES", "STEP_S", "Table"]

PICTURE_SIZES = {"front": 384, "wrist": 128}
"""Edges of the rendered pictures [pixels], as the motion process renders them; the policy averages them down."""
HOME_S = 20.0
"""The way home takes no longer than this; see also `runtime.mover`."""


class Table:
    """One world with one guarded arm. One owner thread."""

    def __init__(self, sizes: Mapping[str, int] = PICTURE_SIZES) -> None:
        """`sizes`: camera -> edge of its pictures [pixels]."""
        self._sizes = dict(sizes)
        self.world = SimWorld()
        self._kinematics = Kinematics()
        self.arm = guarded(simulated.SimulatedArm(simulated.Config(), self.world))
        self.arm.connect()
        self._frames = 0

    def reset(self, scene: Scene, joints: PoseArray | None = None, gripper: float = 1.0) -> None:
        """Lay out the scene; the arm starts at home, or at these joint angles (7,)."""
        self.world.load(scene)
        if joints is not None:
            self.world.place_arm(joints, gripper)
        self.arm.resume()
        self.arm.reset()

    def random_joints(self, rng: np.random.Generator) -> PoseArray:
        """Joint angles of a tool pose anywhere over the table, roughly pointing down."""
        T_base_tool = self._kinematics.forward(self._kinematics.home_joints)
        T_base_tool[:3, 3] = rng.uniform((0.32, -0.30, 0.12), (0.62, 0.30, 0.38))
        turn = rng.normal(0.0, (0.06, 0.06, 0.5)).clip(-1.2, 1.2)
        T_base_tool[:3, :3] = rotation_matrix(turn) @ T_base_tool[:3, :3]
        return self._kinematics.solve(T_base_tool, self._kinematics.home_joints, iterations=40)

    def observe(self, instruction: str = "") -> Observation:
        """Pictures of both cameras and the arm's state of this instant."""
        self._frames += 1
        state = self.arm.state
        frames = {
            camera: Frame(self.world.render(camera, size, size), camera, self._frames, state.time_s)
            for camera, size in self._sizes.items()
        }
        return Observation(frames, state, instruction)

    def run(self, chunk: ActionChunk, execute: int | None = None) -> Verdict:
        """Carry out the first `execute` actions of a chunk under guard."""
        return self.arm.run(chunk, execute)

    def act(self, action: NDArray[np.floating]) -> Verdict:
        """Carry out one action (7,) under guard, see `types.ActionChunk`."""
        return self.run(ActionChunk(np.asarray(action, np.float32)[None], STEP_S, self.arm.state.time_s))

    def rest(self, seconds: float) -> None:
        """Let time pass without a new motion."""
        self.arm.rest(round(seconds / PERIOD_S))

    def go_home(self) -> bool:
        """The arm's own way home; whether it arrived.

        Raises:
            UnsafeError: The guard holds the arm.
        """
        require_free(self)
        arrived = go_home(self.arm, self.arm.tick)
        require_free(self)
        return arrived

    @property
    def held(self) -> str:
        """Why the guard holds the arm, a clause; empty when it does not."""
        return self.arm.held

    def close(self) -> None:
        """Free the world's drawing context."""
        self.world.close()


def go_home(arm: GuardedArm, tick: Callable[[], object]) -> bool:
    """Let periods pass by `tick` until the arm has gone home its own way; whether it arrived.

    Raises:
        InputError: The guard holds the arm beforehand.
    """
    arm.home()
    for _ in range(round(HOME_S / PERIOD_S)):
        if not arm.homing:
            break
        tick()
    return not arm.homing
