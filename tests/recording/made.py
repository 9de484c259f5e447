"""Small recordings without a simulator's knowledge."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vla_assistant.data.episode import Episode
from vla_assistant.data.features import picture_feature, picture_key
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.recording_store import RecordingStore

SIZES = {"front": 32, "wrist": 16}


def own_episode(
    task: str, length: int, *, success: bool = True, seed: int = -1, sizes: dict[str, int] | None = None
) -> Episode:
    """An episode of a real table: state, action and noise in the pictures."""
    rng = np.random.default_rng(length)
    columns = {
        "observation.state": rng.normal(0, 0.1, (length, 17)).astype(np.float32),
        "action": rng.normal(0, 0.01, (length, 7)).astype(np.float32),
    }
    pictures = {
        picture_key(camera): rng.integers(0, 255, (length, size, size, 3), np.uint8)
        for camera, size in (sizes or SIZES).items()
    }
    return Episode(task, columns, pictures, seed, success)


def picture_columns(sizes: dict[str, int] | None = None) -> dict[str, object]:
    return {picture_key(camera): picture_feature(size, size) for camera, size in (sizes or SIZES).items()}


def made_store(root: Path, *episodes: Episode, sizes: dict[str, int] | None = None) -> RecordingStore:
    """A dataset with these episodes, each a demonstration of its own."""
    store = RecordingStore(root, picture_columns(sizes), "simulated")  # type: ignore[arg-type]
    for episode in episodes:
        store.keep([episode])
    return store


def columns_of(reader: DatasetReader) -> dict[str, np.ndarray]:
    """The columns of all shards, one below the other."""
    parts = [reader.columns(shard) for shard in reader.shards]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
