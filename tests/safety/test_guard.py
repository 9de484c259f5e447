"""Properties of the guard; no arm, no clock."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vla_assistant.safety import ABSURD_FACTOR, Guard, Limits
from vla_assistant.types import ActionChunk

LIMITS = Limits(
    joint_lower=np.full(7, -2.0),
    joint_upper=np.full(7, 2.0),
    joint_speed=np.full(7, 1.0),
    workspace_lower=np.array([0.2, -0.4, 0.01]),
    workspace_upper=np.array([0.7, 0.4, 0.6]),
    tool_speed=0.4,
    turn_speed=2.0,
    effort=np.full(7, 50.0),
)
STEP_S = 0.1


class Twin:
    """Clearance is the height of the first joint over -1 rad: a table that can be touched."""

    def clearance(self, joints: np.ndarray) -> float:
        return float(joints[0] + 1.0)


def guard() -> Guard:
    return Guard(LIMITS, Twin())


def pose(*position: float) -> np.ndarray:
    T = np.eye(4)
    T[:3, 3] = position
    return T


def chunk(actions: np.ndarray, observed_s: float = 10.0) -> ActionChunk:
    return ActionChunk(np.asarray(actions, np.float32), STEP_S, observed_s)


numbers = st.floats(-0.2, 0.2)
action = st.tuples(*[numbers] * 6, st.floats(-1.0, 2.0))
chunks = st.lists(action, min_size=1, max_size=8).map(lambda rows: chunk(np.array(rows)))
places = st.tuples(st.floats(-0.5, 1.0), st.floats(-1.0, 1.0), st.floats(-0.2, 1.0)).map(lambda p: pose(*p))


@given(chunks, places)
@settings(max_examples=100)
def test_what_passes_obeys_the_limits(wanted: ActionChunk, start: np.ndarray) -> None:
    passed = guard().check_chunk(wanted, start, 10.0).chunk
    assert passed is not None
    moves = passed.actions.astype(np.float64)
    assert (np.linalg.norm(moves[:, :3], axis=1) <= LIMITS.tool_speed * STEP_S + 1e-5).all()
    assert (np.linalg.norm(moves[:, 3:6], axis=1) <= LIMITS.turn_speed * STEP_S + 1e-5).all()
    assert ((moves[:, 6] >= 0) & (moves[:, 6] <= 1)).all()
    path = start[:3, 3] + np.cumsum(moves[:, :3], axis=0)
    assert (path >= np.minimum(LIMITS.workspace_lower, start[:3, 3]) - 1e-5).all()
    assert (path <= np.maximum(LIMITS.workspace_upper, start[:3, 3]) + 1e-5).all()


@given(chunks, places)
@settings(max_examples=100)
def test_clipping_twice_is_clipping_once(wanted: ActionChunk, start: np.ndarray) -> None:
    once = guard().check_chunk(wanted, start, 10.0).chunk
    assert once is not None
    again = guard().check_chunk(once, start, 10.0)
    assert again.chunk is not None
    assert not again.clipped
    np.testing.assert_array_equal(again.chunk.actions, once.actions)


@given(places, st.integers(1, 8))
def test_a_zero_action_moves_nothing_anywhere(start: np.ndarray, length: int) -> None:
    verdict = guard().check_chunk(chunk(np.zeros((length, 7))), start, 10.0)
    assert verdict.allowed
    assert not verdict.clipped
    assert verdict.chunk is not None
    assert not verdict.chunk.actions.any()


def test_an_allowed_chunk_passes_untouched() -> None:
    wanted = chunk([[0.01, 0, 0, 0.05, 0, 0, 1]] * 3)
    verdict = guard().check_chunk(wanted, pose(0.4, 0, 0.2), 10.0)
    assert verdict.chunk is wanted
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("actions", "now_s", "words"),
    [
        (np.zeros((0, 7)), 10.0, "without any action"),
        (np.zeros((2, 7)), 10.6, "0.60 s old; at most 0.50 s"),
        (np.zeros((2, 7)), 9.0, "in the future"),
        (np.full((2, 7), 0.4 * STEP_S * ABSURD_FACTOR), 10.0, "m/s at the tool"),
        (np.array([[0, 0, 0, 0, 0, 3.0, 0]]), 10.0, "rad/s is allowed"),
    ],
)
def test_what_cannot_be_clipped_is_refused_with_a_reason(actions: np.ndarray, now_s: float, words: str) -> None:
    checked = guard()
    verdict = checked.check_chunk(chunk(actions), pose(0.4, 0, 0.2), now_s)
    assert not verdict.allowed
    assert verdict.chunk is None
    assert words in verdict.reasons[0]
    assert checked.counts.refused == 1


def test_a_number_that_became_infinite_later_is_refused() -> None:
    wanted = chunk(np.zeros((2, 7)))
    wanted.actions[1, 2] = np.nan
    assert "not finite" in guard().check_chunk(wanted, pose(0.4, 0, 0.2), 10.0).reasons[0]


def test_clips_are_told_and_counted() -> None:
    checked = guard()
    verdict = checked.check_chunk(chunk([[0.3, 0, 0, 0, 0, 0, 2.0]] * 8), pose(0.4, 0, 0.2), 10.0)
    assert verdict.allowed
    assert verdict.clipped
    assert len(verdict.reasons) == 3
    assert (checked.counts.checked, checked.counts.clipped, checked.counts.refused) == (1, 1, 0)


STILL = np.zeros(7)


def test_a_joint_may_not_come_closer_to_its_limit_but_may_leave_it() -> None:
    edge = np.full(7, 1.975)
    assert not guard().check_tick(edge, edge, STILL, 0.02).reason
    over = guard().check_tick(edge, edge + 0.01, STILL, 0.02)
    assert "Joint 1 would come too close" in over.reason
    assert not over.may_pass
    beyond = np.full(7, 2.1)
    assert not guard().check_tick(beyond, beyond - 0.01, STILL, 0.02).reason
    assert guard().check_tick(beyond, beyond + 0.001, STILL, 0.02).reason


def test_a_joint_may_not_jump() -> None:
    ruling = guard().check_tick(STILL, np.array([0, 0, 0, 0.1, 0, 0, 0]), STILL, 0.02)
    assert "Joint 4 would move faster" in ruling.reason
    assert not ruling.may_pass


def test_a_target_that_is_no_number_does_not_pass() -> None:
    ruling = guard().check_tick(STILL, np.full(7, np.nan), STILL, 0.02)
    assert not ruling.may_pass


def test_the_arm_brakes_before_it_touches_and_may_withdraw() -> None:
    low = np.zeros(7)
    low[0] = -0.98
    down = np.zeros(7)
    down[0] = -0.9
    ruling = guard().check_tick(low, low + 0.02 * down, down, 0.02)
    assert "of itself or the table" in ruling.reason
    assert ruling.may_pass
    touching = np.zeros(7)
    touching[0] = -1.01
    assert not guard().check_tick(touching, touching - 0.02 * down, -down, 0.02).reason


def test_too_much_force_is_told() -> None:
    assert guard().check_effort(np.full(7, 49.0)) == ""
    assert "Joint 3 pushes with 60 N m" in guard().check_effort(np.array([0, 0, -60.0, 0, 0, 0, 0]))
    silent = Guard(replace(LIMITS, effort=None), Twin())
    assert silent.check_effort(np.full(7, 1e6)) == ""
