"""Small made-up recordings for the tests of data and training."""

from __future__ import annotations

import numpy as np

from vla_assistant.data.episode import Episode
from vla_assistant.data.features import MAX_THINGS, ROBOT, SUPERVISION, Feature, picture_feature, picture_key
from vla_assistant.networks import tokens
from vla_assistant.types import Reference, Step

SIZES = {"front": 128, "wrist": 64}
FEATURES: dict[str, Feature] = (
    ROBOT | SUPERVISION | {picture_key(camera): picture_feature(size, size) for camera, size in SIZES.items()}
)


def made_up_episode(seed: int, length: int = 12) -> Episode:
    """A red cube on a grey picture, and an arm that always moves towards +x."""
    rng = np.random.default_rng(seed)
    u, v = rng.uniform(0.3, 0.7, 2)
    columns = {
        name: np.zeros((length, *feature.shape), feature.dtype) for name, feature in (ROBOT | SUPERVISION).items()
    }
    columns["observation.state"] += rng.normal(0, 0.01, columns["observation.state"].shape).astype(np.float32)
    columns["action"][:, 0] = 0.02
    columns["action"][:, 6] = 1.0
    columns["step.code"][:] = tokens.encode_step(Step("pick", Reference("cube", "red")))
    columns["label.position"][:, :3] = (0.45, u - 0.5, 0.02)
    columns["label.progress"][:, 0] = np.linspace(0, 1, length)
    columns["label.done"][-1] = 1.0
    columns["things.code"][:] = -1
    columns["things.code"][:, :2] = (0, 0)
    for camera in ("things.front", "things.wrist"):
        columns[camera].reshape(length, MAX_THINGS, 3)[:, 0] = (u, v, 0.01)
    pictures = {picture_key(camera): _pictures(u, v, size, length) for camera, size in SIZES.items()}
    return Episode("pick up the red cube", columns, pictures, seed=seed, success=True)


def _pictures(u: float, v: float, size: int, length: int) -> np.ndarray:
    picture = np.full((size, size, 3), 150, np.uint8)
    row, column, half = int(v * size), int(u * size), max(size // 20, 1)
    picture[row - half : row + half, column - half : column + half] = (200, 20, 20)
    return np.repeat(picture[None], length, axis=0)
