"""The loop that carries out a step: the rules of the running program, on a table whose clock alone moves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.policies.bench import CUBE, PICK, Bench, Scripted
from vla_assistant.config import SessionSection
from vla_assistant.errors import UnsafeError
from vla_assistant.policies.execution import (
    SETTLE_S,
    SHIFT_ACTIONS,
    Attempts,
    StepResult,
    execute_of,
    run_step,
    step_back,
)
from vla_assistant.runtime import runner
from vla_assistant.runtime.mover import Mover
from vla_assistant.session.messages import Ticket
from vla_assistant.session.progress import DOUBTS, REFUSALS
from vla_assistant.types import Reference, Step


def carried_out(policy: Scripted, bench: Bench, step: Step = PICK, *given: Any, **more: Any) -> StepResult:
    return run_step(policy, bench, step, *given, **more)  # type: ignore[arg-type]


def test_defaults_are_those_of_the_program() -> None:
    session, attempts = SessionSection(), Attempts(1)
    assert (attempts.timeout_s, attempts.retries) == (session.step_timeout_s, session.retries)
    assert SETTLE_S == runner.SETTLE_S
    assert execute_of(Scripted(0)) == 2  # type: ignore[arg-type]
    assert execute_of(object()) == 1  # type: ignore[arg-type]


def test_two_chunks_that_say_done_are_carried_out_and_then_judged_after_a_rest() -> None:
    bench, policy = Bench(), Scripted(3, True)
    result = carried_out(policy, bench)
    assert (result.judgement.done, result.attempts, result.reason) == (True, 1, "")
    assert bench.executed == [2] * 5
    assert bench.rests == [SETTLE_S]
    (before, now) = policy.looks[0]
    assert (before.state.time_s, now.state.time_s) == (0.0, pytest.approx(1.0 + SETTLE_S))
    assert result.seconds == pytest.approx(1.0 + SETTLE_S)


def test_only_the_last_step_of_a_command_is_rested_for() -> None:
    bench = Bench()
    carried_out(Scripted(3, True), bench, last=False)
    assert bench.rests == []


def test_a_policy_is_told_the_step_in_words() -> None:
    policy = Scripted(1, True)
    carried_out(policy, Bench())
    assert {observation.instruction for observation in policy.asked} == {"pick up the blue cube"}


def test_a_judgement_that_disagrees_is_a_doubt_and_the_attempt_goes_on() -> None:
    bench, policy = Bench(), Scripted(1, False, False, True)
    result = carried_out(policy, bench)
    assert (result.judgement.done, result.attempts, policy.judged) == (True, 1, 3)
    assert len(bench.executed) == 3 + 2 + 2
    assert len({id(before) for before, _ in policy.looks}) == 1


def test_three_doubts_end_an_attempt_and_the_next_one_looks_anew() -> None:
    bench, policy = Bench(), Scripted(1, *[False] * DOUBTS, True)
    result = carried_out(policy, bench)
    assert (result.judgement.done, result.attempts, policy.judged) == (True, 2, DOUBTS + 1)
    assert bench.executed.count(SHIFT_ACTIONS) == 1
    first, again = policy.looks[0][0], policy.looks[-1][0]
    assert again.state.time_s > first.state.time_s


def test_a_step_that_is_never_judged_done_fails_with_the_reason() -> None:
    result = carried_out(Scripted(1, False), Bench())
    assert (result.judgement.done, result.attempts, result.reason) == (False, 2, "It looks like it.")


def test_five_refusals_in_a_row_end_an_attempt_without_a_judgement() -> None:
    bench, policy = Bench(refuses=True), Scripted(10**6, True)
    result = carried_out(policy, bench)
    assert (result.judgement.done, result.attempts, result.reason) == (False, 2, "Much too fast.")
    assert policy.acts == 2 * REFUSALS
    assert policy.judged == 0
    assert result.seconds == pytest.approx(0.4)  # the rise between both


def test_an_attempt_ends_when_the_hand_gave_way_three_times_and_the_next_begins_higher() -> None:
    bench = Bench(blocked=True)
    result = carried_out(Scripted(10**6, False), bench, Step("place", CUBE, CUBE))
    assert (result.attempts, result.judgement.done) == (2, False)
    assert bench.executed == [2, 2, 2, SHIFT_ACTIONS, 2, 2, 2]
    assert "met something 3 times" in result.reason


def test_a_drawer_is_pushed_until_it_stops_so_that_giving_way_ends_no_attempt() -> None:
    bench = Bench(blocked=True)
    result = carried_out(Scripted(7, True), bench, Step("close", Reference("drawer")))
    assert (result.attempts, result.judgement.done) == (1, True)


def test_step_that_never_ends_runs_out_of_time_and_is_judged_a_last_time() -> None:
    bench, policy = Bench(), Scripted(10**6, False)
    result = carried_out(policy, bench, PICK, Attempts(2, timeout_s=2.0, retries=0))
    assert bench.time_s == pytest.approx(2.0 + 0.4 + SETTLE_S, abs=0.01)
    assert policy.judged == 1
    assert "the time of 2 s is up" in result.reason
    assert carried_out(Scripted(10**6, True), Bench(), PICK, Attempts(2, timeout_s=2.0)).judgement.done


def test_a_hand_that_hovers_carries_out_the_whole_chunk() -> None:
    bench = Bench()
    carried_out(Scripted(11, True), bench)
    assert bench.executed == [2, 2, 2, 2, 2, 8, 2, 2, 2, 2, 2, 8, 2]


def test_a_hold_of_the_guard_ends_everything() -> None:
    bench, policy = Bench(held="it hit something"), Scripted(10**6, True)
    with pytest.raises(UnsafeError, match="it hit something"):
        carried_out(policy, bench)
    assert policy.acts == 1


@pytest.mark.parametrize(("gripper", "told"), [(0.5, 0.0), (0.02, 0.0), (1.0, 1.0)])
def test_hand_rises_before_another_attempt_as_the_mover_lets_it(gripper: float, told: float) -> None:
    ours, theirs = Bench(), Bench()
    for bench in (ours, theirs):
        bench.gripper, bench.gripper_command = gripper, told
    step_back(ours)
    motion: Any = SimpleNamespace(
        observe=theirs.observe, submit=theirs.run, wait=lambda chunk, execute: True, stopped=False
    )
    Mover(motion, lambda: 0.0).shift(Ticket(0, 0, 1, 0), "up", runner.RISE_M)
    np.testing.assert_array_equal(ours.chunks[0].actions, theirs.chunks[0].actions)
    assert ours.chunks[0].step_s == theirs.chunks[0].step_s
    assert ours.executed == theirs.executed
    assert ours.chunks[0].actions[0, 6] == (0.0 if gripper == 0.5 else 1.0)
