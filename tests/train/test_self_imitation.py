"""Rounds of trying and training with the debug preset; trials are made up, but for one that the real program makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant import cli
from vla_assistant.data import trials_kept
from vla_assistant.data.shard import encode_shard
from vla_assistant.data.trials_kept import TrialOrder, Tried
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import ConfigError, InputError
from vla_assistant.networks.weights import load_weights, read_card
from vla_assistant.train.loop import Options
from vla_assistant.train.preset import load_preset
from vla_assistant.train.self_imitation import ROUNDS_NAME, Rounds, SelfImitation
from vla_assistant.train.trainer import VLATrainer

PRESET = load_preset("debug")
HOW = Rounds(rounds=2, assignments=3, share=0.5, workers=1)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings in `data` and weights in `first`."""
    folder = tmp_path_factory.mktemp("start")
    DatasetWriter(folder / "data", FEATURES).append([made_up_episode(seed) for seed in range(4)])
    VLATrainer(PRESET, folder / "data", Options(folder / "first")).train(epochs=0.2)
    return folder


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[TrialOrder]:
    """Every order that was carried out; each keeps its first assignment."""
    seen: list[TrialOrder] = []

    def shard(order: TrialOrder) -> tuple[TrialOrder, Tried]:
        seen.append(order)
        encode_shard([made_up_episode(order.seeds[0])], order.folder)
        return order, Tried(len(order.seeds), 5, 2, 1)

    monkeypatch.setattr(trials_kept, "try_shard", shard)
    return seen


def learning(started: Path, out: Path, how: Rounds = HOW) -> SelfImitation:
    return SelfImitation(PRESET, started / "data", Options(out, start_from=started / "first"), how)


def test_rounds_go_on_from_each_other(started: Path, tmp_path: Path, orders: list[TrialOrder]) -> None:
    lines = list(learning(started, tmp_path).steps(epochs=0.3))
    assert [order.weights for order in orders] == [
        started / "first" / "compact.safetensors",
        tmp_path / "round-1" / "compact.safetensors",
    ]
    assert not set(orders[0].seeds) & set(orders[1].seeds)
    assert orders[0].longest == {"pick": 1.5 * 11}
    assert lines[-1].startswith("Round 2 is over after 3 assignments: 2 of 5 steps succeeded, 1 kept")
    last, whole = (load_weights(p / "compact.safetensors").state_dict() for p in (tmp_path / "round-2", tmp_path))
    first = load_weights(started / "first" / "compact.safetensors").state_dict()
    assert all((last[name] == whole[name]).all() for name in last)
    assert any((last[name] != first[name]).any() for name in last)


def test_a_run_that_was_stopped_goes_on_where_it_was(started: Path, tmp_path: Path, orders: list[TrialOrder]) -> None:
    for line in learning(started, tmp_path).steps(epochs=0.3):
        if line.startswith("Round 1 is over"):
            break
    card = read_card(tmp_path / "round-1" / "compact.safetensors")
    list(learning(started, tmp_path).steps(epochs=0.3))
    assert len(orders) == 2
    rounds = tmp_path / ROUNDS_NAME
    rounds.write_text(rounds.read_text() + '{"number": 3, "tri')  # a kill came while it was written
    assert list(learning(started, tmp_path, replace(HOW, rounds=3)).steps(epochs=0.3))
    assert [json.loads(line)["number"] for line in rounds.read_text().splitlines()] == [1, 2, 3]
    assert read_card(tmp_path / "round-1" / "compact.safetensors") == card
    assert list(learning(started, tmp_path).steps(epochs=0.3)) == []


def test_the_command_tries_with_the_policy_it_is_given(
    started: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A toy that has learnt from twelve grey frames never succeeds, and the run says so."""
    words = ["--preset", "debug", "--data", str(started / "data"), "--out", str(tmp_path / "out")]
    words += ["--algorithm", "self-imitation", "--start-from", str(started / "first" / "compact.safetensors")]
    with pytest.raises(SystemExit) as ending:
        cli.main(["train", *words, "--rounds", "1", "--tries", "1", "--kinds", "pick", "--workers", "1"])
    assert ending.value.code
    said = capsys.readouterr()
    assert "round 1 of 1: 1 assignments: 0 of" in said.out
    assert "nothing to learn from" in said.err


def test_without_a_policy_or_a_success_there_is_a_sentence(
    started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="needs a policy"):
        SelfImitation(PRESET, started / "data", Options(tmp_path), HOW)
    with pytest.raises(ConfigError, match="no weights"):
        SelfImitation(PRESET, started / "data", Options(tmp_path, start_from=tmp_path), HOW)
    monkeypatch.setattr(trials_kept, "try_shard", lambda order: (order, Tried(3, 3, 0, 0)))
    with pytest.raises(InputError, match="0 of 3 steps succeeded"):
        list(learning(started, tmp_path).steps(epochs=0.3))
