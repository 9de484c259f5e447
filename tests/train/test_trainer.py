"""The trainer: validation, early end, exact resume after a kill, curves, networks of one's own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.data.recordings import FEATURES, made_up_episode
from tests.train.short_runs import EPISODES, change_header, preset, state
from vla_assistant.data.held_out import held_out_episodes, is_held_out
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import InputError
from vla_assistant.networks.weights import load_weights, read_card
from vla_assistant.train.loop import Options
from vla_assistant.train.objective import WEIGHTS_NAME
from vla_assistant.train.preset import Schedule, load_preset
from vla_assistant.train.read_ahead import ReadAhead
from vla_assistant.train.results import BEST_NAME
from vla_assistant.train.trainer import VLATrainer


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_held_out_episodes_are_measured_and_the_best_weights_kept(data: Path, tmp_path: Path) -> None:
    last = VLATrainer(load_preset("debug"), data, Options(tmp_path)).train()
    assert last is not None
    assert last.validation is not None
    assert last.best == pytest.approx(min(last.validation, last.best))
    assert last.dataset_frames < EPISODES * 12
    assert read_card(tmp_path / BEST_NAME)["steps"] in (20, 40)
    assert not list(tmp_path.glob(".*"))


def test_which_episodes_are_held_out_depends_on_their_seed_alone() -> None:
    share = np.mean([is_held_out(seed, 0.1) for seed in range(5000)])
    assert share == pytest.approx(0.1, abs=0.015)
    rows = [{"episode_index": index, "seed": seed} for index, seed in enumerate([7, 7, 8, 9])]
    kept = set(held_out_episodes(rows, 0.5).tolist())
    assert kept == {index for index, row in enumerate(rows) if is_held_out(row["seed"], 0.5)}
    assert (0 in kept) == (1 in kept)


def test_a_run_ends_when_validations_bring_nothing_better(data: Path, tmp_path: Path) -> None:
    scores = iter([0.5, 0.4, 0.6, 0.4, 0.1])
    asked: list[Path] = []

    def score(path: Path) -> float:
        load_weights(path)
        asked.append(path)
        return next(scores)

    chosen = preset(steps=40, patience=2)
    reports = list(VLATrainer(chosen, data, Options(tmp_path, score=score)).steps())
    assert reports[-1].step == 8
    assert len(asked) == 4
    assert reports[-1].best == 0.4
    assert read_card(tmp_path / BEST_NAME)["steps"] == 4


@pytest.mark.parametrize("grown", [False, True])
def test_the_best_is_sought_anew_when_other_episodes_are_held_out(tmp_path: Path, grown: bool) -> None:
    writer = DatasetWriter(tmp_path / "d", FEATURES)
    writer.append([made_up_episode(seed) for seed in range(EPISODES)])
    VLATrainer(preset(), tmp_path / "d", Options(tmp_path / "out")).train()
    change_header(tmp_path / "out" / "checkpoint.safetensors", best="0.001")
    if grown:
        writer.append([made_up_episode(seed) for seed in range(100, 200) if is_held_out(seed, 0.3)][:2])
    last = VLATrainer(preset(steps=6), tmp_path / "d", Options(tmp_path / "out")).train()
    assert last is not None
    assert last.best is not None
    assert (last.best > 0.001) == grown


def test_a_killed_run_goes_on_to_the_same_weights(data: Path, tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from vla_assistant.train.loop import Options;"
        "from vla_assistant.train.trainer import VLATrainer\n"
        "for report in VLATrainer('debug', Path(sys.argv[1]), Options(Path(sys.argv[2]))).steps():\n"
        "    if report.step == 30: os.kill(os.getpid(), 9)"
    )
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    result = subprocess.run([sys.executable, "-c", program, str(data), str(killed)], capture_output=True)
    assert result.returncode == -signal.SIGKILL, result.stderr
    VLATrainer("debug", data, Options(killed)).train()
    VLATrainer("debug", data, Options(whole)).train()
    for name in (WEIGHTS_NAME, BEST_NAME):
        assert same(state(killed / name), state(whole / name))
    logs = [[json.loads(line) for line in (f / "train.jsonl").read_text().splitlines()] for f in (killed, whole)]
    assert [line["step"] for line in logs[0]] == [10, 20, 30, 40]
    assert [line["loss"] for line in logs[0]] == [line["loss"] for line in logs[1]]


def test_curves_are_drawn(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reports = list(VLATrainer(preset(), data, Options(tmp_path, tensorboard=True)).steps())
    curves = EventAccumulator(str(tmp_path / "tensorboard"))
    curves.Reload()
    points = curves.Scalars("loss/total")
    assert [point.step for point in points] == [report.step for report in reports]
    assert [point.value for point in points] == pytest.approx([report.loss for report in reports])


def test_epochs_and_sizes_can_be_chosen(data: Path, tmp_path: Path) -> None:
    trainer = VLATrainer(preset(), data, Options(tmp_path))
    last = trainer.train(epochs=2, batch_size=6, learning_rate=1e-4)
    assert last is not None
    assert last.frames_seen == pytest.approx(2 * last.dataset_frames, abs=6)
    assert last.learning_rate <= 1e-4


def test_batches_are_drawn_ahead_in_order_and_errors_arrive() -> None:
    def draw(index: int) -> int:
        if index == 9:
            raise InputError("The disk is gone.")
        return index

    with ReadAhead(draw, first=5) as ahead:
        assert [ahead.take() for _ in range(4)] == [5, 6, 7, 8]
        with pytest.raises(InputError, match="disk"):
            ahead.take()


class Numbers:
    """Items of a dataset of one's own: a line with a slope of 3."""

    def __len__(self) -> int:
        return 40

    def __getitem__(self, index: int) -> dict[str, float]:
        return {"x": index / 40}

    def collate(self, items: Sequence[Mapping[str, Any]]) -> Tensor:
        return torch.tensor([[item["x"]] for item in items])

    def held_out(self, share: float) -> np.ndarray:
        return np.arange(40) < 40 * share


class Line(nn.Module):
    """A network of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Linear(1, 1, bias=False)
        self.unused = nn.Linear(1, 1)

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        error = (self.slope(batch) - 3 * batch).abs().mean()
        return error, {"error": error}


def test_any_network_with_a_loss_is_trained(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    schedule = Schedule(steps=300, batch=8, learning_rate=0.05, warm_up=5, validation_share=0.2, average=0.5)
    network = Line()
    VLATrainer(network, Numbers(), Options(tmp_path), schedule=schedule).train()
    assert load_file(tmp_path / "weights.safetensors")["slope.weight"].item() == pytest.approx(3.0, abs=0.1)
    with pytest.raises(InputError, match="no method loss"):
        VLATrainer(nn.Linear(1, 1), Numbers(), Options(tmp_path))
