"""Figures: intervals, reports, and a roll-out in which claim and verdict come from different sources."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.data.table import Table
from vla_assistant.evaluate.intervals import wilson
from vla_assistant.evaluate.report import summarise
from vla_assistant.evaluate.rollouts import KINDS, Trial, run_trial, steps_for
from vla_assistant.policies.execution import Attempts
from vla_assistant.sim.expert import expert_action
from vla_assistant.types import ActionChunk, Judgement, Observation, Reference, Step


def test_wilson_is_the_textbook_interval() -> None:
    assert wilson(192, 200) == pytest.approx((0.9231, 0.9796), abs=1e-4)
    assert wilson(0, 10)[0] == 0.0
    with pytest.raises(ValueError):
        wilson(3, 0)


def trial(kind: str, success: bool, claimed: bool, reason: str = "") -> Trial:
    return Trial(kind, 1, "x", success, claimed, reason, 1, 4.0, 5.0)


def test_report_counts_claims_that_were_wrong() -> None:
    trials = [trial("pick", True, True), trial("pick", False, True, "The red cup was moved by 3.0 cm.")]
    trials += [trial("stack", True, False)]
    report = summarise(trials)
    assert (report.total.successes, report.total.trials) == (2, 3)
    assert (report.total.false_claims, report.total.missed_claims) == (1, 1)
    assert report.kinds["pick"].false_claims == 1
    assert report.disturbed == 1
    assert "66.7 %" in str(report)


@pytest.mark.parametrize("kind", [*KINDS, "two_step"])
def test_steps_of_a_seed_are_always_the_same(kind: str) -> None:
    assert steps_for(kind, 5) == steps_for(kind, 5)


class ExpertAsPolicy:
    """Acts as the expert does and believes that all is well: shows that roll-out and verdict are sound."""

    def __init__(self, table: Table, honest: bool) -> None:
        self._table, self._honest = table, honest

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        action, done = expert_action(self._table.world, step, observation.state.T_base_command)
        action = action if self._honest else action * np.float32(0)
        return ActionChunk(np.stack([action] * 2), 0.1, observation.state.time_s, done=float(done or not self._honest))

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        return Judgement(True, 1.0, "It looks fine.")


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def test_expert_succeeds_under_guard_and_servo(table: Table) -> None:
    steps = steps_for("two_step", 3)
    result = run_trial(table, ExpertAsPolicy(table, True), "two_step", steps, 3, Attempts(execute=1))  # type: ignore[arg-type]
    assert (result.success, result.claimed) == (True, True), result.reason


def test_lazy_policy_is_caught(table: Table) -> None:
    steps = (Step("pick", Reference("cube", "blue")),)
    result = run_trial(table, ExpertAsPolicy(table, False), "pick", steps, 3, Attempts(retries=0))  # type: ignore[arg-type]
    assert (result.success, result.claimed) == (False, True)
    assert result.reason
