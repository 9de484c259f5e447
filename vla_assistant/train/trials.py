"""Judging weights by what they do: simulated commands of the suite."""

from __future__ import annotations

import itertools
from pathlib import Path

from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.running import Entry, Evaluation, EvaluationPlan
from vla_assistant.train.results import Score

SPLIT, SEED = "unseen-seeds", 9_000
"""Scenes that training never has; reported figures are measured with other seeds of the suite."""


def failure_rate(trials: int, backend: str = "compact") -> Score:
    """A judge that has weights carry out this many commands, always the same ones and each once.

    Args:
        trials: Commands.
        backend: Policy that runs the weights.
    """
    numbers = itertools.count()

    def judge(weights: Path) -> float:
        who = Contestant(f"candidate {next(numbers)}", backend, str(weights))  # a worker keeps policies by their name
        plan = EvaluationPlan((SPLIT,), (Entry(who, trials),), SEED, words=False, retries=0)
        failures = [not progress.record.success for progress in Evaluation(plan).run()]
        return sum(failures) / len(failures)

    return judge
