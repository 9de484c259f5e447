"""Training that begins with weights that are there, and changes only some parts of the network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.train.short_runs import change_header, preset, state
from vla_assistant.errors import ConfigError, WeightsError
from vla_assistant.train.loop import Options
from vla_assistant.train.objective import WEIGHTS_NAME
from vla_assistant.train.trainer import VLATrainer


@pytest.mark.parametrize("name", ["", WEIGHTS_NAME])
def test_a_run_starts_from_a_folder_or_a_file(data: Path, tmp_path: Path, name: str) -> None:
    VLATrainer(preset(), data, Options(tmp_path / "first")).train()
    options = Options(tmp_path / "next", start_from=tmp_path / "first" / name, seed=5)
    VLATrainer(preset(steps=1, learning_rate=1e-9, validation_steps=5), data, options).train()
    one, other = state(tmp_path / "first" / WEIGHTS_NAME), state(tmp_path / "next" / WEIGHTS_NAME)
    weights = [key for key in one if "running" not in key and "num_batches" not in key]
    assert all(torch.allclose(one[key], other[key], atol=1e-3) for key in weights)


def test_a_start_from_nothing_is_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no run in"):
        VLATrainer(preset(), data, Options(tmp_path / "out", start_from=tmp_path)).train()


def test_a_frozen_tower_stays_as_it_is(data: Path, tmp_path: Path) -> None:
    VLATrainer(preset(), data, Options(tmp_path / "first")).train()
    options = Options(tmp_path / "next", start_from=tmp_path / "first" / WEIGHTS_NAME, freeze=("vision",))
    VLATrainer(preset(steps=6), data, options).train()
    one, other = state(tmp_path / "first" / WEIGHTS_NAME), state(tmp_path / "next" / WEIGHTS_NAME)
    assert all(torch.equal(one[name], other[name]) for name in one if name.startswith("trunks."))
    assert not torch.equal(one["act.0.weight"], other["act.0.weight"])


def test_a_run_goes_on_with_the_same_parts_frozen_only(data: Path, tmp_path: Path) -> None:
    VLATrainer(preset(), data, Options(tmp_path, freeze=("vision",))).train()
    for others in ((), ("language",)):
        with pytest.raises(WeightsError, match="other parts of the network"):
            VLATrainer(preset(steps=6), data, Options(tmp_path, freeze=others)).train()
    last = VLATrainer(preset(steps=6), data, Options(tmp_path, freeze=("vision",))).train()
    assert last is not None
    assert last.step == 6


def test_a_checkpoint_that_names_no_parts_is_continued(data: Path, tmp_path: Path) -> None:
    VLATrainer(preset(), data, Options(tmp_path)).train()
    change_header(tmp_path / "checkpoint.safetensors", trained=None)
    last = VLATrainer(preset(steps=6), data, Options(tmp_path)).train()
    assert last is not None
    assert last.step == 6


def test_what_cannot_be_frozen_is_told_with_what_can(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no part 'ears'.*vision, language"):
        VLATrainer(preset(), data, Options(tmp_path, freeze=("ears",))).train()


def test_low_rank_additions_are_merged_into_ordinary_weights(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("peft")
    VLATrainer(preset(), data, Options(tmp_path / "first")).train()
    start = tmp_path / "first" / WEIGHTS_NAME
    options = Options(tmp_path / "next", start_from=start, lora=2, lora_layers=("act",))
    VLATrainer(preset(steps=6, learning_rate=0.01), data, options).train()
    one, other = state(start), state(tmp_path / "next" / WEIGHTS_NAME)
    changed = {name for name in one if not torch.equal(one[name], other[name])}
    assert changed
    assert all(name.startswith("act.") and name.endswith("weight") for name in changed)
    difference = other["act.2.weight"] - one["act.2.weight"]
    values = torch.linalg.svdvals(difference)
    assert values[2] < 0.05 * values[0]  # of rank 2, but for the rounding to half precision
    again = Options(tmp_path / "third", start_from=tmp_path / "next")
    VLATrainer(preset(steps=1), data, again).train()
