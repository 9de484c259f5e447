"""Files that appear whole, and where a LeRobotDataset v3 keeps them.

Source of the layout: huggingface/lerobot, src/lerobot/datasets/utils.py (codebase version v3.0).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

CODEBASE_VERSION = "v3.0"
CHUNK_SIZE = 1000
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
INFO_PATH, STATS_PATH, TASKS_PATH = "meta/info.json", "meta/stats.json", "meta/tasks.parquet"


def place(shard: int) -> dict[str, int]:
    """Chunk and file number of the shard with this number."""
    return {"chunk_index": shard // CHUNK_SIZE, "file_index": shard % CHUNK_SIZE}


def data_file(root: Path, shard: int) -> Path:
    return root / DATA_PATH.format(**place(shard))


def video_file(root: Path, shard: int, key: str) -> Path:
    return root / VIDEO_PATH.format(video_key=key, **place(shard))


def episodes_file(root: Path, shard: int) -> Path:
    return root / EPISODES_PATH.format(**place(shard))


def move_whole(source: Path, target: Path) -> None:
    """Rename a file once the disk has what is in it: after a power cut it is there whole, or not at all."""
    with source.open("r+b") as file:
        os.fsync(file.fileno())
    os.replace(source, target)
    if sys.platform != "win32":  # there a folder cannot be opened
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then rename it: readers see the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(draft)
        move_whole(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def drop_cut_line(path: Path) -> None:
    """Take a last line that a kill cut off out of a file of lines, so that the next one does not continue it."""
    if path.is_file():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)


def write_text_whole(path: Path, text: str) -> None:
    """Write UTF-8 text that appears whole."""
    write_whole(path, lambda draft: draft.write_text(text, "utf-8"))
