"""Mean, spread and range of every column: `meta/stats.json`, added up shard by shard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean, variance and range of one column, each of the shape of one row."""

    count: int
    mean: Row
    variance: Row
    minimum: Row
    maximum: Row

    @classmethod
    def of(cls, rows: NDArray[np.generic]) -> Moments:
        """Moments of rows (n, ...)."""
        values = np.asarray(rows, dtype=np.float64)
        return cls(len(values), values.mean(0), values.var(0), values.min(0), values.max(0))

    @classmethod
    def of_pictures(cls, pictures: NDArray[np.uint8]) -> Moments:
        """Moments of the three channels in [0, 1], of the shape (3, 1, 1); every tenth picture is enough."""
        channels = pictures[::10].reshape(-1, 3) / 255.0
        one = cls.of(channels)
        parts = [part.reshape(3, 1, 1) for part in (one.mean, one.variance, one.minimum, one.maximum)]
        return cls(len(pictures), *parts)

    def __add__(self, other: Moments) -> Moments:
        """Moments of both sets together. Source: Chan, Golub and LeVeque 1983, parallel variance."""
        count = self.count + other.count
        share = other.count / count
        gap = other.mean - self.mean
        variance = self.variance * (1 - share) + other.variance * share + gap**2 * share * (1 - share)
        low, high = np.minimum(self.minimum, other.minimum), np.maximum(self.maximum, other.maximum)
        return Moments(count, self.mean + gap * share, variance, low, high)

    def as_json(self) -> dict[str, Any]:
        spread = np.sqrt(self.variance)
        parts = {"min": self.minimum, "max": self.maximum, "mean": self.mean, "std": spread}
        return {name: part.tolist() for name, part in parts.items()} | {"count": [self.count]}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Moments:
        parts = {name: np.asarray(entry[name], dtype=np.float64) for name in ("mean", "std", "min", "max")}
        return cls(int(entry["count"][0]), parts["mean"], parts["std"] ** 2, parts["min"], parts["max"])


def read_stats(path: Path) -> dict[str, Moments]:
    """What the file holds; nothing when it is not there yet."""
    if not path.is_file():
        return {}
    return {name: Moments.from_json(entry) for name, entry in json.loads(path.read_text("utf-8")).items()}


def added(stats: Mapping[str, Moments], more: Mapping[str, Moments]) -> dict[str, Moments]:
    """The moments of both together, column by column."""
    return dict(stats) | {name: stats[name] + one if name in stats else one for name, one in more.items()}


def stats_text(stats: Mapping[str, Moments]) -> str:
    """The text of stats.json."""
    return json.dumps({name: moments.as_json() for name, moments in stats.items()}, indent=1)
