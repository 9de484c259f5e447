"""The statistics of shards that `meta/stats.json` lacks because a kill came in between, counted anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

import numpy as np

from vla_assistant.data.features import INDEX
from vla_assistant.data.reader import DatasetReader, shard_of
from vla_assistant.data.stats import Moments, added


def recounted(reader: DatasetReader, stats: Mapping[str, Moments]) -> dict[str, Moments] | None:
    """The statistics of all finished shards; None when these are already of all their frames.

    Only the shards behind those that are in them are read; all of them where they end within a shard.
    """
    columns = [name for name in reader.info["features"] if name not in {*INDEX, *reader.video_keys}]
    counts = {stats[name].count if name in stats else 0 for name in columns}
    if counts == {reader.frames}:
        return None
    known = _shards_in(counts, reader)
    total = dict(stats) if known else {}
    for shard in reader.shards[known:]:
        total = added(total, _moments(reader, shard, columns))
    return total


def _shards_in(counts: Collection[int], reader: DatasetReader) -> int:
    """How many of the first shards have together as many frames as each of the columns; 0 when none have."""
    ends = list(accumulate(_lengths(reader)))
    return next((shards for shards, end in enumerate(ends, 1) if counts == {end}), 0)


def _lengths(reader: DatasetReader) -> list[int]:
    """Frames of each finished shard, in order."""
    lengths = dict.fromkeys(reader.shards, 0)
    for row in reader.episodes:
        lengths[shard_of(row)] += int(row["length"])
    return list(lengths.values())


def _moments(reader: DatasetReader, shard: int, columns: Sequence[str]) -> dict[str, Moments]:
    rows = reader.columns(shard)
    pictures = {key: np.stack(list(reader.pictures(shard, key))) for key in reader.video_keys}
    return {name: Moments.of(rows[name]) for name in columns} | {
        key: Moments.of_pictures(those) for key, those in pictures.items()
    }
