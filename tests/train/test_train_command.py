"""`vla-assistant train` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.data.recordings import FEATURES, made_up_episode
from tests.train.test_trials import Able, Idle
from vla_assistant import cli
from vla_assistant.commands.train import _duration
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.expert_policy import ExpertPolicy
from vla_assistant.networks.weights import load_weights, read_card
from vla_assistant.paths import assets
from vla_assistant.sim.world import SimWorld
from vla_assistant.train import board
from vla_assistant.train.results import BEST_NAME


@pytest.fixture
def data(tmp_path: Path) -> Path:
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed) for seed in range(4)])
    return tmp_path / "d"


def type_in(*words: str) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["train", *words])
    assert not ending.value.code, ending.value.code


def test_options_reach_the_run(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = assets() / "weights" / "compact" / "compact.safetensors"
    preset = tmp_path / "small.toml"
    preset.write_text("batch = 2\nlog_steps = 1\nrefresh_steps = 0\nthreads = 1\nvalidation_share = 0.0\n")
    words = ["--preset", str(preset), "--data", str(data), "--out", str(tmp_path / "out"), "--epochs", "0.1"]
    with pytest.raises(SystemExit):
        cli.main(["train", *words, "--start-from", str(start)])
    assert "another shape than the network of the preset" in capsys.readouterr().err
    with preset.open("a") as file:
        file.write('[network]\nhidden = 1024\nhead = "geometric"\naim = true\n')
    type_in(*words, "--start-from", str(start), "--freeze", "vision", "--batch-size", "4", "--precision", "off")
    said = capsys.readouterr().out.splitlines()
    assert said
    assert all("frames/s" in line and line.endswith("min left") for line in said)
    assert read_card(tmp_path / "out" / "compact.safetensors")["frames"] == 4 * len(said)
    one, other = (load_weights(path).state_dict() for path in (start, tmp_path / "out" / "compact.safetensors"))
    assert all((one[name] == other[name]).all() for name in one if name.startswith("trunks."))
    assert (tmp_path / "out" / "tensorboard").is_dir() == board.is_installed()


def test_without_tensorboard_there_is_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "is_installed", lambda: False)
    type_in("--preset", "debug", "--data", str(data), "--out", str(tmp_path / "out"), "--epochs", "0.2")
    assert "TensorBoard is not installed" in capsys.readouterr().out
    assert not (tmp_path / "out" / "tensorboard").exists()


def test_the_best_weights_are_those_with_the_most_successful_trials(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[int] = []

    def create(candidate: Contestant, world: SimWorld) -> ExpertPolicy:
        judged.append(int(read_card(Path(candidate.weights))["steps"]))
        return (Idle if len(judged) == 1 else Able)(world, [])

    monkeypatch.setattr(Contestant, "create", create)
    out = tmp_path / "out"
    words = ["--preset", "debug", "--data", str(data), "--out", str(out), "--best-by", "rollout", "--trials", "1"]
    type_in(*words)
    lines = [json.loads(line) for line in (out / "train.jsonl").read_text("utf-8").splitlines()]
    assert judged == [20, 40]
    assert [lines[1]["best"], lines[-1]["best"]] == [1.0, 0.0]
    assert read_card(out / BEST_NAME)["steps"] == 40


def test_low_rank_additions_to_random_weights_are_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--preset", "debug", "--data", str(data), "--out", str(tmp_path / "out"), "--lora", "2"]
    with pytest.raises(SystemExit):
        cli.main(["train", *words])
    said = " ".join(capsys.readouterr().err.split())
    assert "has learnt nothing yet" in said
    assert "--start-from" in said


def test_a_run_without_recordings_says_how_to_make_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["train", "--preset", "compact", "--out", str(tmp_path)])
    assert "vla-assistant generate" in capsys.readouterr().err


def test_a_run_that_is_there_says_how_it_goes_on(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--preset", "debug", "--data", str(data), "--out", str(tmp_path / "out")]
    type_in(*words, "--epochs", "1")
    assert "goes on" not in capsys.readouterr().out
    type_in(*words, "--epochs", "1")
    assert "had ended at step" in capsys.readouterr().out
    start = assets() / "weights" / "compact" / "compact.safetensors"
    type_in(*words, "--epochs", "2", "--start-from", str(start))
    said = capsys.readouterr().out
    assert "goes on at step" in said
    assert "--start-from names is left aside" in said


@pytest.mark.parametrize("option", ["--epochs", "--minutes"])
def test_a_run_without_length_is_refused(
    data: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["train", "--preset", "debug", "--data", str(data), "--out", str(tmp_path / "out"), option, "-1"])
    assert ending.value.code
    assert option in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_decoder_refuses_what_is_not_meant_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["train", "--preset", "decoder", "--out", str(tmp_path), "--epochs", "2", "--freeze", "vision"])
    assert ending.value.code
    assert "--epochs, --freeze means nothing" in capsys.readouterr().err


def test_time_left_is_told_in_hours_and_minutes() -> None:
    assert [_duration(seconds) for seconds in (20, 600, 5400)] == ["0 min", "10 min", "1 h 30 min"]
