"""The guarded arm in one process, faster than real time."""

import numpy as np
import pytest

from tests.straight_on import straight_on
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.arms.simulated import WORKSPACE_UPPER, Config, SimulatedArm
from vla_assistant.config import SafetySection
from vla_assistant.errors import InputError
from vla_assistant.sim.kinematics import Kinematics
from vla_assistant.types import ActionChunk, RobotState


@pytest.fixture
def arm():
    arm = guarded(SimulatedArm(Config()))
    arm.connect()
    yield arm
    arm.close()


def chunk(arm: GuardedArm, velocity: tuple[float, float, float], actions: int = 8, gripper: float = 1.0) -> ActionChunk:
    return straight_on(velocity, arm.state.time_s, actions, gripper)


def test_exactly_the_wanted_actions_are_carried_out(arm: GuardedArm) -> None:
    start, start_s = arm.state.T_base_command[:3, 3].copy(), arm.state.time_s
    verdict = arm.run(chunk(arm, (0.1, 0.1, 0.0)), 3)
    assert verdict.allowed
    assert arm.state.time_s - start_s == pytest.approx(0.3)
    np.testing.assert_allclose(arm.state.T_base_command[:3, 3] - start, [0.03, 0.03, 0.0], atol=1e-6)
    np.testing.assert_allclose(arm.state.T_base_tool[:3, 3], arm.state.T_base_command[:3, 3], atol=2e-3)


def test_displacements_of_following_chunks_add_up(arm: GuardedArm) -> None:
    start = arm.state.T_base_command[:3, 3].copy()
    for _ in range(5):
        arm.run(chunk(arm, (0.05, 0.0, -0.05)), 2)
    np.testing.assert_allclose(arm.state.T_base_command[:3, 3] - start, [0.05, 0.0, -0.05], atol=1e-6)


def test_zero_actions_move_nothing(arm: GuardedArm) -> None:
    before = arm.state.joints
    arm.run(chunk(arm, (0, 0, 0)), 8)
    np.testing.assert_allclose(arm.state.joints, before, atol=2e-4)
    assert arm.still


def test_a_late_chunk_replaces_the_rest_without_counting_twice(arm: GuardedArm) -> None:
    """Half of what a new chunk says was already done by the old one while the policy thought."""
    start = arm.state.T_base_command[:3, 3].copy()
    arm.submit(chunk(arm, (0.0, 0.2, 0.0)))
    seen = arm.state.time_s
    for _ in range(13):
        arm.tick()
    late = ActionChunk(chunk(arm, (0.0, 0.2, 0.0)).actions, 0.1, seen)
    assert arm.submit(late).allowed
    speeds = []
    while arm.busy:
        before = arm.state.T_base_tool[:3, 3]
        speeds.append(np.linalg.norm(arm.tick().T_base_tool[:3, 3] - before) / 0.02)
    np.testing.assert_allclose(arm.state.T_base_command[:3, 3] - start, [0, 0.16, 0], atol=1e-3)
    assert arm.state.time_s - seen == pytest.approx(0.8, abs=0.021)
    assert max(speeds) < 0.26


def test_a_late_chunk_keeps_to_the_workspace_from_where_the_arm_is_now(arm: GuardedArm) -> None:
    """While the policy thought, the arm went towards the border; the chunk first goes away from it, then back."""
    border = WORKSPACE_UPPER[1]
    while arm.state.T_base_command[1, 3] < border - 0.05:
        arm.run(chunk(arm, (0.0, 0.2, 0.0)), 1)
    late = chunk(arm, (0.0, -0.44, 0.0))
    late.actions[3:, 1] *= -1.0
    arm.submit(chunk(arm, (0.0, 0.4, 0.0)))
    arm.rest(10)
    arm.submit(late)
    furthest = max(arm.tick().T_base_command[1, 3] for _ in range(40))
    assert border - 0.05 < furthest < border + 1e-3


