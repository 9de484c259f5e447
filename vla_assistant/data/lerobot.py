"""Single frames of any LeRobotDataset v3: rows of its parquet files, pictures of its videos, each read when asked for.

Source of the layout: huggingface/lerobot, src/lerobot/datasets (codebase version v3.0).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data import files
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.video import SeekableVideo
from vla_assistant.errors import InputError
from vla_assistant.types import ImageArray

K = TypeVar("K")
V = TypeVar("V")
Columns = dict[str, NDArray[np.generic]]

OPEN_TABLES, OPEN_VIDEOS = 8, 16
"""How many files stay in memory or open."""


class EpisodeFiles:
    """The files of a recording; threads may share it."""

    def __init__(self, root: Path) -> None:
        """Read which episodes there are.

        Raises:
            InputError: There is no dataset of version 3, or it has no episode.
        """
        reader = DatasetReader(root)
        self.root, self.info, self.episodes = root, reader.info, reader.episodes
        self.features: dict[str, dict[str, Any]] = dict(self.info["features"])
        self._tasks = _read_tasks(root / files.TASKS_PATH)
        self._tables: _Latest[Path, Columns] = _Latest(OPEN_TABLES, self._read_table)
        self._videos: _Latest[Path, SeekableVideo] = _Latest(OPEN_VIDEOS, SeekableVideo)
        self._lock = threading.Lock()

    def columns(self, episode: int) -> Columns:
        """All columns of numbers of an episode, each (n, width)."""
        row = self.episodes[episode]
        path = self._path("data_path", row, "data")
        with self._lock:
            table = self._tables.get(path)
        mine = np.flatnonzero(table["episode_index"][:, 0] == int(row["episode_index"]))
        if len(mine) != int(row["length"]):
            raise InputError(f"{path} holds {len(mine)} frames of an episode of {row['length']}.")
        return {name: values[mine[0] : mine[-1] + 1] for name, values in table.items()}

    def picture(self, episode: int, frame: int, key: str) -> ImageArray:
        """One picture, uint8 (h, w, 3) RGB.

        Raises:
            InputError: The column holds no video, or the video ends before.
        """
        if self.features[key]["dtype"] != "video":
            raise InputError(f"The pictures in {key} are no video; only videos can be read.")
        row = self.episodes[episode]
        path = self._path("video_path", row, f"videos/{key}", video_key=key)
        begin = float(row[f"videos/{key}/from_timestamp"])
        with self._lock:
            return self._videos.get(path).at(begin + frame / float(self.info["fps"]))

    def text(self, episode: int, frame: int) -> str:
        """The instruction of a frame; empty where there is none."""
        columns = self.columns(episode)
        if "task_index" in columns:
            number = int(columns["task_index"][frame, 0])
            if number in self._tasks:
                return self._tasks[number]
        return str(next(iter(self.episodes[episode].get("tasks") or ()), ""))

    def _path(self, template: str, row: dict[str, Any], prefix: str, **names: str) -> Path:
        place = {name: int(row[f"{prefix}/{name}"]) for name in ("chunk_index", "file_index")}
        return self.root / str(self.info[template]).format(**place, **names)

    def _read_table(self, path: Path) -> Columns:
        import pyarrow.parquet as parquet

        if not path.is_file():
            raise InputError(f"The recording in {self.root} is not whole: {path} is missing.")
        names = [name for name in parquet.read_schema(path).names if self._is_number(name)]
        table = parquet.read_table(path, columns=names)
        return {name: _rows(table.column(name).combine_chunks()) for name in names}

    def _is_number(self, name: str) -> bool:
        return name in self.features and self.features[name]["dtype"] not in ("video", "image", "string")


class _Latest(Generic[K, V]):
    """Values made when asked for; the latest used ones are kept."""

    def __init__(self, count: int, make: Callable[[K], V]) -> None:
        self._count, self._make = count, make
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V:
        if key not in self._kept:
            self._kept[key] = self._make(key)
            while len(self._kept) > self._count:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _rows(column: Any) -> NDArray[np.generic]:
    """A column of numbers, or of lists of one length, as (n, width)."""
    count, flat = len(column), column
    while hasattr(flat.type, "value_type"):
        flat = flat.flatten()
    return np.asarray(flat.to_numpy(zero_copy_only=False)).reshape(count, -1)


def _read_tasks(path: Path) -> dict[int, str]:
    """Instruction by number; pandas calls its column by various names."""
    import pyarrow.parquet as parquet

    if not path.is_file():
        return {}
    table = parquet.read_table(path).to_pydict()
    words: list[str] = next((values for name, values in table.items() if name != "task_index"), [])
    return dict(zip(table["task_index"], words, strict=True))
