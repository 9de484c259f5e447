"""The contract of a speaker, and its manual.

A speaker says sentences, one after the other, on its own thread. Who writes a new one: one file in this folder with
`REQUIRES`, `Config`, `BACKEND` and a class with the methods below, made with `(config, emit=..., now=...)`;
`tests/speech/test_speakers.py` runs over every back end found.

- `speak` returns at once. What waits follows the rules of `speech.sentences`: the latest wins, no stale news.
- `silence` stops the sound within 100 ms, forgets what waits, and may be called from any thread at any time.
- Volume, rate and voice may change at any time; the volume holds at once, the others from the next sentence on.
- Trouble is no exception: it is told once by `emit` (PartChanged, FAILED) and the program goes on without a voice.
- After `close` no process, thread or file is left; `close` may be called twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from vla_assistant.events import Event
from vla_assistant.speech.earcons import Earcon
from vla_assistant.speech.voice import VoiceName
from vla_assistant.types import Audio

Emit = Callable[[Event], None]


@dataclass(frozen=True, eq=False)
class Spoken:
    """A sentence as it was rendered: the exact samples that were played, and when they began [monotonic s]."""

    text: str
    audio: Audio
    start_s: float


class Speaker(Protocol):
    """A voice."""

    def speak(
        self, text: str, *, topic: str = "", ttl_s: float = inf, urgent: bool = False, language: str = "en"
    ) -> None:
        """Say this after what is being said; see `sentences.Sentence` for the rest.

        In a language that the chosen voice does not speak it is said by another voice, where there is one.
        """
        ...

    def silence(self) -> None:
        """Be quiet at once and forget what waits."""
        ...

    def forget(self, topic: str) -> None:
        """Drop the sentences of this topic, also the one that is being said."""
        ...

    def signal(self, earcon: Earcon) -> None:
        """Play a short sound at once, beside what is being said; it is no speech."""
        ...

    @property
    def volume(self) -> float:
        """0 to 1."""
        ...

    def set_volume(self, volume: float) -> None:
        """Be that loud from now on, also in the sentence that is being said; 0 to 1, what lies beyond is clipped."""
        ...

    def set_rate(self, words_a_minute: int) -> None:
        """Speak that fast from the next sentence on."""
        ...

    @property
    def voice(self) -> str:
        """Id of the voice in use; empty when there is nothing to choose."""
        ...

    def voices(self) -> list[VoiceName]:
        """The voices there are; may wait for the engine."""
        ...

    def choose_voice(self, voice: str) -> None:
        """Speak with this one from the next sentence on; one that does not work is told and changes nothing."""
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
