"""What the towers of a model of the family are built from when a run begins: their folders, or earlier weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vla_assistant.networks.family.config import FamilyConfig
from vla_assistant.networks.family.model import VisionLanguageActionModel
from vla_assistant.networks.family.storage import NAME, read_towers
from vla_assistant.train.checkpoint import NAME as CHECKPOINT


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
