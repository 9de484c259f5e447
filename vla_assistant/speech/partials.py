"""Glimpses of an utterance that is being spoken: its words so far, which pause ends it, and no work done twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, PartialHeard
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.recognizers.partial import Partial
from vla_assistant.speech.segments import Segment
from vla_assistant.types import Audio, Utterance

Advise = Callable[[Segment, float], None]


class Recognizer(Protocol):
    """The part of a recognizer that is needed here; one that can has `partial` too, see `recognizers.base`."""

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """Words of the sound; an empty text when nothing usable was in it."""
        ...


class Partials:
    """Decodes segments, with one recognizer on one thread at a time.

    Args:
        options: The pauses.
        emit: Takes PartialHeard.
        advise: Told of each glimpse after a breath of silence which pause ends its utterance [s].
        now: Monotonic clock.
    """

    def __init__(
        self,
        options: ListeningSection,
        emit: Callable[[Event], None],
        advise: Advise = lambda glimpse, pause_s: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options, self._emit, self._advise, self._now = options, emit, advise, now
        self._known: tuple[object, ...] = ()
        self._utterance = Utterance("", 0.0, "")

    def transcribe(
        self, recognizer: Recognizer, segment: Segment, grammar: str | None, *, shown: bool = True
    ) -> Utterance:
        """The words of the segment; those of a glimpse are remembered for the utterance that holds no more speech.

        Args:
            recognizer: Whose `partial` is asked for glimpses, if it has one.
            segment: What to decode.
            grammar: See `Recognizer.transcribe`.
            shown: It is a command that somebody may see while it is spoken.
        """
        sound = Audio(segment.audio.samples, RATE_HZ)
        known = (recognizer, segment.id, segment.spoken_until_s, grammar)
        if segment.final and known == self._known:
            return self._utterance
        partial = getattr(recognizer, "partial", None)
        if segment.final or partial is None:
            return recognizer.transcribe(sound, grammar)
        found: Partial = partial(sound, grammar)
        if not segment.running:
            self._known, self._utterance = known, found.whole
        if shown:
            self._tell(segment, found)
        return found.whole

    def _tell(self, glimpse: Segment, found: Partial) -> None:
        if found.text:
            self._emit(PartialHeard(self._now(), found.text))
        if not glimpse.running:
            self._advise(glimpse, pause_s(found, self._options))


def pause_s(found: Partial, options: ListeningSection) -> float:
    """The silence that ends an utterance of which so much has been said [s]."""
    if found.complete and not found.could_go_on:
        return min(options.pause_complete_s, options.pause_s)
    if found.text and not found.complete:
        return max(options.pause_incomplete_s, options.pause_s)
    return options.pause_s
