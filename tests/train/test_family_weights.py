"""Models of the family that are trained further: low-rank additions, and towers whose folders are gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from tests.networks.conftest import bert, clip
from tests.train.test_family_training import TOY
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import ConfigError, WeightsError
from vla_assistant.networks.family.storage import NAME, from_folder
from vla_assistant.train.family import load_family_preset
from vla_assistant.train.loop import Options
from vla_assistant.train.report import TrainProgress
from vla_assistant.train.trainer import VLATrainer


def test_a_frozen_tower_learns_low_rank_additions_and_validations_see_them(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed, length=5) for seed in range(4)])
    frozen = TOY.replace("heads = 2, layers = 1", "heads = 2, layers = 1, frozen = true")
    often = frozen.replace("validation_steps = 3", "validation_steps = 1\nlearning_rate = 0.01")
    (tmp_path / "toy.toml").write_text(often)
    VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", Options(tmp_path / "first")).train()
    options = Options(tmp_path / "next", start_from=tmp_path / "first", lora=2, lora_layers=("linear1", "linear2"))
    trainer = VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", options, half_precision=False)
    validations = [report.validation for report in trainer.steps()]
    assert len(set(validations)) == 3
    assert torch.backends.mha.get_fastpath_enabled()
    merged = from_folder(tmp_path / "next")
    with torch.no_grad():
        losses = [float(merged.loss(batch)[0]) for batch in trainer.source.validation()]
    assert validations[-1] == pytest.approx(sum(losses) / len(losses), abs=2e-3)


def test_a_run_goes_on_and_starts_from_a_file_without_the_folders_of_its_towers(tmp_path: Path) -> None:
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed, length=5) for seed in range(4)])
    for make in (clip, bert):
        make(tmp_path / make.__name__)
    vision, language = (f'{{ kind = "{kind}", name_or_folder = "{tmp_path / kind}" }}' for kind in ("clip", "bert"))
    lines = [line for line in TOY.splitlines() if not line.startswith(("vision", "language"))]
    (tmp_path / "toy.toml").write_text("\n".join([*lines, f"vision = {vision}", f"language = {language}"]))

    def train(out: str, start_from: Path | None = None) -> TrainProgress | None:
        options = Options(tmp_path / out, start_from=start_from)
        chosen = load_family_preset(str(tmp_path / "toy.toml"))
        assert chosen is not None
        steps = 4 if out == "first" and (tmp_path / out).is_dir() else 3
        return VLATrainer(chosen.model_copy(update={"steps": steps}), tmp_path / "d", options).train()

    train("first")
    for folder in ("clip", "bert"):
        shutil.rmtree(tmp_path / folder)
    again, other = train("first"), train("next", tmp_path / "first" / NAME)
    assert again is not None
    assert again.step == 4
    assert other is not None
    one, two = (from_folder(tmp_path / out).state_dict() for out in ("first", "next"))
    tower = "cameras.tower.model.vision_model.encoder.layers.0.mlp.fc1.weight"
    torch.testing.assert_close(one[tower], two[tower], atol=0.01, rtol=0)
    with pytest.raises(WeightsError, match="no clip vision tower"):
        train("empty")
    (tmp_path / "toy.toml").write_text(TOY)
    with pytest.raises(ConfigError, match="another shape than the network of the preset"):
        train("compact", tmp_path / "first" / NAME)
