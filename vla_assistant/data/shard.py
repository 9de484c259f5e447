"""A shard: some whole episodes as one parquet file and one video per camera, in a folder of their own.

Workers encode shards side by side; the writer of the dataset then numbers them and moves them in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vla_assistant.data.episode import Episode
from vla_assistant.data.features import FRAMES_PER_SECOND
from vla_assistant.data.stats import Moments, stats_text
from vla_assistant.data.video import write_video
from vla_assistant.errors import InputError

TABLE, NOTES, STATS = "table.parquet", "episodes.json", "stats.json"


@dataclass(frozen=True)
class EpisodeNote:
    """What a shard says of one of its episodes."""

    task: str
    length: int
    seed: int
    success: bool


def encode_shard(episodes: Sequence[Episode], folder: Path, fps: int = FRAMES_PER_SECOND) -> Path:
    """Write the episodes into `folder`, which must not exist yet; returns it.

    Raises:
        InputError: The episodes do not have the same columns.
    """
    import pyarrow.parquet as parquet

    if not episodes or any(set(e.columns) != set(episodes[0].columns) for e in episodes):
        raise InputError("The episodes of a shard must have the same columns.")
    folder.mkdir(parents=True)
    stats: dict[str, Moments] = {}
    for key in episodes[0].pictures:
        pictures = np.concatenate([episode.pictures[key] for episode in episodes])
        write_video(folder / f"{key}.mp4", pictures, fps)
        stats[key] = Moments.of_pictures(pictures)
    columns = {name: np.concatenate([e.columns[name] for e in episodes]) for name in episodes[0].columns}
    stats |= {name: Moments.of(rows) for name, rows in columns.items()}
    parquet.write_table(_table(columns), folder / TABLE)
    notes = [EpisodeNote(e.task, len(e), e.seed, e.success) for e in episodes]
    (folder / NOTES).write_text(json.dumps([asdict(note) for note in notes]), "utf-8")
    (folder / STATS).write_text(stats_text(stats), "utf-8")
    return folder


def read_notes(folder: Path) -> list[EpisodeNote]:
    """What the shard in `folder` says of its episodes."""
    return [EpisodeNote(**note) for note in json.loads((folder / NOTES).read_text("utf-8"))]


def _table(columns: dict[str, Any]) -> Any:
    """Arrow table: rows of width 1 as plain values, wider ones as lists of fixed length."""
    import pyarrow

    arrays = {}
    for name, rows in columns.items():
        flat = pyarrow.array(np.ascontiguousarray(rows).reshape(-1))
        width = rows.shape[1]
        arrays[name] = flat if width == 1 else pyarrow.FixedSizeListArray.from_arrays(flat, width)
    return pyarrow.table(arrays)
