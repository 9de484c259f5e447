"""The model family in the trainer: presets with a [family] table, their weights, their batches."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vla_assistant.data.dataset import ColumnMap
from vla_assistant.data.features import picture_key
from vla_assistant.data.grounded import GroundedDataset
from vla_assistant.errors import ConfigError
from vla_assistant.networks.family.config import FamilyConfig, load_family
from vla_assistant.networks.family.model import VisionLanguageActionModel
from vla_assistant.networks.family.storage import NAME, from_folder, read_towers, save_model
from vla_assistant.train.checkpoint import NAME as CHECKPOINT
from vla_assistant.train.objective import Objective, State
from vla_assistant.train.preset import Schedule, preset_file


class FamilyPreset(Schedule):
    """One training run of a model of the family."""

    family: FamilyConfig


class FamilyObjective(Objective):
    """A model of the family; its weights file holds everything that it needs."""

    WEIGHTS_NAME = NAME
    network: VisionLanguageActionModel

    def read(self, path: Path) -> State:
        return from_folder(path).state_dict()

    def write(self, path: Path, state: State, card: Mapping[str, Any]) -> None:
        save_model(path, self.network, card, state=state, half=True)


def load_family_preset(name: str) -> FamilyPreset | None:
    """The preset of this name, or in this TOML file; None when it is of another network.

    Raises:
        ConfigError: There is no such preset, or it has mistakes.
    """
    if load_family(name) is None:
        return None
    path = preset_file(name)
    try:
        return FamilyPreset.model_validate({"name": path.stem} | tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise ConfigError(f"The training preset {path} cannot be used: {error}.") from error


def begun_model(config: FamilyConfig, out: Path, start_from: Path | None) -> VisionLanguageActionModel:
    """The model that a run trains, before weights are loaded into it.

    Args:
        config: Which model.
        out: Folder of the run.
        start_from: Folder of an earlier run, or a weights file.

    Returns:
        Of a run that goes on or starts from weights the towers are built as those are described, for their weights
        hold all; a tower of another kind or picture size is read from its folder, as that of a new run.

    Raises:
        WeightsError: A pretrained tower is not there, of another kind, or not whole; or the weights are damaged.
    """
    said: dict[str, Any] = {}
    file = _described_in(out, start_from)
    if file is not None:
        found, said = read_towers(file)
        if (found.vision.kind, found.vision.size) != (config.vision.kind, config.vision.size):
            del said["vision"]
        if found.language.kind != config.language.kind:
            del said["language"]
    return VisionLanguageActionModel(config, said)


def _described_in(out: Path, start_from: Path | None) -> Path | None:
    """The weights file that says what the towers are that weights will be loaded into; None when there is none."""
    folders = [out / NAME] if (out / CHECKPOINT).is_file() else []  # else nothing fills towers that are built empty
    if start_from is not None:
        folders.append(start_from / NAME if start_from.is_dir() else start_from)
    return next(filter(Path.is_file, folders), None)


def samples(data: Path, config: FamilyConfig) -> GroundedDataset:
    """What a model of this configuration learns from in a recording of ours.

    Raises:
        InputError: There is none, or it lacks a camera.
    """
    cameras = ColumnMap(cameras={camera: picture_key(camera) for camera in config.cameras})
    horizon, frames = config.action.horizon, config.frames
    return GroundedDataset(data, cameras, horizon=horizon, frames=frames, history=config.history, size=0)
