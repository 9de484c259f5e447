"""Trainings of a few steps, and what lies in their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from vla_assistant.networks.weights import load_weights
from vla_assistant.train.preset import Preset, load_preset

EPISODES = 6
"""In the recordings `data`, see conftest."""


def preset(**changes: Any) -> Preset:
    return load_preset("debug").model_copy(update={"steps": 4, "log_steps": 2, "validation_steps": 2} | changes)


def state(path: Path) -> dict[str, Tensor]:
    return load_weights(path).state_dict()


def change_header(path: Path, **entries: str | None) -> None:
    """Other entries in the header of a checkpoint; None takes one out."""
    with safe_open(path, framework="pt") as file:
        header, tensors = file.metadata() | entries, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(tensors, path, metadata={name: value for name, value in header.items() if value is not None})
