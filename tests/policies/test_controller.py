"""The controller: a task in words, carried out by the rules of the running program."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.bench import HOME_S, Bench, Scripted
from vla_assistant.policies.controller import VLAController
from vla_assistant.types import Outcome, PoseArray, Result

AWAY: PoseArray = np.zeros(7)
"""Joint angles far from home."""


def told(policy: Scripted, bench: Bench, words: str = "pick up the blue cube") -> Outcome:
    controller = VLAController(policy, bench)  # type: ignore[arg-type]
    return controller.execute_task(np.zeros((8, 8, 3), np.uint8), words)


def test_takes_the_policy_s_number_of_actions_and_what_it_sees_half() -> None:
    bench = Bench()
    outcome = told(Scripted(1, True), bench)
    assert outcome.result is Result.DONE, outcome.reason
    assert bench.executed == [2, 2, 2]


def test_refuses_what_the_program_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_assistant.session.sight.SEEN_ABOVE", 0.45)
    outcome = told(Scripted(1, True), Bench())
    assert (outcome.result, outcome.reason) == (Result.REFUSED, "I do not see the blue cube.")


def test_ends_when_the_guard_holds() -> None:
    bench = Bench(held="it hit something")
    outcome = told(Scripted(1, True), bench)
    assert outcome.result is Result.STOPPED
    assert "it hit something" in outcome.reason
    assert not outcome.claimed


def test_home_is_the_arms_own_way_and_no_question_to_the_policy() -> None:
    bench, policy = Bench(joints=AWAY), Scripted(1, True)
    outcome = told(policy, bench, "go home")
    assert (outcome.result, bench.ways_home, policy.acts) == (Result.DONE, 1, 0)
    assert (outcome.evidence, outcome.seconds) == ("the arm reports that it stands at home", HOME_S)


def test_an_empty_hand_away_from_home_goes_home_before_the_next_step() -> None:
    bench, policy = Bench(), Scripted(1, True)
    bench.gripper, bench.gripper_command = 1.0, 1.0
    policy.afterwards = lambda: setattr(bench, "joints", AWAY)  # where the first push ends
    outcome = told(policy, bench, "push the blue cube left and then push the blue cube right")
    assert (outcome.result, bench.ways_home) == (Result.DONE, 1)
    assert outcome.seconds == pytest.approx(bench.time_s)


def test_a_full_hand_begins_where_it_is() -> None:
    bench = Bench(joints=AWAY)
    assert told(Scripted(1, True), bench).result is Result.DONE
    assert bench.ways_home == 0


def test_a_step_whose_way_home_fails_is_not_begun() -> None:
    bench, policy = Bench(joints=AWAY), Scripted(1, True)
    bench.gripper, bench.gripper_command, bench.arrives = 1.0, 1.0, False
    outcome = told(policy, bench)
    assert (outcome.result, policy.acts) == (Result.FAILED, 0)
    assert outcome.reason == "I could not pick up the blue cube: The arm did not arrive at home."