def test_a_hold_in_full_motion_is_quick_latched_and_still(arm: GuardedArm) -> None:
    arm.submit(chunk(arm, (0.0, 0.44, 0.0)))
    arm.rest(20)
    assert not arm.still
    arm.hold("you pressed stop")
    ticks = 0
    while not arm.still:
        arm.tick()
        ticks += 1
    assert ticks <= 8
    place = arm.state.joints
    assert not arm.submit(chunk(arm, (0, 0.1, 0))).allowed
    with pytest.raises(InputError, match="stopped"):
        arm.home()
    arm.rest(25)
    assert arm.still
    np.testing.assert_allclose(arm.state.joints, place, atol=1e-3)


def test_resume_moves_nothing_and_replays_nothing(arm: GuardedArm) -> None:
    arm.submit(chunk(arm, (0.0, 0.3, 0.0)))
    arm.rest(15)
    arm.hold("you pressed stop")
    arm.rest(20)
    place = arm.state.joints
    arm.resume()
    arm.rest(50)
    np.testing.assert_allclose(arm.state.joints, place, atol=1e-4)
    assert arm.run(chunk(arm, (0.0, -0.1, 0.0)), 2).allowed


def test_the_first_reason_of_a_hold_is_kept(arm: GuardedArm) -> None:
    arm.hold("first")
    arm.hold("second")
    assert arm.held == "first"


def test_it_goes_home_slowly_enough_and_stops_there(arm: GuardedArm) -> None:
    home = arm.state.joints
    for velocity in ((0.2, 0.2, -0.2), (0.1, 0.1, -0.05)):
        arm.run(chunk(arm, velocity), 8)
    arm.home()
    assert not arm.submit(chunk(arm, (0, 0, 0))).allowed
    fastest, ticks = 0.0, 0
    while arm.homing:
        before = arm.state.T_base_tool[:3, 3]
        fastest = max(fastest, float(np.linalg.norm(arm.tick().T_base_tool[:3, 3] - before)) / 0.02)
        ticks += 1
        assert ticks < 500
    np.testing.assert_allclose(arm.state.joints, home, atol=5e-3)
    assert arm.still
    assert fastest < SafetySection().tool_speed


def test_the_table_cannot_be_hit(arm: GuardedArm) -> None:
    """Commanded straight down without end, the arm stays above the table and presses on nothing."""
    for _ in range(12):
        arm.run(chunk(arm, (0.0, 0.0, -0.4)), 4)
    assert arm.state.T_base_tool[2, 3] > 0.008
    assert np.abs(arm.state.effort).max() < 60
    assert arm.counts.clipped > 0


def test_driven_back_towards_its_own_foot_it_keeps_off_itself(arm: GuardedArm) -> None:
    twin, nearest = Kinematics(), np.inf
    for _ in range(12):
        arm.run(chunk(arm, (-0.3, 0.0, -0.2)), 4)
        nearest = min(nearest, twin.clearance(arm.state.joints))
    assert nearest > 0.0


def test_slow_settings_are_obeyed() -> None:
    arm = guarded(SimulatedArm(Config()), SafetySection(speed_scale=0.25))
    arm.connect()
    verdict = arm.run(chunk(arm, (0.0, 0.4, 0.0)), 8)
    assert verdict.clipped
    speed = np.linalg.norm(verdict.chunk.actions[0, :3]) / 0.1
    assert speed == pytest.approx(0.25 * SafetySection().tool_speed, rel=1e-3)
    arm.close()


def test_a_collision_holds(arm: GuardedArm) -> None:
    """Full torque for a fifth of a second is no start from rest."""
    real = arm._arm.state

    def pressed():
        state = real()
        state.effort[1] = 200.0
        return state

    arm._arm.state = pressed
    arm.rest(9)
    assert arm.held == ""
    arm.rest(2)
    assert "Joint 2 pushes with 200 N m" in arm.held


def test_a_collision_while_a_stop_brakes_outlasts_the_release_of_the_stop(arm: GuardedArm) -> None:
    real = arm._arm.state

    def pressed() -> RobotState:
        state = real()
        state.effort[1] = 200.0
        return state

    arm.stop("you cancelled")
    arm._arm.state = pressed
    arm.rest(11)
    arm._arm.state = real
    arm.release()
    arm.rest(11)
    assert "Joint 2 pushes with 200 N m" in arm.held
    arm.resume()
    assert arm.held == ""
