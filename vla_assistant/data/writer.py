"""Writes a LeRobotDataset v3: shard after shard, each appearing whole, so that a kill leaves finished work readable.

The episodes file of a shard is renamed into place last; a shard without one does not exist for readers, and is removed
when the dataset is opened for writing again. One process writes, which a lock sees to; any number encode shards for it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vla_assistant.data import files
from vla_assistant.data.episode import Episode
from vla_assistant.data.features import FRAMES_PER_SECOND, INDEX, Feature
from vla_assistant.data.lock import lock
from vla_assistant.data.reader import DatasetReader, read_episode_rows, shard_of
from vla_assistant.data.recount import recounted
from vla_assistant.data.shard import STATS, TABLE, EpisodeNote, encode_shard, read_notes
from vla_assistant.data.stats import Moments, added, read_stats, stats_text
from vla_assistant.errors import InputError

_DRAFTS = ".drafts"


class DatasetWriter:
    """Appends episodes to the dataset in `root`, which may exist already."""

    def __init__(
        self,
        root: Path,
        features: Mapping[str, Feature],
        *,
        robot_type: str = "simulated",
        fps: int = FRAMES_PER_SECOND,
    ) -> None:
        """Open or begin the dataset.

        Raises:
            InputError: What lies there has other columns, or is no dataset, or another writer has it open.
        """
        self.root, self._features, self._robot_type, self._fps = root, dict(features) | INDEX, robot_type, fps
        self._check_columns()
        self._lock = lock(root)
        rows = read_episode_rows(root)
        self.episodes = len(rows)
        self.frames = sum(row["length"] for row in rows)
        self._shards = 1 + max(map(shard_of, rows), default=-1)
        self._known = _read_tasks(root)
        self.seeds = frozenset(int(row.get("seed", -1)) for row in rows)
        self._remove_leftovers()
        self._write_info()
        self._complete_stats()

    def draft_folder(self, name: str) -> Path:
        """A place on the same file system where a worker may encode a shard."""
        return self.root / _DRAFTS / name

    def close(self) -> None:
        """Let others write; the lock also goes when nothing holds the writer any more."""
        self._lock.close()

    def append(self, episodes: Sequence[Episode]) -> None:
        """Encode and add these episodes."""
        self.commit(encode_shard(episodes, self.draft_folder(f"own-{os.getpid()}-{self._shards}"), self._fps))

    def commit(self, folder: Path) -> None:
        """Number the encoded shard in `folder` and move it in; it counts once this returns."""
        notes, shard = read_notes(folder), self._shards
        self._add_tasks(notes)
        self._write_table(folder / TABLE, notes, files.data_file(self.root, shard))
        for key in self._video_keys():
            target = files.video_file(self.root, shard, key)
            target.parent.mkdir(parents=True, exist_ok=True)
            files.move_whole(folder / f"{key}.mp4", target)
        stats = added(read_stats(self.root / files.STATS_PATH), read_stats(folder / STATS))
        self._write_episodes(notes, shard)
        self.episodes += len(notes)
        self.frames += sum(note.length for note in notes)
        self.seeds |= {note.seed for note in notes}
        self._shards += 1
        self._write_stats(stats)
        self._write_info()
        shutil.rmtree(folder)

    def _video_keys(self) -> list[str]:
        return [name for name, feature in self._features.items() if feature.dtype == "video"]

    def _add_tasks(self, notes: Sequence[EpisodeNote]) -> None:
        for note in notes:
            self._known.setdefault(note.task, len(self._known))
        files.write_whole(self.root / files.TASKS_PATH, lambda draft: _write_tasks(self._known, draft))

    def _write_table(self, source: Path, notes: Sequence[EpisodeNote], target: Path) -> None:
        """The shard's table with the columns that number frames, episodes and tasks."""
        import pyarrow
        import pyarrow.parquet as parquet

        table = parquet.read_table(source)
        lengths = [note.length for note in notes]
        frame = np.concatenate([np.arange(length) for length in lengths])
        index = {
            "timestamp": (frame / self._fps).astype(np.float32),
            "frame_index": frame,
            "episode_index": np.repeat(self.episodes + np.arange(len(notes)), lengths),
            "index": self.frames + np.arange(sum(lengths)),
            "task_index": np.repeat([self._known[note.task] for note in notes], lengths),
        }
        for name, values in index.items():
            table = table.append_column(name, pyarrow.array(values))
        files.write_whole(target, lambda draft: parquet.write_table(table, draft))

    def _write_episodes(self, notes: Sequence[EpisodeNote], shard: int) -> None:
        import pyarrow
        import pyarrow.parquet as parquet

        rows = []
        frames, place = 0, files.place(shard)
        for offset, note in enumerate(notes):
            row: dict[str, Any] = {"episode_index": self.episodes + offset, "tasks": [note.task]}
            row |= {"length": note.length, "dataset_from_index": self.frames + frames}
            row["dataset_to_index"] = row["dataset_from_index"] + note.length
            row |= {f"data/{name}": value for name, value in place.items()}
            for key in self._video_keys():
                row |= {f"videos/{key}/{name}": value for name, value in place.items()}
                row[f"videos/{key}/from_timestamp"] = frames / self._fps
                row[f"videos/{key}/to_timestamp"] = (frames + note.length) / self._fps
            row |= {f"meta/episodes/{name}": value for name, value in place.items()}
            rows.append(row | {"seed": note.seed, "success": note.success})
            frames += note.length
        table = pyarrow.Table.from_pylist(rows)
        files.write_whole(files.episodes_file(self.root, shard), lambda draft: parquet.write_table(table, draft))

    def _write_stats(self, stats: Mapping[str, Moments]) -> None:
        files.write_text_whole(self.root / files.STATS_PATH, stats_text(stats))

    def _complete_stats(self) -> None:
        """A kill may have come after a shard's episodes and before its statistics."""
        known = read_stats(self.root / files.STATS_PATH)
        if self.episodes and (stats := recounted(DatasetReader(self.root), known)):
            self._write_stats(stats)

    def _write_info(self) -> None:
        info = {
            "codebase_version": files.CODEBASE_VERSION,
            "robot_type": self._robot_type,
            "total_episodes": self.episodes,
            "total_frames": self.frames,
            "total_tasks": len(self._known),
            "chunks_size": files.CHUNK_SIZE,
            "data_files_size_in_mb": 100,
            "video_files_size_in_mb": 500,
            "fps": self._fps,
            "splits": {"train": f"0:{self.episodes}"},
            "data_path": files.DATA_PATH,
            "video_path": files.VIDEO_PATH,
            "features": {name: feature.as_json(self._fps) for name, feature in self._features.items()},
        }
        files.write_text_whole(self.root / files.INFO_PATH, json.dumps(info, indent=1))

    def _check_columns(self) -> None:
        path = self.root / files.INFO_PATH
        if not path.is_file():
            return
        there = json.loads(path.read_text("utf-8"))["features"]
        if {name: list(f.shape) for name, f in self._features.items()} != {n: f["shape"] for n, f in there.items()}:
            raise InputError(
                f"The recordings in {self.root} have other columns than those to be added.",
                "Record into an empty folder.",
            )

    def _remove_leftovers(self) -> None:
        """Drafts, and files of a shard whose episodes file never appeared: what a kill left behind."""
        shutil.rmtree(self.root / _DRAFTS, ignore_errors=True)
        targets = [files.video_file(self.root, self._shards, key) for key in self._video_keys()]
        for path in (files.data_file(self.root, self._shards), *targets):
            path.unlink(missing_ok=True)


def _read_tasks(root: Path) -> dict[str, int]:
    import pyarrow.parquet as parquet

    path = root / files.TASKS_PATH
    if not path.is_file():
        return {}
    table = parquet.read_table(path).to_pydict()
    return dict(zip(table["task"], table["task_index"], strict=True))


def _write_tasks(tasks: Mapping[str, int], path: Path) -> None:
    """The table as pandas writes it: the words are its index, named "task"."""
    import pyarrow
    import pyarrow.parquet as parquet

    table = pyarrow.table({"task_index": list(tasks.values()), "task": list(tasks)})
    columns = [
        {"name": "task_index", "field_name": "task_index", "pandas_type": "int64", "numpy_type": "int64"},
        {"name": "task", "field_name": "task", "pandas_type": "unicode", "numpy_type": "object"},
    ]
    pandas = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [column | {"metadata": None} for column in columns],
        "creator": {"library": "pyarrow", "version": pyarrow.__version__},
        "pandas_version": "2.0.0",
    }
    parquet.write_table(table.replace_schema_metadata({"pandas": json.dumps(pandas)}), path)
