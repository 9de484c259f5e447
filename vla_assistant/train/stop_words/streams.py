"""Streams to learn from: what the voices say, one after the other, in a room with noise, and what each moment should
be called.

A stream is heard as the live one is, so that what was said before a word, the gaps and the noise are learnt with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.stop_words.features import STEP, Embeddings
from vla_assistant.speech.stop_words.words import CLASSES
from vla_assistant.train.stop_words import noises
from vla_assistant.train.stop_words.script import Phrase, Script
from vla_assistant.train.stop_words.voices import Clip, Manner, espeak, flite
from vla_assistant.types import FloatArray

Labels = NDArray[np.int64]

LENGTH_S = 40.0
UNKNOWN = -1
"""Moments that teach nothing: the word is not quite over, or has been over for a while."""
_HIT_S = (-0.05, 0.28)
"""From the end of the word: these moments are called after it ..."""
_UNKNOWN_S = (-0.3, 0.6)
"""... and between here and there nothing is said about others."""
_LEVEL_DBFS = -20.0
_CROWD = 60
"""Different clips of which a crowd's babble is made."""
_OWN_MANNER = Manner("espeak-ng:en-us")


@dataclass(frozen=True, eq=False)
class Stream:
    """Sound float32 (n,), and stop words: the end [s], the class, the end of the phrase [s]."""

    samples: FloatArray
    stops: tuple[tuple[float, str, float], ...]


class Studio:
    """Makes streams; one owner.

    Args:
        script: What is said and by whom.
        cache: Folder for the clips of flite.
    """

    def __init__(self, script: Script, cache: Path) -> None:
        self._script, self._cache = script, cache
        self._espeak = espeak()

    @cached_property
    def _own(self) -> list[FloatArray]:
        """What the program says itself."""
        return [self._spoken(text, _OWN_MANNER).samples for text in self._script.own]

    @cached_property
    def _crowd(self) -> list[FloatArray]:
        """What babble is made of."""
        rng = np.random.default_rng(0)
        return [self.clip(self._script.talk(rng), rng).samples for _ in range(_CROWD)]

    def stream(self, seed: int, length_s: float = LENGTH_S) -> Stream:
        """The stream of that number: the same words, voices and noise each time, but for the breath of espeak-ng."""
        rng = np.random.default_rng(seed)
        samples, stops = self._said(rng, round(length_s * RATE_HZ))
        if rng.random() < 0.35:
            echoed = noises.in_room(samples, int(rng.integers(1 << 30)), rng.uniform(0.2, 0.7), rng.uniform(0.35, 0.9))
            samples = echoed[: len(samples)]
        samples = _through_microphone(samples, rng) + self._background(rng, len(samples))
        peak_db = rng.uniform(-30.0, 0.0) if rng.random() < 0.9 else rng.uniform(0.0, 6.0)
        gain = 10 ** (peak_db / 20) / max(1e-6, float(np.abs(samples).max()))
        return Stream(np.clip(samples * gain, -1.0, 1.0).astype(np.float32), tuple(stops))

    def _said(self, rng: np.random.Generator, count: int) -> tuple[FloatArray, list[tuple[float, str, float]]]:
        samples, stops = np.zeros(count, np.float32), list[tuple[float, str, float]]()
        at = round(rng.uniform(0.2, 1.5) * RATE_HZ)
        while True:
            phrase = self._phrase(rng)
            clip = self.clip(phrase, rng)
            if at + len(clip.samples) > count:
                return samples, stops
            gain_db = _LEVEL_DBFS + rng.uniform(-6.0, 6.0) - noises.active_dbfs(clip.samples)
            samples[at : at + len(clip.samples)] += clip.samples * 10 ** (gain_db / 20)
            for index, word in phrase.targets.items():
                if index < len(clip.ends_s) and math.isfinite(clip.ends_s[index]):
                    start_s = at / RATE_HZ
                    stops.append((start_s + clip.ends_s[index], word, start_s + len(clip.samples) / RATE_HZ))
            gap_s = rng.uniform(0.08, 0.35) if rng.random() < 0.3 else rng.uniform(0.35, 1.6)
            at += len(clip.samples) + round(gap_s * RATE_HZ)

    def _phrase(self, rng: np.random.Generator) -> Phrase:
        chance = rng.random()
        make = self._script.stop if chance < 0.45 else self._script.alike if chance < 0.7 else self._script.talk
        return make(rng)

    def clip(self, phrase: Phrase, rng: np.random.Generator) -> Clip:
        """The phrase as some voice says it; its throat is made shorter or longer, as of another person."""
        clip = self._spoken(phrase.text, self._script.manner(rng, phrase.language))
        return _of_another(clip, rng.uniform(0.87, 1.17))

    def _spoken(self, text: str, manner: Manner) -> Clip:
        if manner.voice.startswith("flite"):
            return flite(text, manner, self._cache)
        return self._espeak.say(text, manner)

    def _background(self, rng: np.random.Generator, count: int) -> FloatArray:
        """A quiet hiss, and often a noise, a crowd, or our own voice."""
        hiss = noises.white(count, rng) * 10 ** (rng.uniform(-75.0, -50.0) / 20)
        distance_db = rng.uniform(2.0, 25.0)
        kind = rng.choice(
            ["none", "white", "coloured", "motor", "babble", "own"], p=[0.28, 0.14, 0.12, 0.16, 0.16, 0.14]
        )
        if kind == "none":
            return hiss
        if kind == "own":
            distance_db = rng.uniform(-4.0, 10.0)
        return hiss + self._noise(str(kind), rng, count) * 10 ** ((_LEVEL_DBFS - distance_db) / 20)

    def _noise(self, kind: str, rng: np.random.Generator, count: int) -> FloatArray:
        if kind == "coloured":
            return noises.coloured(count, rng, rng.uniform(0.3, 1.0))
        if kind in ("white", "motor"):
            return noises.white(count, rng) if kind == "white" else noises.motor(count, rng)
        talkers = 1 if kind == "own" else int(rng.integers(3, 8))
        pool = self._own if kind == "own" else self._crowd
        return noises.together((_enough(pool, count + RATE_HZ, rng) for _ in range(talkers)), count, rng)


