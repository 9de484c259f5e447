"""Reads a LeRobotDataset v3: the list of episodes, the columns and the pictures of a shard."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data import files
from vla_assistant.data.video import read_video
from vla_assistant.errors import InputError
from vla_assistant.types import ImageArray


def read_episode_rows(root: Path) -> list[dict[str, Any]]:
    """One row for each finished episode, in order; none when nothing is there."""
    import pyarrow.parquet as parquet

    paths = sorted((root / "meta" / "episodes").glob("chunk-*/file-*.parquet"))
    rows: list[dict[str, Any]] = []
    for path in paths:
        rows += parquet.read_table(path).to_pylist()
    return rows


def shard_of(row: Mapping[str, Any]) -> int:
    """Number of the shard that holds the episode of this row."""
    return int(row["data/chunk_index"]) * files.CHUNK_SIZE + int(row["data/file_index"])


class DatasetReader:
    """Finished shards of the dataset in `root`; shards added later are seen by a new reader."""

    def __init__(self, root: Path) -> None:
        """Open it.

        Raises:
            InputError: There is no dataset of version 3, or it has no episode.
        """
        self.root = root
        path = root / files.INFO_PATH
        if not path.is_file():
            raise InputError(f"There is no recording in {root}: no {path.name}.", "Make one: vla-assistant generate.")
        self.info: dict[str, Any] = json.loads(path.read_text("utf-8"))
        version = self.info.get("codebase_version")
        if version != files.CODEBASE_VERSION:
            raise InputError(f"The recording in {root} has version {version}; {files.CODEBASE_VERSION} can be read.")
        self.episodes = read_episode_rows(root)
        if not self.episodes:
            raise InputError(f"The recording in {root} holds no finished episode.")

    @property
    def video_keys(self) -> tuple[str, ...]:
        return tuple(name for name, feature in self.info["features"].items() if feature["dtype"] == "video")

    @property
    def frames(self) -> int:
        return sum(int(row["length"]) for row in self.episodes)

    @property
    def shards(self) -> tuple[int, ...]:
        """Numbers of the finished shards."""
        return tuple(sorted(set(map(shard_of, self.episodes))))

    def columns(self, shard: int) -> dict[str, NDArray[np.generic]]:
        """All columns of a shard, each (n, width).

        Raises:
            InputError: The lists of a column have several lengths.
        """
        import pyarrow.parquet as parquet

        table = parquet.read_table(files.data_file(self.root, shard))
        result = {}
        for name in table.column_names:
            column = flat = table.column(name).combine_chunks()
            while hasattr(flat.type, "value_type"):  # lists, of fixed length or not
                flat = flat.flatten()
            if len(flat) % len(column):
                raise InputError(f"The rows of the column {name} in {self.root} have several lengths.")
            result[name] = flat.to_numpy(zero_copy_only=False).reshape(len(column), -1)
        return result

    def pictures(self, shard: int, key: str) -> Iterator[ImageArray]:
        """The pictures of a shard in the order of its rows."""
        return read_video(files.video_file(self.root, shard, key))
