"""Which episodes are kept for validation."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def is_held_out(seed: int, share: float) -> bool:
    """Whether the episodes of this seed are kept; of many seeds, this share.

    It depends on nothing but the seed: recordings that are added later move no episode from one side to the other.
    """
    return zlib.crc32(f"episode {seed}".encode()) < share * 2**32


def held_out_episodes(episodes: Iterable[Mapping[str, Any]], share: float) -> NDArray[np.int64]:
    """Numbers of the kept episodes, given their rows; one without a seed counts by its number."""
    kept = [int(row["episode_index"]) for row in episodes if is_held_out(_seed(row), share)]
    return np.array(kept, dtype=np.int64)


def _seed(row: Mapping[str, Any]) -> int:
    seed = int(row.get("seed", -1))
    return seed if seed >= 0 else -1 - int(row["episode_index"])
