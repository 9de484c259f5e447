"""Training in several processes: they share the work and hold the same weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.recordings import FEATURES, made_up_episode
from tests.train.test_family_training import TOY
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.networks.weights import load_weights, read_card
from vla_assistant.train.objective import WEIGHTS_NAME
from vla_assistant.train.preset import load_preset
from vla_assistant.train.team import LONGEST_WAIT

pytest.importorskip("accelerate")

LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
LAUNCH += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
PROGRAM = """
import sys
from pathlib import Path
import torch
from torch.distributed import distributed_c10d
from vla_assistant.train.loop import Options
from vla_assistant.train.trainer import VLATrainer, preset_of

data, out = map(Path, sys.argv[2:])
preset = preset_of(sys.argv[1]).model_copy(update={"steps": 6, "batch": 8})
trainer = VLATrainer(preset, data, Options(out / "run"))
trainer.train()
sums = [float(weight.detach().double().sum()) for weight in trainer.network.parameters()]
batch = trainer.source.draw(trainer.team.rank)
drawn = batch["state"] if isinstance(batch, dict) else batch.state
patience = distributed_c10d._get_default_group()._get_backend(torch.device("cpu")).options._timeout
said = (sums, tuple(drawn.shape), drawn[0].tolist(), patience)
(out / f"rank-{trainer.team.rank}.txt").write_text("|".join(map(str, said)))
trainer.team.leave()
"""
GROWING = """
import sys
from pathlib import Path
from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.train.loop import Options
from vla_assistant.train.preset import load_preset
from vla_assistant.train.trainer import VLATrainer

data, out = map(Path, sys.argv[1:])
changes = {"steps": 400, "log_steps": 1, "refresh_steps": 4, "validation_share": 0.0}
trainer = VLATrainer(load_preset("debug").model_copy(update=changes), data, Options(out / "run"))
for report in trainer.steps():
    if report.step == 1 and trainer.team.is_first:
        DatasetWriter(data, FEATURES).append([made_up_episode(seed) for seed in (6, 7)])
    if trainer.team.mean([trainer.source.frames])[0] == 8 * 12:
        break
(out / f"grown-{trainer.team.rank}.txt").write_text(str(trainer.source.frames))
trainer.team.leave()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed) for seed in range(6)])
    return tmp_path / "d"


def run(*arguments: str) -> str:
    result = subprocess.run([*LAUNCH, *arguments], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("preset", ["debug", "family"])
def test_two_processes_hold_the_same_weights_and_see_other_frames(data: Path, tmp_path: Path, preset: str) -> None:
    if preset == "family":
        preset = str(tmp_path / "toy.toml")
        Path(preset).write_text(TOY)
    (tmp_path / "program.py").write_text(PROGRAM)
    run(str(tmp_path / "program.py"), preset, str(data), str(tmp_path))
    said = [(tmp_path / f"rank-{rank}.txt").read_text().split("|") for rank in (0, 1)]
    assert said[0][0] == said[1][0]
    assert said[0][1] == said[1][1] == "(4, 17)"  # half of a batch of 8
    assert said[0][2] != said[1][2]
    assert said[0][3] == said[1][3] == str(LONGEST_WAIT)


def test_every_process_uses_what_is_recorded_meanwhile(data: Path, tmp_path: Path) -> None:
    (tmp_path / "growing.py").write_text(GROWING)
    run(str(tmp_path / "growing.py"), str(data), str(tmp_path))
    assert [(tmp_path / f"grown-{rank}.txt").read_text() for rank in (0, 1)] == ["96", "96"]


def test_the_command_runs_unchanged_in_two_processes(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    said = run("-m", "vla_assistant", "train", "--preset", "debug", "--data", str(data), "--out", str(out))
    steps = [json.loads(line)["step"] for line in (out / "train.jsonl").read_text().splitlines()]
    assert steps == [10, 20, 30, 40]
    assert len(said.splitlines()) == len(steps)
    load_weights(out / WEIGHTS_NAME)
    card = read_card(out / WEIGHTS_NAME)
    assert (card["processes"], card["frames"]) == (2, 40 * load_preset("debug").batch)
    assert not list(out.glob(".*"))
