"""A speaker that says nothing and remembers what it would have said."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from math import inf

import numpy as np

from vla_assistant.events import Part, PartChanged, PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.earcons import Earcon
from vla_assistant.speech.speakers.base import Emit, Spoken
from vla_assistant.speech.voice import VoiceName
from vla_assistant.types import Audio

REQUIRES = ()
BACKEND = "SilentSpeaker"


class Config(BackendConfig):
    """Nothing to choose."""


class SilentSpeaker:
    """Never speaks."""

    def __init__(
        self, config: Config, emit: Emit = lambda event: None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._recent: deque[Spoken] = deque(maxlen=8)
        self._volume = 1.0
        emit(PartChanged(now(), Part.SPEAKER, PartState.OFF, "The voice is switched off (use.speaker is silent)."))

    def speak(
        self, text: str, *, topic: str = "", ttl_s: float = inf, urgent: bool = False, language: str = "en"
    ) -> None:
        self._recent.append(Spoken(text, Audio(np.zeros(0, np.float32), 16_000), self._now()))

    def silence(self) -> None:
        return

    def forget(self, topic: str) -> None:
        return

    def signal(self, earcon: Earcon) -> None:
        return

    @property
    def volume(self) -> float:
        return self._volume

    def set_volume(self, volume: float) -> None:
        self._volume = min(1.0, max(0.0, volume))

    def set_rate(self, words_a_minute: int) -> None:
        return

    @property
    def voice(self) -> str:
        return ""

    def voices(self) -> list[VoiceName]:
        return []

    def choose_voice(self, voice: str) -> None:
        return

    @property
    def speaking(self) -> bool:
        return False

    @property
    def recent(self) -> tuple[Spoken, ...]:
        return tuple(self._recent)

    def close(self) -> None:
        return
