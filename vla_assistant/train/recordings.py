"""The recordings that a run learns from; what is recorded while it runs is used once it is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from vla_assistant.data import cache
from vla_assistant.data.held_out import held_out_episodes
from vla_assistant.data.reader import DatasetReader
from vla_assistant.networks.learnt import Learnt
from vla_assistant.train.batches import Batch, Batches
from vla_assistant.train.preset import Preset

UNCHANGED = ("colour_dropout", "shape_dropout", "brightness", "tint", "noise", "shift_pixels", "newest_share")
"""Fields of a preset that change what is drawn; validation sees everything as it was recorded."""


@runtime_checkable
class Source(Protocol):
    """Where the trainer has its batches from; batch `index` is always the same one."""

    @property
    def frames(self) -> int:
        """How many frames can be drawn at present."""
        ...

    def draw(self, index: int) -> Any:
        """The batch with this number."""
        ...

    def validation(self) -> Iterator[Any]:
        """Batches of held-out episodes, the same each time; none when nothing is held out."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A source that says how much its validations measure, which may grow while recordings arrive."""

    @property
    def held_out(self) -> int:
        """How many frames are held out at present."""
        ...


class _Opened(NamedTuple):
    training: Batches
    validation: Batches


class Recordings:
    """Draws batches from a folder that may grow meanwhile."""

    def __init__(self, data: Path, preset: Preset, seed: int, *, decode: bool = True, processes: int = 1) -> None:
        """Decode what is there already.

        Args:
            data: A dataset made by `vla-assistant generate`.
            preset: Size of a batch, share to hold out, changes of light, and how often to look for new recordings.
            seed: Of the batches.
            decode: Decode videos; otherwise use what another process has decoded.
            processes: How many draw batches in turns, so that so many numbers make one step.

        Raises:
            InputError: There is no recording.
        """
        self._data, self._preset, self._seed = data, preset, seed
        self._decode, self._processes = decode, processes
        self._opened = self._open(DatasetReader(data))
        self._pool = ThreadPoolExecutor(1, "recordings")
        self._newer: Future[_Opened | None] | None = None
        self._looking = False
        self._found: DatasetReader | None = None

    @property
    def frames(self) -> int:
        return len(self._opened.training)

    @property
    def held_out(self) -> int:
        return len(self._opened.validation)

    def learnt(self) -> Learnt:
        """What a network can learn from them."""
        return self._opened.training.learnt

    def draw(self, index: int) -> Batch:
        """The batch with this number; every `refresh_steps` a look for new recordings begins beside it."""
        step, every = index // self._processes, self._preset.refresh_steps
        if every and step and step % every == 0:
            self._looking, self._found = True, None
        self._take_newer()
        return self._opened.training.draw(index)

    def validation(self) -> Iterator[Batch]:
        held_out = self._opened.validation
        count = min(self._preset.validation_batches, -(-len(held_out) // self._preset.batch))
        return map(held_out.draw, range(count))

    def _take_newer(self) -> None:
        """Go on with a look for new recordings, if there is one; what it found is used from here on."""
        if self._newer is not None and self._newer.done():
            newer, self._newer = self._newer.result(), None
            if newer is not None:
                self._opened, self._looking = newer, False
        if self._looking and self._newer is None:
            self._newer = self._pool.submit(self._open_newer)

    def _open_newer(self) -> _Opened | None:
        """What is there at this look; None as long as the process that decodes it has not done so."""
        found = self._found = self._found or DatasetReader(self._data)
        return self._open(found) if self._decode or cache.is_decoded(found) else None

    def _open(self, reader: DatasetReader) -> _Opened:
        if self._decode:
            for _ in cache.build(reader):
                pass
        store = cache.FrameStore(reader)
        everything = Batches(store, self._preset, self._seed)
        kept = held_out_episodes(reader.episodes, self._preset.validation_share)
        is_kept = np.isin(store.columns["episode_index"].reshape(-1), kept)
        if is_kept.all():
            is_kept[:] = False  # with an episode or two there is nothing to hold out
        still = {name: 0 for name in UNCHANGED if name in type(self._preset).model_fields}
        return _Opened(
            everything.part(~is_kept, self._preset), everything.part(is_kept, self._preset.model_copy(update=still))
        )
