"""Which stop words does our own voice say, and when? So that our own "stop" in the microphone stops nothing.

The program knows the very samples that it plays. They are looked at beside the microphone's, a little ahead of them,
by the same classifier: where it suspects a word in them, that word in the microphone is taken for ours.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, resample
from vla_assistant.speech.speakers.base import Spoken
from vla_assistant.speech.stop_words.windows import Windows
from vla_assistant.types import FloatArray

SUSPICION = 0.1
"""From this probability on a word may be one of ours: an echo may sound clearer than what was played."""
EARLIER_S, LATER_S = 1.2, 0.6
"""Ours from this long after it was played to this long before: device, room, a clock that drifts (hearing.DRIFT_S)."""
TAIL_S = 0.4
"""The echo of our voice after its end."""


class Voice(Protocol):
    """The part of a speaker that is needed here."""

    @property
    def speaking(self) -> bool:
        """Sound of ours is being played."""
        ...

    @property
    def recent(self) -> tuple[Spoken, ...]:
        """The last sentences, oldest first."""
        ...


@dataclass(frozen=True, eq=False)
class _Sentence:
    """What is being played, 16 kHz, from `start_s` on."""

    spoken: Spoken
    samples: FloatArray

    @property
    def start_s(self) -> float:
        return self.spoken.start_s

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.samples) / RATE_HZ


class OwnWords:
    """Follows what our voice plays. Time is that of the microphone's stream."""

    def __init__(self, voice: Voice, windows: Windows) -> None:
        self._voice, self._windows = voice, windows
        self._sentence: _Sentence | None = None
        self._heard = 0
        self._words: deque[tuple[int, float]] = deque(maxlen=256)

    def follow(self, time_s: float) -> bool:
        """Look at what is played until shortly after `time_s`; True when our voice may be in the microphone then."""
        newest = next(reversed(self._voice.recent), None)
        if newest is not None and (self._sentence is None or newest is not self._sentence.spoken):
            self._sentence, self._heard = _Sentence(newest, resample(newest.audio).samples), 0
            self._windows.reset()
        if self._sentence is None:
            return False
        self._look(self._sentence, time_s + LATER_S)
        return self._voice.speaking or self._sentence.start_s - LATER_S <= time_s < self._sentence.end_s + TAIL_S

    def says(self, word: int, time_s: float) -> bool:
        """May this word (its class) be one of ours at that time?"""
        return any(own == word and -LATER_S <= time_s - at_s <= EARLIER_S for own, at_s in self._words)

    def _look(self, sentence: _Sentence, until_s: float) -> None:
        until = min(round((until_s - sentence.start_s) * RATE_HZ), len(sentence.samples) + RATE_HZ // 2)
        if until <= self._heard:
            return
        fresh = sentence.samples[self._heard : until]
        fresh = np.pad(fresh, (0, until - self._heard - len(fresh)))
        self._heard = until
        for probabilities, later in self._windows.feed(fresh):
            at_s = sentence.start_s + (until - later) / RATE_HZ
            self._words += [(int(word), at_s) for word in np.flatnonzero(probabilities[1:] > SUSPICION) + 1]
