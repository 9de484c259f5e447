"""Judging weights by what they do: simulated trials."""

from __future__ import annotations

from pathlib import Path

from vla_assistant.train.results import Score

SEED = 900_000
"""Of the first scene: neither training nor the reported figures have these."""


def failure_rate(trials: int) -> Score:
    """A judge that lets weights carry out this many commands, always the same; without a second attempt."""

    def judge(weights: Path) -> float:
        from vla_assistant.evaluate.rollouts import EvaluationPlan, evaluate

        plan = EvaluationPlan(trials, SEED, weights=weights, retries=0)
        return 1 - sum(trial.success for trial in evaluate(plan, workers=1)) / trials

    return judge