def _enough(pool: Sequence[FloatArray], count: int, rng: np.random.Generator) -> list[FloatArray]:
    """Clips of the pool that last `count` samples together."""
    said: list[FloatArray] = []
    while sum(map(len, said)) < count:
        said.append(pool[int(rng.integers(len(pool)))])
    return said


def _of_another(clip: Clip, factor: float) -> Clip:
    """The clip played faster or slower: pitch and formants move together."""
    import soxr

    samples = soxr.resample(clip.samples, RATE_HZ * factor, RATE_HZ).astype(np.float32)
    return Clip(samples, tuple(end / factor for end in clip.ends_s))


def _through_microphone(samples: FloatArray, rng: np.random.Generator) -> FloatArray:
    """With a gentle random frequency response, +-6 dB."""
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    points_hz = np.array([50.0, 200.0, 600.0, 1_500.0, 3_500.0, 8_000.0])
    gain_db = np.interp(np.log(np.maximum(frequency, 50.0)), np.log(points_hz), rng.uniform(-6.0, 6.0, len(points_hz)))
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (gain_db / 20), len(samples)).astype(np.float32)


def learnable(stream: Stream, embeddings: Embeddings) -> tuple[FloatArray, Labels]:
    """Embeddings float32 (n, 96) of the stream, and for each the class int64 (n,), or UNKNOWN."""
    embeddings.reset()
    offset = embeddings.pending
    values = np.array(embeddings.feed(stream.samples), np.float32)
    time_s = (np.arange(1, len(values) + 1) * STEP - offset) / RATE_HZ
    labels = np.zeros(len(values), np.int64)
    for end_s, _, phrase_end_s in stream.stops:
        labels[(time_s > end_s + _UNKNOWN_S[0]) & (time_s < max(end_s, phrase_end_s) + _UNKNOWN_S[1])] = UNKNOWN
    for end_s, word, _ in stream.stops:
        labels[(time_s > end_s + _HIT_S[0]) & (time_s < end_s + _HIT_S[1])] = CLASSES.index(word)
    return values, labels
