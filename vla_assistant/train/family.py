"""The model family in the trainer: presets with a [family] table, their weights, their batches."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from torch import Tensor

from vla_assistant.data.dataset import ColumnMap
from vla_assistant.data.features import picture_key
from vla_assistant.data.grounded import GroundedDataset
from vla_assistant.errors import ConfigError
from vla_assistant.networks.family.config import FamilyConfig, load_family
from vla_assistant.networks.family.model import VisionLanguageActionModel
from vla_assistant.networks.family.storage import NAME, from_folder, save_model
from vla_assistant.networks.family.supervision import Batch
from vla_assistant.networks.tokens import CODE_VALUES, CODE_WIDTH
from vla_assistant.train.augment_batch import augmented
from vla_assistant.train.objective import Objective, State
from vla_assistant.train.preset import PictureChanges, preset_file


class FamilyPreset(PictureChanges):
    """One training run of a model of the family."""

    family: FamilyConfig
    shift: float = Field(0.02, ge=0, lt=1, description="Largest shift of a picture, as a share of its edge.")


class FamilyObjective(Objective):
    """A model of the family; its weights file holds everything that it needs."""

    WEIGHTS_NAME = NAME
    network: VisionLanguageActionModel

    def __init__(
        self, network: VisionLanguageActionModel, half_precision: bool = False, changes: FamilyPreset | None = None
    ) -> None:
        """`changes`: how pictures are changed in training; a network of one's own has none."""
        super().__init__(network, half_precision)
        self._changes = changes

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss; in training of changed pictures."""
        if self.training and self._changes is not None:
            batch = augmented(batch, self._changes, self._changes.shift)
        return super().forward(batch)

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


def samples(data: Path, config: FamilyConfig) -> GroundedDataset:
    """What a model of this configuration learns from in a recording of ours.

    Raises:
        ConfigError: Its plan has no place for the numbers of a step.
        InputError: There is none, or it lacks a camera.
    """
    plan = config.plan
    if plan.tokens and (plan.tokens != CODE_WIDTH or plan.vocabulary < CODE_VALUES):
        raise ConfigError(
            f"A plan of {plan.tokens} tokens with {plan.vocabulary} values cannot be learnt from recordings of ours.",
            f"Under [family.plan] set tokens = {CODE_WIDTH} and vocabulary = {CODE_VALUES} or more, or tokens = 0.",
        )
    cameras = ColumnMap(cameras={camera: picture_key(camera) for camera in config.cameras})
    horizon, frames = config.action.horizon, config.frames
    return GroundedDataset(data, cameras, horizon=horizon, frames=frames, history=config.history, size=0)
