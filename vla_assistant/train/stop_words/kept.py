"""What a stream teaches is kept on disk: making it takes a second or two, and training wants it again and again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from vla_assistant.speech.stop_words.features import Embeddings
from vla_assistant.train.stop_words.learning import Features
from vla_assistant.train.stop_words.script import Script
from vla_assistant.train.stop_words.streams import Studio, learnable


def kept(cache_folder: Path, lists: tuple[Path, ...], without: tuple[str, ...], number: int) -> Features:
    """What stream `number` teaches, from the cache or made now."""
    file = cache_folder / "streams" / f"{number:05d}.npz"
    if not file.is_file():
        studio, embeddings = _tools(cache_folder, lists, without)
        values, labels = learnable(studio.stream(number), embeddings)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part.npz")
        np.savez(unfinished, values=values.astype(np.float16), labels=labels.astype(np.int8))
        unfinished.replace(file)
    with np.load(file) as opened:
        return opened["values"].astype(np.float32), opened["labels"].astype(np.int64)


@cache
def _tools(cache_folder: Path, lists: tuple[Path, ...], without: tuple[str, ...]) -> tuple[Studio, Embeddings]:
    """One studio and one stream of embeddings in each process."""
    return Studio(Script(lists, without), cache_folder / "flite"), Embeddings()
