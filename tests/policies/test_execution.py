"""The loop that carries out a step: the rules of the running program, on a table whose clock alone moves."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vla_assistant.config import SessionSection
from vla_assistant.errors import UnsafeError
from vla_assistant.policies.controller import VLAController
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
from vla_assistant.types import (
    ActionChunk,
    Frame,
    Grounding,
    Judgement,
    Observation,
    PixelPoint,
    Plan,
    Reference,
    Result,
    RobotState,
    Step,
    Verdict,
)

CUBE = Reference("cube", "blue")
PICK = Step("pick", CUBE)


class Bench:
    """An environment whose clock alone moves; what a real one would do is set beforehand."""

    def __init__(self, blocked: bool = False, refuses: bool = False, held: str = "") -> None:
        self.time_s, self.blocked, self.refuses, self.hold = 0.0, blocked, refuses, held
        self.executed: list[int] = []
        self.chunks: list[ActionChunk] = []
        self.rests: list[float] = []
        self.held = ""
        self.gripper, self.gripper_command = 0.5, 0.0

    @property
    def state(self) -> RobotState:
        zeros, pose = np.zeros(7), np.eye(4)
        return RobotState(zeros, zeros, self.gripper, pose, pose, self.gripper_command, zeros, self.time_s)

    def observe(self, instruction: str = "") -> Observation:
        return Observation(
            {"front": Frame(np.zeros((8, 8, 3), np.uint8), "front", 0, self.time_s)}, self.state, instruction
        )

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        self.chunks.append(chunk)
        self.executed.append(execute)
        self.held = self.hold
        if self.refuses and chunk.actions[0, 2] <= 0.0:
            return Verdict(False, None, ("Much too fast.",))
        self.time_s += execute * chunk.step_s
        return Verdict(True, chunk, gave_way=self.blocked and chunk.actions[0, 2] <= 0.0)

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.time_s += seconds


class Scripted:
    """Says done once it was asked so many times; its judgements are those given, the last one again and again."""

    config = SimpleNamespace(execute_steps=2)

    def __init__(self, done_after: int, *judgements: bool) -> None:
        self.done_after, self.judgements = done_after, judgements
        self.acts = self.judged = 0
        self.asked: list[Observation] = []
        self.looks: list[tuple[Observation, Observation]] = []

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        point = PixelPoint("front", 0.5, 0.5, 0.4)
        return Plan(steps, "pick", 0.4, (Grounding(CUBE, "front", np.ones((1, 1), np.float32), point),))

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[()]:
        return ()

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        self.acts += 1
        self.asked.append(observation)
        done = float(self.acts > self.done_after)
        return ActionChunk(np.zeros((8, 7), np.float32), 0.1, observation.state.time_s, done)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        done = self.judgements[min(self.judged, len(self.judgements) - 1)]
        self.judged += 1
        self.looks.append((before, now))
        return Judgement(done, 1.0, "It looks like it.")


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


# The controller.


def test_controller_takes_the_policy_s_number_of_actions_and_what_it_sees_half() -> None:
    bench = Bench()
    outcome = VLAController(Scripted(1, True), bench).execute_task(  # type: ignore[arg-type]
        np.zeros((8, 8, 3), np.uint8), "pick up the blue cube"
    )
    assert outcome.result is Result.DONE, outcome.reason
    assert bench.executed == [2, 2]


def test_controller_refuses_what_the_program_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_assistant.session.sight.SEEN_ABOVE", 0.45)
    outcome = VLAController(Scripted(1, True), Bench()).execute_task(  # type: ignore[arg-type]
        np.zeros((8, 8, 3), np.uint8), "pick up the blue cube"
    )
    assert (outcome.result, outcome.reason) == (Result.REFUSED, "I do not see the blue cube.")


def test_controller_ends_when_the_guard_holds() -> None:
    bench = Bench(held="it hit something")
    outcome = VLAController(Scripted(1, True), bench).execute_task(  # type: ignore[arg-type]
        np.zeros((8, 8, 3), np.uint8), "pick up the blue cube"
    )
    assert outcome.result is Result.STOPPED
    assert "it hit something" in outcome.reason
    assert not outcome.claimed
