"""The wake word in front of a command, or alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vla_assistant.errors import InputError
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.recognizers.wake import Wake
from vla_assistant.speech.segments import Segment
from vla_assistant.types import Audio

SURE = 0.5
"""Confidence of a wake word that counts."""
LONGEST_S = 4.0
"""A wake word ends within this; longer talk is not looked at further."""


Hears = Callable[[Audio, Sequence[str]], Wake]
"""Which of the phrases a sound begins with: the method `wake` of a recognizer."""


class Waking:
    """Looks for the wake word at the beginning of what is said to a sleeping program; on one thread at a time.

    Args:
        phrases: The wake words.
        hears: Looks for them; None hears none.
        woken: Told of the segment that began with one.
    """

    def __init__(self, phrases: Sequence[str], hears: Hears | None, woken: Callable[[Segment], None]) -> None:
        self._phrases, self._hears, self._woken = phrases, hears, woken
        self._heard: tuple[int, float] = (-1, 0.0)

    def command(self, segment: Segment) -> Segment | None:
        """What was said after the wake word, which may be silence; None when there was none.

        Raises:
            InputError: the recognizer does not know a word of a phrase; told once.
            BackendError: the recognizer failed.
        """
        id_, end_s = self._heard
        if segment.id != id_:
            end_s = self._end_of_wake(segment)
            if end_s < 0:
                return None
            self._heard = (segment.id, end_s)
            self._woken(segment)
        return segment.after(end_s)

    def _end_of_wake(self, segment: Segment) -> float:
        """Seconds into the segment; negative without a wake word."""
        if self._hears is None:
            return -1.0
        sound = Audio(segment.audio.samples[: round(LONGEST_S * RATE_HZ)], RATE_HZ)
        try:
            wake = self._hears(sound, self._phrases)
        except InputError:
            self._hears = None  # a phrase that cannot be heard now never can
            raise
        return wake.end_s if wake.phrase and wake.confidence >= SURE else -1.0
