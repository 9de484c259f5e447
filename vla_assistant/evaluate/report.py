"""What a set of trials says: success with its interval, per kind, and how honest the claims were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.evaluate.intervals import wilson
from vla_assistant.evaluate.rollouts import Trial


@dataclass(frozen=True)
class Rate:
    """Successes of trials, with the 95 % Wilson interval of the rate, and the claims that were wrong."""

    successes: int
    trials: int
    low: float
    high: float
    false_claims: int
    missed_claims: int

    def __str__(self) -> str:
        share = 100 * self.successes / self.trials
        interval = f"{100 * self.low:.0f}-{100 * self.high:.0f}"
        claims = f"claimed wrongly {self.false_claims}, not claimed {self.missed_claims}"
        return f"{self.successes}/{self.trials} = {share:.1f} % ({interval} %), {claims}"


@dataclass(frozen=True)
class Report:
    """Rates of all trials and of each kind; simulated seconds and milliseconds of an inference, medians."""

    total: Rate
    kinds: dict[str, Rate]
    seconds: float
    inference_ms: float
    disturbed: int

    def __str__(self) -> str:
        width = max(map(len, self.kinds), default=5)
        lines = [f"{kind:{width}}  {rate}" for kind, rate in self.kinds.items()]
        lines.append(f"{'total':{width}}  {self.total}")
        lines.append(
            f"median {self.seconds:.1f} s a command, {self.inference_ms:.1f} ms an inference; "
            f"another thing was moved in {self.disturbed}"
        )
        return "\n".join(lines)


def summarise(trials: Sequence[Trial]) -> Report:
    """The report of at least one trial."""
    kinds = {kind: _rate([t for t in trials if t.kind == kind]) for kind in dict.fromkeys(t.kind for t in trials)}
    return Report(
        total=_rate(trials),
        kinds=kinds,
        seconds=float(np.median([trial.seconds for trial in trials])),
        inference_ms=float(np.median([trial.inference_ms for trial in trials])),
        disturbed=sum("was moved by" in trial.reason for trial in trials),
    )


def _rate(trials: Sequence[Trial]) -> Rate:
    successes = sum(trial.success for trial in trials)
    low, high = wilson(successes, len(trials))
    return Rate(
        successes=successes,
        trials=len(trials),
        low=round(low, 4),
        high=round(high, 4),
        false_claims=sum(trial.claimed and not trial.success for trial in trials),
        missed_claims=sum(trial.success and not trial.claimed for trial in trials),
    )
