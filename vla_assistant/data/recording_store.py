"""Where own recordings go: a dataset to which demonstrations are added one by one, and from which the last can go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vla_assistant.data import cache, files
from vla_assistant.data.episode import Episode
from vla_assistant.data.features import ROBOT, Feature
from vla_assistant.data.writer import DatasetWriter


class RecordingStore:
    """Each demonstration is a shard of its own and is on the disk, whole, once `keep` has returned."""

    def __init__(self, root: Path, pictures: dict[str, Feature], robot_type: str) -> None:
        """Open or begin the dataset in `root`; `pictures` are the columns of its cameras.

        Raises:
            InputError: What lies there has other columns, or is no dataset.
        """
        self.root, self._features, self._robot_type = root, ROBOT | pictures, robot_type
        self._writer = self._opened()
        self._before: list[str | None] = []

    @property
    def episodes(self) -> int:
        """How many it holds."""
        return self._writer.episodes

    def keep(self, demonstration: Sequence[Episode]) -> None:
        """Add the episodes of one demonstration."""
        stats = self.root / files.STATS_PATH
        self._before.append(stats.read_text("utf-8") if stats.is_file() else None)
        self._writer.append(demonstration)

    def drop_last(self) -> bool:
        """Take back what was kept last since this was opened; False when there is nothing."""
        if not self._before:
            return False
        from vla_assistant.data.reader import DatasetReader

        shard = DatasetReader(self.root).shards[-1]
        cache.forget(self.root / cache.FOLDER, shard)  # first: a kill in between must not leave it to the next shard
        files.episodes_file(self.root, shard).unlink()  # from here on it does not exist for readers
        stats, path = self._before.pop(), self.root / files.STATS_PATH
        if stats is None:
            path.unlink(missing_ok=True)
        else:
            files.write_text_whole(path, stats)
        self._writer.close()
        self._writer = self._opened()
        return True

    def _opened(self) -> DatasetWriter:
        return DatasetWriter(self.root, self._features, robot_type=self._robot_type)
