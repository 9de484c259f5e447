"""The recordings that a run learns from; what is recorded while it runs is used once it is decoded."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from vla_assistant.data import cache
from vla_assistant.data.reader import DatasetReader
from vla_assistant.train.batches import Batch, Batches
from vla_assistant.train.preset import Preset


class Recordings:
    """Draws batches from a folder that may grow meanwhile."""

    def __init__(self, data: Path, preset: Preset, seed: int) -> None:
        """Decode what is there already.

        Raises:
            InputError: There is no recording.
        """
        self._data, self._preset, self._seed = data, preset, seed
        self._batches = self._open()
        self._pool = ThreadPoolExecutor(1, "recordings")
        self._newer: Future[Batches] | None = None

    @property
    def frames(self) -> int:
        """How many frames can be drawn at present."""
        return len(self._batches)

    def draw(self, index: int) -> Batch:
        """The batch with this number; every `refresh_steps` a look for new recordings begins beside it."""
        every = self._preset.refresh_steps
        if every and index and index % every == 0 and self._newer is None:
            self._newer = self._pool.submit(self._open)
        if self._newer is not None and self._newer.done():
            self._batches, self._newer = self._newer.result(), None
        return self._batches.draw(index)

    def _open(self) -> Batches:
        reader = DatasetReader(self._data)
        for _ in cache.build(reader):
            pass
        return Batches(cache.FrameStore(reader), self._preset, self._seed)
