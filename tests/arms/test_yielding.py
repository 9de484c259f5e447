"""Giving way, on the real simulated arm: pressed on the table, on a thing, on nothing, and when it must not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.straight_on import straight_on
from vla_assistant.arms import yielding
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.arms.simulated import Config, SimulatedArm
from vla_assistant.safety import GAVE_WAY
from vla_assistant.sim.arm_model import JOINT_TORQUE
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import ActionChunk, RobotState, Verdict

BLOCK = Thing("cube", "red", 0.5, 0.0)


@pytest.fixture
def arm() -> Iterator[GuardedArm]:
    arm = guarded(SimulatedArm(Config(), SimWorld(Scene((BLOCK,)))))
    arm.connect()
    yield arm
    arm.close()


def chunk(arm: GuardedArm, velocity: tuple[float, float, float], actions: int = 8, gripper: float = 0.0) -> ActionChunk:
    return straight_on(velocity, arm.state.time_s, actions, gripper)


def strain(state: RobotState) -> float:
    return float((np.abs(state.effort) / JOINT_TORQUE).max())


def above_the_block(arm: GuardedArm, x: float = 0.5, z: float = 0.09) -> None:
    """The closed hand a few centimetres above the cube."""
    for _ in range(20):
        way = np.array([x, 0.0, z]) - arm.state.T_base_command[:3, 3]
        arm.run(chunk(arm, tuple(np.clip(way, -0.03, 0.03) / 0.1)), 1)
    arm.rest(10)


def pressed(arm: GuardedArm, speed: float = 0.1) -> Verdict:
    """Down on the cube until the hand gives way."""
    above_the_block(arm)
    for _ in range(20):
        verdict = arm.run(chunk(arm, (0.0, 0.0, -speed)), 2)
        if verdict.gave_way:
            return verdict
    raise AssertionError("It never gave way.")


@pytest.mark.parametrize("speed", [0.05, 0.15, 0.3])
def test_pressed_on_a_thing_it_gives_way_and_the_force_is_gone(arm: GuardedArm, speed: float) -> None:
    verdict = pressed(arm, speed)
    assert verdict.reasons[-1] == GAVE_WAY
    arm.rest(5)
    assert arm.held == ""
    assert arm.counts.gave_way == 1
    assert strain(arm.state) < 0.5 * yielding.SHARE
    assert arm.still


def test_after_giving_way_the_command_is_where_the_arm_is_and_a_new_chunk_starts_there(arm: GuardedArm) -> None:
    pressed(arm)
    arm.rest(5)
    start = arm.state.T_base_tool[:3, 3]
    np.testing.assert_allclose(arm.state.T_base_command[:3, 3], start, atol=1e-3)
    verdict = arm.run(chunk(arm, (0.0, 0.0, 0.1)), 2)
    assert verdict.allowed
    assert not verdict.gave_way
    assert verdict.reasons == ()
    np.testing.assert_allclose(arm.state.T_base_tool[:3, 3] - start, [0.0, 0.0, 0.02], atol=2e-3)


def test_of_a_chunk_from_before_nothing_is_carried_out(arm: GuardedArm) -> None:
    """The policy thought while the hand met something: its chunk would lead right back into it."""
    above_the_block(arm)
    arm.submit(chunk(arm, (0.0, 0.0, -0.2)))
    while arm.counts.gave_way == 0:
        late = chunk(arm, (0.0, 0.0, -0.2))
        arm.tick()
    verdict = arm.submit(late)
    assert verdict.gave_way
    assert GAVE_WAY in verdict.reasons
    while arm.busy:
        arm.tick()
    relieved = arm.state.T_base_tool[2, 3]
    assert GAVE_WAY in arm.submit(late).reasons
    assert not arm.busy
    arm.rest(10)
    assert arm.state.T_base_tool[2, 3] == pytest.approx(relieved, abs=1e-3)


def test_it_goes_back_within_the_joints_limits(arm: GuardedArm) -> None:
    above_the_block(arm)
    limits, velocities = arm._servo.limits, []
    arm.submit(chunk(arm, (0.0, 0.0, -0.3)))
    while arm.counts.gave_way == 0 or arm.busy:
        arm.tick()
        velocities.append(arm._sent.velocities)
    assert (np.abs(velocities) <= limits.velocity * 1.001).all()
    assert (np.abs(np.diff(velocities, axis=0)) / 0.02 <= limits.acceleration * 1.001).all()


def test_pressing_on_and_on_ends_in_the_hold_as_ever(arm: GuardedArm) -> None:
    """Who asks for it again and again, on what is firm, is not given way to for ever."""
    arm._arm.world.load(Scene((), drawer=Drawer(0.5, 0.0)))
    arm.reset()
    above_the_block(arm, 0.45, 0.10)
    for _ in range(60):
        arm.run(chunk(arm, (0.0, 0.0, -0.1)), 2)
        if arm.held:
            break
    assert "N m is allowed" in arm.held
    assert arm.counts.gave_way == yielding.MOST


def test_it_gives_way_again_after_a_while(arm: GuardedArm) -> None:
    for _ in range(yielding.MOST + 2):
        pressed(arm)
        arm.run(chunk(arm, (0.0, 0.0, 0.1)), 5)
        arm.rest(round(yielding.WITHIN_S / yielding.MOST / 0.02))
    assert arm.held == ""
    assert arm.counts.gave_way == yielding.MOST + 2


def test_what_still_pushes_while_it_gives_way_holds_after_the_same_ten_ticks(arm: GuardedArm) -> None:
    real = arm._arm.state

    def pushed() -> RobotState:
        state = real()
        return replace(state, effort=np.where(np.arange(7) == 1, 200.0, state.effort))

    arm._arm.state = pushed  # type: ignore[method-assign]
    arm.rest(9)
    assert arm.held == ""
    assert arm.counts.gave_way == 1
    arm.tick()
    assert "Joint 2 pushes with 200 N m" in arm.held
    assert not arm.busy


def test_a_stop_brakes_at_once_also_while_it_gives_way(arm: GuardedArm) -> None:
    above_the_block(arm)
    arm.submit(chunk(arm, (0.0, 0.0, -0.3)))
    while arm.counts.gave_way == 0:
        arm.tick()
    arm.stop("you pressed stop")
    assert not arm.busy
    arm.rest(5)
    place = arm._sent.joints
    arm.rest(25)
    np.testing.assert_array_equal(arm._sent.joints, place)
    assert arm.held
    assert not arm.submit(chunk(arm, (0.0, 0.0, 0.1))).allowed
    assert arm.counts.gave_way == 1


@pytest.mark.parametrize("seed", range(3))
def test_free_fast_motions_never_give_way(arm: GuardedArm, seed: int) -> None:
    rng, most = np.random.default_rng(seed), 0.0
    for _ in range(40):
        way = rng.uniform((0.3, -0.3, 0.2), (0.65, 0.3, 0.5)) - arm.state.T_base_command[:3, 3]
        velocity = way / np.linalg.norm(way) * rng.uniform(0.2, 0.45)
        arm.submit(chunk(arm, tuple(velocity), gripper=rng.uniform()), 3)
        while arm.busy:
            most = max(most, strain(arm.tick()))
    assert arm.counts.gave_way == 0
    assert most < 0.75 * yielding.SHARE


def test_lifting_a_thing_is_no_contact_to_give_way_to(arm: GuardedArm) -> None:
    arm.run(chunk(arm, (0.16 / 0.5, 0.0, -0.2 / 0.5), 5, 1.0))
    for _ in range(30):
        way = np.array([0.5, 0.0, 0.025]) - arm.state.T_base_command[:3, 3]
        arm.run(chunk(arm, tuple(np.clip(way, -0.02, 0.02) / 0.1), gripper=1.0), 1)
    arm.run(chunk(arm, (0.0, 0.0, 0.0)), 4)
    arm.run(chunk(arm, (0.0, 0.0, 0.4)), 4)
    assert arm._arm.world.thing_poses[0, 2] > 0.1
    assert arm.counts.gave_way == 0
