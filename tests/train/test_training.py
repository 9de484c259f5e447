"""Training: the loss falls, a stopped run goes on exactly, targets and losses mean what they say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import ConfigError, WeightsError
from vla_assistant.networks import tokens
from vla_assistant.networks.heat import wanted_heat
from vla_assistant.networks.weights import load_weights
from vla_assistant.train.checkpoint import NAME
from vla_assistant.train.loop import Options
from vla_assistant.train.losses import matches
from vla_assistant.train.objective import WEIGHTS_NAME
from vla_assistant.train.preset import Preset, load_preset
from vla_assistant.train.report import TrainProgress
from vla_assistant.train.trainer import VLATrainer
from vla_assistant.types import Reference


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recordings") / "d"
    DatasetWriter(root, FEATURES).append([made_up_episode(seed) for seed in range(4)])
    return root


def train(
    preset: Preset, data: Path, out: Path, clock: Callable[[], float] = time.monotonic, **options: Any
) -> Iterator[TrainProgress]:
    return VLATrainer(preset, data, Options(out, **options), clock=clock).steps()


def test_debug_preset_learns_in_seconds(data: Path, tmp_path: Path) -> None:
    reports = list(train(load_preset("debug"), data, tmp_path / "out"))
    assert reports[-1].loss < 0.8 * reports[0].loss
    assert reports[-1].step == load_preset("debug").steps
    load_weights(tmp_path / "out" / WEIGHTS_NAME)
    lines = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [report.step for report in reports]


def test_stopped_run_goes_on_exactly(data: Path, tmp_path: Path) -> None:
    preset = load_preset("debug")
    whole = list(train(preset, data, tmp_path / "whole"))
    stopped = train(preset, data, tmp_path / "parts")
    for report in stopped:
        if report.step == 20:
            break
    stopped.close()  # type: ignore[attr-defined]
    rest = list(train(preset, data, tmp_path / "parts"))
    assert [r.step for r in rest] == [30, 40]
    assert [r.loss for r in rest] == [r.loss for r in whole[2:]]
    one, other = (load_weights(tmp_path / name / WEIGHTS_NAME).state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_minutes_end_a_run_with_the_rate_at_zero(data: Path, tmp_path: Path) -> None:
    ticks = iter(range(100_000))
    reports = list(train(load_preset("debug"), data, tmp_path, minutes=0.4, clock=lambda: float(next(ticks))))
    assert reports[-1].step < 40
    assert reports[-1].learning_rate == pytest.approx(0, abs=2e-4)


def test_damaged_checkpoint_is_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="cannot be continued"):
        next(iter(train(load_preset("debug"), data, tmp_path)))


def test_training_after_drawing_does_not_crash(data: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from vla_assistant.sim.world import SimWorld;"
        "from vla_assistant.train.loop import Options; from vla_assistant.train.trainer import VLATrainer;"
        "from vla_assistant.train.preset import load_preset;"
        "SimWorld().render('front', 16, 16);"
        "preset = load_preset('debug').model_copy(update={'steps': 2, 'log_steps': 1});"
        "print(len(list(VLATrainer(preset, Path(sys.argv[1]), Options(Path(sys.argv[2]))).steps())))"
    )
    result = subprocess.run([sys.executable, "-c", program, str(data), str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["2"]


def test_unknown_preset_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match="compact, debug"):
        load_preset("huge")


def test_query_without_colour_means_every_thing_of_the_shape_and_a_thing_any_shape() -> None:
    names = [Reference("cube", "red"), Reference("cube", "blue"), Reference("cup", "blue"), Reference("drawer")]
    asked = [names[1], Reference("cube"), None, Reference("thing", "blue"), Reference("thing"), names[3]]
    things = torch.tensor([[*map(tokens.encode_reference, names), (-1, -1)]])
    queries = torch.tensor([[*map(tokens.encode_reference, asked)]])
    assert matches(queries, things)[0].tolist() == [
        *([0, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [1, 1, 1, 0, 0], [0, 0, 0, 1, 0])
    ]


def test_wanted_heat_lies_where_the_thing_is() -> None:
    heat = wanted_heat(torch.tensor([[[0.30, 0.71]]]), 32, 32).view(32, 32)
    assert heat.sum() == pytest.approx(1.0, abs=1e-5)
    centres = (torch.arange(32) + 0.5) / 32
    assert (heat.sum(0) * centres).sum() == pytest.approx(0.30, abs=2e-3)
    assert (heat.sum(1) * centres).sum() == pytest.approx(0.71, abs=2e-3)
