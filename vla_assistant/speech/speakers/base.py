"""The contract of a speaker, and its manual.

A speaker says sentences, one after the other, on its own thread. Who writes a new one: one file in this folder with
`REQUIRES`, `Config`, `BACKEND` and a class with the methods below, made with `(config, emit=..., now=...)`;
`tests/speech/test_speakers.py` runs over every back end found.

- `speak` returns at once. At most WAITING sentences wait; a newer one drives out the oldest: the latest wins.
- `silence` stops the sound within 100 ms, forgets what waits, and may be called from any thread at any time.
- Trouble is no exception: it is told once by `emit` (PartChanged, FAILED) and the program goes on without a voice.
- After `close` no process, thread or file is left; `close` may be called twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vla_assistant.events import Event
from vla_assistant.types import Audio

Emit = Callable[[Event], None]
WAITING = 2
"""Sentences that may wait behind the one being said."""


@dataclass(frozen=True, eq=False)
class Spoken:
    """A sentence as it was rendered: the exact samples that were played, and when they began [monotonic s]."""

    text: str
    audio: Audio
    start_s: float


class Speaker(Protocol):
    """A voice."""

    def speak(self, text: str) -> None:
        """Say this after what is being said."""
        ...

    def silence(self) -> None:
        """Be quiet at once and forget what waits."""
        ...

    @property
    def speaking(self) -> bool:
        """Something is being said or waits to be said."""
        ...

    @property
    def recent(self) -> tuple[Spoken, ...]:
        """The last sentences, oldest first."""
        ...

    def close(self) -> None:
        """Be quiet and free everything."""
        ...
