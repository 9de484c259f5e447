"""An arm that can be guided by hand gives way under guard: what the hand does is what was told, and a stop ends it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from vla_assistant.arms import simulated
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.arms.simulated import SimulatedArm
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.types import ActionChunk


class LimpArm(SimulatedArm):
    """The simulated arm with joints that a hand can move."""

    gives_way = False

    def guide(self, on: bool) -> None:
        self.gives_way = on

    def move_by_hand(self, turn: float, gripper: float = 1.0) -> None:
        assert self.gives_way
        assert self.world is not None
        self.world.place_arm(self.world.robot_state().joints + np.array([turn, 0, 0, 0, 0, 0, 0]), gripper)


@pytest.fixture
def limp() -> Iterator[LimpArm]:
    arm = LimpArm(simulated.Config())
    yield arm
    arm.close()


@pytest.fixture
def arm(limp: LimpArm) -> GuardedArm:
    arm = guarded(limp)
    arm.connect()
    return arm


def chunk(arm: GuardedArm) -> ActionChunk:
    rows = np.zeros((2, 7), np.float32)
    rows[:, 2], rows[:, 6] = 0.01, 1.0
    return ActionChunk(rows, 0.1, arm.state.time_s)


def test_the_commanded_pose_follows_the_hand(limp: LimpArm, arm: GuardedArm) -> None:
    arm.guide(True)
    before = arm.tick()
    limp.move_by_hand(0.1, gripper=0.4)
    after = arm.tick()
    np.testing.assert_allclose(after.T_base_command, after.T_base_tool, atol=1e-6)
    assert after.gripper_command == pytest.approx(0.4, abs=0.02)
    assert np.linalg.norm(after.T_base_command[:3, 3] - before.T_base_command[:3, 3]) > 0.02
    assert arm.submit(chunk(arm)).reasons == ("The arm is being guided by hand.",)
    arm.guide(False)
    place = arm.tick().T_base_command
    for _ in range(10):
        arm.tick()
    np.testing.assert_allclose(arm.state.T_base_command, place, atol=1e-6)
    assert arm.submit(chunk(arm)).allowed


def test_a_stop_and_a_hold_end_it(limp: LimpArm, arm: GuardedArm) -> None:
    arm.guide(True)
    arm.stop("you pressed stop")
    assert not limp.gives_way
    with pytest.raises(InputError, match="stopped: you pressed stop"):
        arm.guide(True)
    arm.resume()
    assert not limp.gives_way  # a resume moves nothing and lets nothing go
    arm.guide(True)
    arm.home()
    assert not limp.gives_way
    assert arm.homing


def test_an_arm_without_it_says_so() -> None:
    arm = guarded(SimulatedArm(simulated.Config()))
    arm.connect()
    with pytest.raises(UnsupportedError, match="cannot be guided by hand"):
        arm.guide(True)
    arm.close()
