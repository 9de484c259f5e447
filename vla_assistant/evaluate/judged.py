"""Trials that a person judges, where no simulator can: one JSON line each, and what they say together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from vla_assistant.errors import InputError
from vla_assistant.evaluate.intervals import wilson

VERSION = 1


@dataclass(frozen=True)
class JudgedTrial:
    """One trial on the set-up as it is.

    Attributes:
        trial: Its number in this run, from 1.
        task: The command.
        policy, arm, camera: Back ends that were used.
        weights: The policy's own file; empty for the shipped ones.
        outcome: How the command ended, see `types.Result`.
        reason: What the program said at its end.
        claimed: Whether the program said that it is done.
        success: Whether the user says so; None where the trial does not count.
        simulator: What the simulator says, where there is one.
        seconds: From the confirmation to the end.
        time: When it ended, ISO 8601.
    """

    trial: int
    task: str
    policy: str
    arm: str
    camera: str
    weights: str
    outcome: str
    reason: str
    claimed: bool
    success: bool | None
    simulator: bool | None
    seconds: float
    time: str


@dataclass(frozen=True)
class JudgedReport:
    """Successes of the trials that count, the 95 % Wilson interval of their rate, and the claims that were wrong."""

    trials: int
    successes: int
    low: float
    high: float
    false_done: int
    missed_done: int

    def __str__(self) -> str:
        if not self.trials:
            return "No trial counts"
        share, low, high = (round(100 * rate) for rate in (self.successes / self.trials, self.low, self.high))
        return (
            f"{self.successes}/{self.trials} = {share} % succeeded (95 % interval {low}-{high} %); "
            f"claimed wrongly {self.false_done}, done but not claimed {self.missed_done}"
        )


def note(path: Path, trial: JudgedTrial) -> None:
    """Add the trial to a file of JSON lines.

    Raises:
        InputError: The file cannot be written.
    """
    line = json.dumps({"version": VERSION} | asdict(trial))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise InputError(f"The trials cannot be written to {path} ({error.strerror}).") from error


def summary(trials: Sequence[JudgedTrial]) -> JudgedReport:
    """What the trials say together; those without a judgement do not count."""
    counted = [trial for trial in trials if trial.success is not None]
    successes = sum(bool(trial.success) for trial in counted)
    low, high = wilson(successes, len(counted)) if counted else (0.0, 1.0)
    return JudgedReport(
        trials=len(counted),
        successes=successes,
        low=low,
        high=high,
        false_done=sum(trial.claimed and not trial.success for trial in counted),
        missed_done=sum(bool(trial.success) and not trial.claimed for trial in counted),
    )
