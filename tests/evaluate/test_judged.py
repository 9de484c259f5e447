"""What trials that a person judged say together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vla_assistant.errors import InputError
from vla_assistant.evaluate.intervals import wilson
from vla_assistant.evaluate.judged import JudgedTrial, note, summary


def trial(*, claimed: bool, success: bool | None) -> JudgedTrial:
    return JudgedTrial(
        1, "go home", "compact", "simulated", "simulated", "", "done", "Done.", claimed, success, None, 2.0, "now"
    )


def test_only_judged_trials_count_and_wrong_claims_are_told_apart() -> None:
    trials = [
        trial(claimed=True, success=True),
        trial(claimed=True, success=False),
        trial(claimed=False, success=True),
        trial(claimed=False, success=False),
        trial(claimed=True, success=None),
    ]
    report = summary(trials)
    assert (report.trials, report.successes, report.false_done, report.missed_done) == (4, 2, 1, 1)
    assert (report.low, report.high) == wilson(2, 4)
    assert str(report).startswith("2/4 = 50 % succeeded (95 % interval 15-85 %)")
    assert str(summary(trials[-1:])) == "No trial counts"


def test_trials_are_added_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "trials.jsonl"
    note(file, trial(claimed=True, success=True))
    note(file, trial(claimed=False, success=None))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["version"], line["claimed"], line["success"]) for line in lines] == [
        (1, True, True),
        (1, False, None),
    ]
    with pytest.raises(InputError, match="cannot be written"):
        note(tmp_path, trial(claimed=True, success=True))
