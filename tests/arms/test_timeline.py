"""A newer chunk goes on where the arm is now: nothing twice, nothing lost, no jump."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.arms.timeline import BLEND_TICKS, Timeline, remaining_actions
from vla_assistant.sim.kinematics import rotation_matrix
from vla_assistant.types import ActionChunk

FAST = 10.0


def pose(*position: float) -> np.ndarray:
    T = np.eye(4)
    T[:3, 3] = position
    return T


def chunk(*moves: tuple[float, float, float]) -> ActionChunk:
    actions = np.zeros((len(moves), 7), np.float32)
    actions[:, :3] = moves
    return ActionChunk(actions, 0.1, 0.0)


def test_without_lag_the_actions_are_the_chunks_own() -> None:
    wanted = chunk((0.01, 0, 0), (0, 0.02, 0))
    rest = remaining_actions(wanted, pose(0.4, 0, 0.2), pose(0.4, 0, 0.2), 0.0, FAST, FAST)
    assert [ticks for _, ticks in rest] == [5, 5]
    np.testing.assert_array_equal([action for action, _ in rest], wanted.actions)


@given(
    st.lists(st.tuples(*[st.floats(-0.03, 0.03)] * 3), min_size=1, max_size=8),
    st.floats(0, 0.9),
    st.tuples(*[st.floats(-0.05, 0.05)] * 3),
)
def test_the_end_is_where_the_chunk_wanted_it_and_when(moves: list, lag_s: float, drift: tuple) -> None:
    """However late it comes and wherever the arm went meanwhile, the rest ends at the chunk's end, on time."""
    wanted, start = chunk(*moves), pose(0.4, 0.0, 0.2)
    now = pose(*(start[:3, 3] + drift))
    rest = remaining_actions(wanted, start, now, lag_s, FAST, FAST)
    if not rest:
        assert lag_s >= len(moves) * 0.1 - 1.6 * PERIOD_S
        return
    end = now[:3, 3] + np.sum([action[:3] for action, _ in rest], axis=0)
    np.testing.assert_allclose(end, start[:3, 3] + np.sum(moves, axis=0), atol=1e-5)
    seconds = PERIOD_S * sum(ticks for _, ticks in rest)
    assert seconds == pytest.approx(len(moves) * 0.1 - lag_s, abs=PERIOD_S / 2 + 1e-6)


def test_a_turn_is_continued_too() -> None:
    actions = np.zeros((2, 7), np.float32)
    actions[:, 5] = 0.2
    rest = remaining_actions(ActionChunk(actions, 0.1, 0.0), np.eye(4), np.eye(4), 0.1, FAST, FAST)
    np.testing.assert_allclose(np.sum([action[3:6] for action, _ in rest], axis=0), [0, 0, 0.4], atol=1e-5)


def test_catching_up_is_no_faster_than_allowed() -> None:
    rest = remaining_actions(chunk((0.01, 0, 0)), pose(0, 0, 0), pose(0.3, 0, 0), 0.0, tool_speed=0.4, turn_speed=FAST)
    assert max(np.linalg.norm(action[:3]) / ticks for action, ticks in rest) <= 0.4 * PERIOD_S + 1e-6
    np.testing.assert_allclose(np.sum([action[:3] for action, _ in rest], axis=0), [-0.04, 0, 0], atol=1e-6)


@given(st.tuples(*[st.floats(-1.0, 1.0)] * 3), st.floats(0.0, 0.3))
def test_turning_to_catch_up_is_no_faster_than_allowed(turned: tuple, lag_s: float) -> None:
    """However far the tool was turned since the picture, it turns back within the limit and about the same axis."""
    actions = np.zeros((5, 7), np.float32)
    now = np.eye(4)
    now[:3, :3] = rotation_matrix(np.array(turned))
    wanted = ActionChunk(actions, 0.1, 0.0)
    rest = remaining_actions(wanted, np.eye(4), now, lag_s, FAST, turn_speed=2.5)
    assert all(np.linalg.norm(action[3:6]) <= 2.5 * ticks * PERIOD_S + 1e-6 for action, ticks in rest)
    turn = np.sum([action[3:6] for action, _ in rest], axis=0)
    assert np.linalg.norm(turn) == pytest.approx(min(np.linalg.norm(turned), 2.5 * BLEND_TICKS * PERIOD_S), abs=0.04)
    np.testing.assert_allclose(np.cross(turn, turned), 0.0, atol=1e-5)


@given(st.tuples(*[st.floats(-0.01, 0.01)] * 3), st.floats(0.0, 0.3), st.tuples(*[st.floats(-0.2, 0.2)] * 3))
def test_a_new_chunk_is_led_into_from_the_speed_of_the_old_one(drift: tuple, lag_s: float, speed: tuple) -> None:
    """From tick to tick the speed changes by a share of what the old and the new motion differ by, never at once."""
    wanted, start = chunk(*[(0.02, 0.0, 0.0)] * 8), pose(0.4, 0.0, 0.2)
    now = pose(*(start[:3, 3] + [0.2 * lag_s, 0, 0] + drift))
    old = np.array([*speed, 0, 0, 0])
    rest = remaining_actions(wanted, start, now, lag_s + PERIOD_S, FAST, FAST, old)
    speeds = [np.array(speed), *(action[:3] / (ticks * PERIOD_S) for action, ticks in rest)]
    changes = np.linalg.norm(np.diff(speeds, axis=0), axis=1)
    apart = np.linalg.norm(drift) + 0.2 * 2 * PERIOD_S, np.linalg.norm(speeds[-1] - speeds[0])
    assert changes.max() < 6 * apart[0] / (BLEND_TICKS**2 * PERIOD_S) + 4 * apart[1] / BLEND_TICKS


def test_a_chunk_that_is_over_leaves_nothing() -> None:
    assert remaining_actions(chunk((0.01, 0, 0)), np.eye(4), np.eye(4), 0.2, FAST, FAST) == []


def test_the_timeline_knows_the_pose_of_a_moment() -> None:
    timeline = Timeline()
    for index in range(5):
        timeline.note(index * 0.02, pose(index, 0, 0))
    assert timeline.at(0.04)[0, 3] == 2
    assert timeline.at(0.055)[0, 3] == 2
    assert timeline.at(-1.0)[0, 3] == 0
    assert timeline.at(9.0)[0, 3] == 4


def test_the_timeline_knows_how_the_pose_moves() -> None:
    timeline = Timeline()
    timeline.note(0.0, pose(0.4, 0, 0.2))
    np.testing.assert_array_equal(timeline.velocity, np.zeros(6))
    timeline.note(PERIOD_S, pose(0.4, 0.002, 0.2))
    np.testing.assert_allclose(timeline.velocity, [0, 0.1, 0, 0, 0, 0], atol=1e-6)
