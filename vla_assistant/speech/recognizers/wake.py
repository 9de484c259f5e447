"""The wake word: a phrase at the beginning of an utterance, whatever follows it.

The decoder fits the phrase and then any phones to the sound; how far its score lies behind that of the best phones, for
each frame of the phrase, says whether it was said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, is_silent, resample
from vla_assistant.types import Audio, FloatArray
from vla_assistant.wire import travels

FRAMES_HZ = 100
PAD_S = 0.3
PEAK = 0.5
HISS = 1e-4
SHORTEST_S = 0.04
"""Nobody says a letter of the phrase in less: shorter alignments squeeze it into any sound."""
FIT_EVEN, FIT_SLOPE = -16.0, 0.4
"""Fit at which the confidence is one half, and how fast it rises; between 17 tuning voices and their talk."""


@travels
@dataclass(frozen=True)
class Wake:
    """The phrase that was heard, empty for none; how surely, 0-1; and when it ended in the sound [s]."""

    phrase: str
    confidence: float
    end_s: float


NOTHING = Wake("", 0.0, 0.0)


@dataclass(frozen=True)
class Aligned:
    """A word or phone of a decode: frames from `start` to before `end` [10 ms]."""

    word: str
    start: int
    end: int


def grammar(phrases: Sequence[str]) -> str:
    """JSGF of one of the phrases, then any phones; `wording.phone_word` is in the dictionary."""
    said = " | ".join(phrase.lower() for phrase in phrases)
    return f"#JSGF V1.0; grammar wake; public <wake> = ({said}) [{_phones()}];"


def anything() -> str:
    """JSGF of any phones: what the phrase has to stand against."""
    return f"#JSGF V1.0; grammar anything; public <anything> = {_phones()};"


def _phones() -> str:
    from vla_assistant.speech.recognizers.wording import PHONES, phone_word

    return f"({' | '.join(map(phone_word, PHONES))})+"


def prepared(audio: Audio) -> FloatArray | None:
    """The sound at 16 kHz and one loudness with PAD_S of silence around it; None when there is nothing in it."""
    sound = resample(audio, RATE_HZ).samples
    sound = (sound - sound.mean()).astype(np.float32) if len(sound) else sound
    if is_silent(Audio(np.clip(sound, -1.0, 1.0), RATE_HZ)):
        return None
    sound = np.pad(sound * (PEAK / float(np.abs(sound).max())), round(PAD_S * RATE_HZ))
    hiss = np.random.default_rng(0).normal(0.0, HISS, len(sound))
    return np.clip(sound + hiss, -1.0, 1.0).astype(np.float32)


def found(words: Sequence[Aligned], behind: float, samples: int) -> Wake:
    """What the alignment of the phrase says.

    Args:
        words: Of the phrase and what follows it.
        behind: How much higher the log score a frame is than that of the best phones, mostly below zero. What follows
            the phrase is the best phones in both, so that this is a matter of the phrase alone.
        samples: How much sound was decoded.
    """
    phrase = [one for one in words if one.start >= 0 and _is_word(one.word)]
    if not phrase:
        return NOTHING
    start, end = phrase[0].start, phrase[-1].end
    if (end - start) / FRAMES_HZ < SHORTEST_S * sum(len(one.word) for one in phrase):
        return NOTHING
    fit = behind * samples / RATE_HZ * FRAMES_HZ / (end - start)
    confidence = 1.0 / (1.0 + math.exp(min(50.0, -FIT_SLOPE * (fit - FIT_EVEN))))
    return Wake(" ".join(one.word for one in phrase), confidence, max(0.0, end / FRAMES_HZ - PAD_S))


def _is_word(word: str) -> bool:
    return not word.startswith(("<", "(", "any_", "++"))
