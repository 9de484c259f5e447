"""What `calibrate` says, and what `plan` says of chances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.test_calibrating import made
from vla_assistant.cli import main
from vla_assistant.commands import calibrate as command
from vla_assistant.commands.plan import sentence_of, table_of
from vla_assistant.evaluate.worth import fitted
from vla_assistant.language import interpret
from vla_assistant.networks.weights import read_calibration
from vla_assistant.policies.compact import default_weights
from vla_assistant.runtime.grounding import Reading


def test_the_report_names_what_is_not_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    found = [made(number, rng) for number in range(60)]
    monkeypatch.setattr(command, "_gathered", lambda *given: found)
    file = tmp_path / "calibrated.safetensors"
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "--policy", str(default_weights()), "--out", str(file), "--episodes", "60"])
    assert not ended.value.code
    assert read_calibration(file) is not None
    told = command.sentences_of(fitted(found))
    assert "Steps: 120," in told
    assert "Not reliably recognised: mirrored." in told


def test_missing_weights_are_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "--policy", str(tmp_path / "no.safetensors"), "--out", str(tmp_path / "x.safetensors")])
    assert ended.value.code == 2
    assert "there is no file" in capsys.readouterr().err


def test_a_plan_says_its_chances_only_where_there_are_some() -> None:
    understanding = interpret("pick up the blue cube and place it in the red bowl", tuple)
    silent, told = Reading(understanding, 0.9), Reading(understanding, 0.9, chances=(0.9, 0.8), familiar=0.97)
    assert not {"chances", "familiar"} & set(table_of(silent))
    assert (table_of(told)["chances"], table_of(told)["familiar"]) == ([0.9, 0.8], 0.97)
    assert sentence_of(told) == f"{sentence_of(silent)} 72% likely to succeed."
