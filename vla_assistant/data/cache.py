"""Decoded pictures and columns of a dataset as plain arrays on disk: what training reads.

Videos are decoded once per shard; shards that came later are added the next time. The folder can be deleted any time.
Single pictures are read at their place in the file, not through a memory map: where the kernel gives pages back early,
a map waits for the disk at every picture, and holds up all threads of the process meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data import files, own_recordings
from vla_assistant.data.features import picture_key
from vla_assistant.data.reader import DatasetReader
from vla_assistant.errors import InputError
from vla_assistant.networks.senses import NO_PICTURE, policy_picture
from vla_assistant.types import ImageArray

FOLDER = ".cache"


@dataclass(frozen=True)
class CacheProgress:
    """Shards decoded so far, and how many there are."""

    shards: int
    total: int


def build(reader: DatasetReader, folder: Path | None = None) -> Iterator[CacheProgress]:
    """Decode what is not decoded yet, a shard at a time."""
    folder = folder or reader.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for count, shard in enumerate(reader.shards, start=1):
        columns = folder / f"{shard:06d}.npz"
        if not _is_whole(reader, folder, shard):
            forget(folder, shard)
            for key in reader.video_keys:
                pictures = np.stack(list(reader.pictures(shard, key)))
                _save(folder / f"{shard:06d}.{key}.npy", pictures)
            values = {name: rows for name, rows in reader.columns(shard).items() if rows.dtype != object}  # no words
            files.write_text_whole(_note(folder, shard), _stamp(reader, shard))
            files.write_whole(columns, lambda draft, values=values: _savez(draft, values))  # type: ignore[misc]
        yield CacheProgress(count, len(reader.shards))


def is_decoded(reader: DatasetReader, folder: Path | None = None) -> bool:
    """Whether every shard of the dataset has been decoded."""
    folder = folder or reader.root / FOLDER
    return all(_is_whole(reader, folder, shard) for shard in reader.shards)


def forget(folder: Path, shard: int) -> None:
    """Delete what is decoded of a shard; its columns, which say that it is whole, go first."""
    (folder / f"{shard:06d}.npz").unlink(missing_ok=True)
    for decoded in folder.glob(f"{shard:06d}.*"):
        decoded.unlink()


def _note(folder: Path, shard: int) -> Path:
    """Where it stands of which file the decoded shard is."""
    return folder / f"{shard:06d}.of"


def _stamp(reader: DatasetReader, shard: int) -> str:
    """Size and time of the shard's file of numbers: another shard of the same number has others."""
    found = files.data_file(reader.root, shard).stat()
    return f"{found.st_size} {found.st_mtime_ns}"


def _is_whole(reader: DatasetReader, folder: Path, shard: int) -> bool:
    """Whether the shard is decoded, and of the file that is there now; without a note that is taken to be so."""
    note = _note(folder, shard)
    is_same = not note.is_file() or note.read_text("utf-8") == _stamp(reader, shard)
    return is_same and (folder / f"{shard:06d}.npz").is_file()


class FrameStore:
    """All frames of a decoded dataset, numbered through."""

    def __init__(self, reader: DatasetReader, folder: Path | None = None) -> None:
        """Open what `build` has decoded of this dataset.

        Raises:
            InputError: Nothing is decoded yet.
        """
        folder = folder or reader.root / FOLDER
        shards = [shard for shard in reader.shards if (folder / f"{shard:06d}.npz").is_file()]
        if not shards:
            raise InputError(f"Nothing of the recording in {reader.root} is decoded yet.")
        parts = [dict(np.load(folder / f"{shard:06d}.npz")) for shard in shards]
        self.columns: dict[str, NDArray[np.generic]] = {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }
        if own_recordings.lacks_supervision(self.columns):
            self.columns |= own_recordings.supervision(self.columns, reader)
        self._starts = np.cumsum([0, *(len(part["index"]) for part in parts)])
        self._pictures = {
            key: [PictureFile(folder / f"{shard:06d}.{key}.npy") for shard in shards] for key in reader.video_keys
        }

    def __len__(self) -> int:
        return int(self._starts[-1])

    def policy_pictures(self, camera: str, frames: NDArray[np.int64], size: int) -> ImageArray:
        """The pictures of these frames as the policy sees them (n, size, size, 3); grey if there is no such camera."""
        key = picture_key(camera)
        if key not in self._pictures:
            return np.full((len(frames), size, size, 3), NO_PICTURE, np.uint8)
        pictures = self.pictures(key, frames)
        if pictures.shape[1:3] == (size, size):
            return pictures
        return np.stack([policy_picture(picture, size) for picture in pictures])

    def pictures(self, key: str, frames: NDArray[np.int64]) -> ImageArray:
        """The pictures of these frames (n, h, w, 3)."""
        shards = np.searchsorted(self._starts, frames, side="right") - 1
        result = np.empty((len(frames), *self._pictures[key][0].shape), np.uint8)
        for shard in np.unique(shards):
            rows = np.flatnonzero(shards == shard)
            self._pictures[key][shard].read(frames[rows] - self._starts[shard], result, rows)
        return result


class PictureFile:
    """An .npy file of pictures (n, h, w, 3) uint8, of which single ones are read."""

    def __init__(self, path: Path) -> None:
        """Look where the pictures begin and of which size they are."""
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape = read(file)[0]
            self._path, self._begin, self.shape = path, file.tell(), shape[1:]

    def read(self, frames: NDArray[np.int64], into: ImageArray, rows: NDArray[np.int64]) -> None:
        """Put the pictures with these numbers into these rows of an array."""
        size = int(np.prod(self.shape))
        with self._path.open("rb", buffering=0) as file:
            for frame, row in zip(frames.tolist(), rows.tolist(), strict=True):
                file.seek(self._begin + frame * size)
                if file.readinto(into[row]) != size:
                    raise InputError(f"{self._path} is cut short.", "Delete its folder; it is made again.")


def _save(path: Path, array: NDArray[np.generic]) -> None:
    def write(draft: Path) -> None:
        with draft.open("wb") as file:
            np.save(file, array)

    files.write_whole(path, write)


def _savez(draft: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    with draft.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
