"""Batches from a dataset whose items are read one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vla_assistant.train.preset import Schedule


class Items(Protocol):
    """A dataset as torch means it, that knows how its items become a batch and which of them to hold out."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Mapping[str, Any]: ...

    def collate(self, items: Sequence[Mapping[str, Any]]) -> Any: ...

    def held_out(self, share: float) -> NDArray[np.bool_]: ...


class Collated:
    """Draws batches from items; batch `index` of a seed is always the same."""

    def __init__(self, dataset: Items, schedule: Schedule, seed: int) -> None:
        self._dataset, self._schedule, self._seed = dataset, schedule, seed
        held_out = dataset.held_out(schedule.validation_share)
        if held_out.all():
            held_out[:] = False  # with an episode or two there is nothing to hold out
        self._training, self._held_out = np.flatnonzero(~held_out), np.flatnonzero(held_out)

    @property
    def frames(self) -> int:
        return len(self._training)

    @property
    def held_out(self) -> int:
        return len(self._held_out)

    def draw(self, index: int) -> Any:
        """The batch with this number."""
        return self._draw(self._training, index)

    def validation(self) -> Iterator[Any]:
        """Batches of held-out episodes, the same each time."""
        count = min(self._schedule.validation_batches, -(-len(self._held_out) // self._schedule.batch))
        return (self._draw(self._held_out, index) for index in range(count))

    def _draw(self, frames: NDArray[np.int64], index: int) -> Any:
        rng = np.random.default_rng([self._seed, index])
        chosen = np.sort(rng.choice(frames, self._schedule.batch))
        return self._dataset.collate([self._dataset[int(frame)] for frame in chosen])
