"""A toy model of the family that has learnt a little of everything, and observations without a simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vla_assistant.types import Frame, ImageArray, Observation, RobotState

TOY: dict[str, Any] = {
    "vision": {"size": 32, "stem": 8, "channels": 8, "width": 16},
    "language": {"width": 16, "layers": 1},
    "fusion": {"width": 16, "hidden": 32, "heads": 2, "layers": 1, "queries": 4, "grid": 2},
    "action": {"hidden": 32},
    "frames": 3,
    "history": 4,
}


CAMERAS = ("front", "wrist")


def observation(
    seed: int = 0, time_s: float = 0.0, image: ImageArray | None = None, commanded_x: float = 0.0
) -> Observation:
    """Pictures of noise, or this one in both cameras; the arm at the origin and open, told to be `commanded_x` [m]."""
    rng = np.random.default_rng(seed)
    zeros, pose, command = np.zeros(7), np.eye(4), np.eye(4)
    command[0, 3] = commanded_x
    state = RobotState(zeros, zeros, 1.0, pose, command, 1.0, zeros, time_s)
    images = {name: rng.integers(0, 255, (64, 80, 3), np.uint8) if image is None else image for name in CAMERAS}
    return Observation({name: Frame(images[name], name, seed, time_s) for name in CAMERAS}, state)


def write_family(folder: Path, taught: tuple[str, ...], **changes: Any) -> Path:
    """A toy model that was taught these keys of a batch, in a folder."""
    import torch

    from vla_assistant.networks.family.config import FamilyConfig
    from vla_assistant.networks.family.model import VisionLanguageActionModel
    from vla_assistant.networks.family.storage import save_model

    torch.manual_seed(0)
    config = FamilyConfig.model_validate(TOY | changes)
    model = VisionLanguageActionModel(config)
    batch = {
        "pictures": {camera: torch.rand(2, 1, 3, 32, 32) for camera in config.cameras},
        "depth": {camera: torch.rand(2, 1, 1, 32, 32) for camera in config.cameras},
        "texts": ["pick up the red cup", "go home"],
        "state": torch.zeros(2, config.state_width),
    }
    known = {
        "actions": torch.zeros(2, 8, 7),
        "plan": torch.zeros(2, 8, dtype=torch.long),
        "done": torch.zeros(2),
        "progress": torch.zeros(2),
        "success": torch.ones(2),
        "phrases": [["red cup"]] * 2,
    }
    places = {camera: torch.full((2, 1, 2), 0.5) for camera in config.cameras}
    batch |= {key: known[key] for key in taught}
    model.loss(batch | {"points": places, "seen": {camera: torch.ones(2, 1) for camera in config.cameras}})
    save_model(folder, model)
    return folder


@pytest.fixture(scope="session")
def family_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy model of the family that was taught everything."""
    everything = ("actions", "done", "progress", "success", "phrases")
    return write_family(tmp_path_factory.mktemp("family"), everything)
