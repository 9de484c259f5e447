"""Weights judged by simulated commands."""

from __future__ import annotations

from pathlib import Path

from vla_assistant.evaluate.suite.contestants import EXPERT
from vla_assistant.paths import assets
from vla_assistant.train.trials import failure_rate


def test_what_fails_less_is_judged_better() -> None:
    assert failure_rate(1, EXPERT)(Path()) == 0.0
    assert failure_rate(1)(assets() / "weights" / "compact" / "compact.safetensors") in (0.0, 1.0)
