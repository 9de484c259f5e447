"""Decoded pictures and columns of a dataset as memory-mapped arrays: what training reads.

Videos are decoded once per shard; shards that came later are added the next time. The folder can be deleted any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data import files
from vla_assistant.data.reader import DatasetReader
from vla_assistant.types import ImageArray

FOLDER = ".cache"


@dataclass(frozen=True)
class CacheProgress:
    """Shards decoded so far, and how many there are."""

    shards: int
    total: int


def build(reader: DatasetReader, folder: Path | None = None) -> Iterator[CacheProgress]:
    """Decode what is not decoded yet, a shard at a time."""
    folder = folder or reader.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for count, shard in enumerate(reader.shards, start=1):
        columns = folder / f"{shard:06d}.npz"
        if not columns.is_file():
            for key in reader.video_keys:
                pictures = np.stack(list(reader.pictures(shard, key)))
                _save(folder / f"{shard:06d}.{key}.npy", pictures)
            values = reader.columns(shard)
            files.write_whole(columns, lambda draft, values=values: _savez(draft, values))  # type: ignore[misc]
        yield CacheProgress(count, len(reader.shards))


class FrameStore:
    """All frames of a decoded dataset, numbered through."""

    def __init__(self, reader: DatasetReader, folder: Path | None = None) -> None:
        """Open the cache of this dataset; `build` must have run."""
        folder = folder or reader.root / FOLDER
        parts = [dict(np.load(folder / f"{shard:06d}.npz")) for shard in reader.shards]
        self.columns: dict[str, NDArray[np.generic]] = {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }
        self._starts = np.cumsum([0, *(len(part["index"]) for part in parts)])
        self._pictures = {
            key: [np.load(folder / f"{shard:06d}.{key}.npy", mmap_mode="r") for shard in reader.shards]
            for key in reader.video_keys
        }

    def __len__(self) -> int:
        return int(self._starts[-1])

    def pictures(self, key: str, frames: NDArray[np.int64]) -> ImageArray:
        """The pictures of these frames (n, h, w, 3)."""
        shards = np.searchsorted(self._starts, frames, side="right") - 1
        arrays = self._pictures[key]
        result = np.empty((len(frames), *arrays[0].shape[1:]), np.uint8)
        for row, (shard, frame) in enumerate(zip(shards, frames, strict=True)):
            result[row] = arrays[shard][frame - self._starts[shard]]
        return result


def _save(path: Path, array: NDArray[np.generic]) -> None:
    def write(draft: Path) -> None:
        with draft.open("wb") as file:
            np.save(file, array)

    files.write_whole(path, write)


def _savez(draft: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    with draft.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
