"""Judging weights by what they do: simulated commands of the suite."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.working import Order, Workplace
from vla_assistant.sim.suite import episode
from vla_assistant.train.results import Score

SPLIT, SEED = "unseen-seeds", 9_000
"""Scenes that training never has; reported figures are measured with other seeds of the suite."""


def failure_rate(trials: int, backend: str = "compact") -> Score:
    """A judge that has weights carry out this many commands, always the same ones and each once.

    Args:
        trials: Commands.
        backend: Policy that runs the weights.
    """

    def judge(weights: Path) -> float:
        who = Contestant("candidate", backend, str(weights))
        order = Order(who, SPLIT, SEED, tuple(range(trials)), words=False, retries=0)
        with closing(Workplace()) as workplace:  # kept, every candidate's policy would stay in memory
            done = [workplace.perform(order, episode(SPLIT, number, SEED), number) for number in order.numbers]
        return sum(not performed.record.success for performed in done) / trials

    return judge
