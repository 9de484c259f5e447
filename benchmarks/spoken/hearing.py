"""The program's ears without microphone and clock: sound from arrays -> segmenter -> decoding -> what comes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeGuard

from vla_assistant import config
from vla_assistant.events import Event, Heard, NothingHeard
from vla_assistant.runtime.interpreting import doubt_about
from vla_assistant.speech import recognizers
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.decoding import Decoding, Job
from vla_assistant.speech.modes import Use
from vla_assistant.speech.recognizers.base import Recognizer
from vla_assistant.speech.segmenter import Segmenter
from vla_assistant.speech.segments import Finding, Segment
from vla_assistant.types import Audio, SeenThing

_BLOCK = RATE_HZ // 50
_LONGEST_S = 120.0


@dataclass(frozen=True)
class Result:
    """What came of a sound.

    Attributes:
        text: What was heard; what was nearly heard where it is not acted on.
        confidence: 0-1.
        acted: The words go to the session, which proposes, does or answers something.
        shown: The program asks to have it said again.
        seconds: Of the processor, from the segments to the words.
    """

    text: str
    confidence: float
    acted: bool
    shown: bool
    seconds: float


class Ear:
    """Hears one sound after the other."""

    def __init__(self, recognizer: Recognizer, settings: config.Settings) -> None:
        self._limits = settings.listening
        self._events: list[Event] = []
        self._recognizer = _Noting(recognizer)
        self._decoding = Decoding(self._recognizer, None, self._events.append, lambda utterance: None, self._limits)

    def sees(self, things: Sequence[SeenThing]) -> None:
        """What lies on the table from now on."""
        self._decoding.listen_for(frozenset(), things)

    def all_heard(self, sound: Audio) -> list[str]:
        """Every text in the sound that is acted on."""
        self.hear(sound)
        heard = (event.utterance for event in self._events if isinstance(event, Heard))
        return [utterance.text for utterance in heard if not doubt_about(utterance, self._limits)]

    def hear(self, sound: Audio) -> Result:
        """What comes of the sound; several segments in it count together."""
        self._events.clear()
        self._recognizer.last = ("", 0.0)
        segmenter = Segmenter(self._limits.model_copy(update={"calibration_s": 0.3, "phrase_limit_s": 20.0}))
        segments: list[Segment] = []
        for start in range(0, len(sound.samples), _BLOCK):
            end = min(start + _BLOCK, len(sound.samples))
            block = Audio(sound.samples[start:end], RATE_HZ)
            segments += (found for found in segmenter.feed(block, end / RATE_HZ) if _is_whole(found))
        segments += (found for found in segmenter.flush() if _is_whole(found))
        begin = time.process_time()
        for segment in segments:
            self._decoding.put(Job(segment, Use.COMMAND))
            self._await()
        return self._result(time.process_time() - begin)

    def close(self) -> None:
        """End the workers."""
        self._decoding.close()

    def _await(self) -> None:
        begin = time.perf_counter()
        while not self._decoding.idle and time.perf_counter() - begin < _LONGEST_S:
            time.sleep(0.002)

    def _result(self, seconds: float) -> Result:
        heard = [event.utterance for event in self._events if isinstance(event, Heard)]
        believed = [utterance for utterance in heard if not doubt_about(utterance, self._limits)]
        asked = len(heard) > len(believed) or any(
            isinstance(event, NothingHeard) and event.reason for event in self._events
        )
        if believed:
            text, sure = " ".join(utterance.text for utterance in believed), believed[-1].confidence
        else:
            text, sure = self._recognizer.last
        return Result(text, sure, bool(believed), asked and not believed, seconds)


def _is_whole(found: Finding) -> TypeGuard[Segment]:
    """Glimpses change what is shown while somebody speaks, not what comes of it."""
    return isinstance(found, Segment) and found.final


class _Noting:
    """A recognizer whose last words can be looked at."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.last = ("", 0.0)

    def transcribe(self, audio: Audio, grammar: str | None = None):  # type: ignore[no-untyped-def]
        """As the recognizer."""
        utterance = self._recognizer.transcribe(audio, grammar)
        self.last = (utterance.text, utterance.confidence)
        return utterance


@contextmanager
def opened(name: str) -> Iterator[Ear]:
    """An ear with that recognizer."""
    settings = config.load(overrides=[f"use.recognizer={name}"])
    recognizer = recognizers.create(settings, recognizers.choose(settings))
    ear = Ear(recognizer, settings)
    try:
        yield ear
    finally:
        ear.close()
        recognizer.close()
