"""What a recognizer made of a sound, with its own figures and with what the sound itself shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, loudest_dbfs, resample
from vla_assistant.speech.voicing import FRAME, WINDOW, measure
from vla_assistant.types import Audio

PITCHED = 0.5
"""Periodicity from which a frame is voice: white noise stays below 0.3, vowels of synthetic voices lie above 0.6."""
_WORD_FRAMES = 14
"""A short word has so many frames (280 ms)."""
_QUIETEST_VOICE_DBFS = -80.0
"""Frames below this are not searched for a pitch: that is the noise of the converter."""


@dataclass(frozen=True)
class Segment:
    """A piece of a transcript with Whisper's own figures.

    Attributes:
        text: As Whisper writes it.
        avg_logprob: Mean natural logarithm of the probability of a token.
        no_speech_prob: Probability that nobody speaks, 0-1.
        compression_ratio: Bytes of the text by bytes of it compressed.
        start_s, end_s: Where in the sound it is said to be [s].
    """

    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    start_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True)
class Sound:
    """What a sound shows before anybody decodes it.

    Attributes:
        seconds: Its length.
        loudest_dbfs: The level of its loudest 30 ms.
        voiced_s: How much of it has a pitch, in the 0.3 s where that is most.
    """

    seconds: float
    loudest_dbfs: float
    voiced_s: float


@dataclass(frozen=True)
class Transcript:
    """What Whisper made of a sound, and the prompt that it was given."""

    segments: tuple[Segment, ...]
    sound: Sound
    prompt: str = ""

    @property
    def words(self) -> list[str]:
        """All of its words."""
        return spoken_words(" ".join(segment.text for segment in self.segments))


def spoken_words(text: str) -> list[str]:
    """Lower-case words without punctuation; an apostrophe stays inside a word."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


def look_at(audio: Audio) -> Sound:
    """Length, level and voice of a sound; an offset counts as silence."""
    centred = audio.samples - audio.samples.mean() if len(audio.samples) else audio.samples
    sound = resample(Audio(np.clip(centred, -1.0, 1.0).astype(np.float32), audio.rate_hz), RATE_HZ)
    starts = range(0, len(sound.samples) - WINDOW + 1, FRAME)
    frames = (measure(sound.samples[start : start + WINDOW], _QUIETEST_VOICE_DBFS) for start in starts)
    voiced_s = _most_in_a_word([frame.periodicity > PITCHED for frame in frames]) * FRAME / RATE_HZ
    return Sound(audio.seconds, loudest_dbfs(sound), voiced_s)


def _most_in_a_word(flags: Sequence[bool]) -> int:
    """How many are true among neighbours that make a short word."""
    starts = range(max(1, len(flags) - _WORD_FRAMES + 1))
    return max(sum(flags[start : start + _WORD_FRAMES]) for start in starts)
