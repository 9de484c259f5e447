"""Noises and rooms that speech is mixed with: seeded, so that a figure can be had again.

The distance between speech and noise is measured over the voiced part of the speech, not over its pauses: that of the
frames of 20 ms within 20 dB of the loudest one. Source: the active speech level of ITU-T P.56, simplified.
"""

from __future__ import annotations

import numpy as np

from benchmarks.spoken import voices
from vla_assistant.speech.audio import RATE_HZ, level_dbfs
from vla_assistant.types import Audio, FloatArray

NOISES = ("white", "babble", "motor")
_FRAME = RATE_HZ // 50
_ACTIVE_DB = 20.0
_TALKERS = 6
_BABBLE = (
    "the committee will publish its report on the railway early next year",
    "my sister called yesterday and told me about her garden",
    "after the second half the visitors were leading by three goals",
    "there will be showers in the north and sunshine in the south",
    "nobody remembers who wrote the song that everybody sings",
    "we took the early train because the later one is always full",
)


def white(count: int, rng: np.random.Generator) -> FloatArray:
    """Hiss float32 (count,) of level 0 dBFS."""
    return rng.normal(0.0, 1.0, count).astype(np.float32)


def babble(count: int, rng: np.random.Generator) -> FloatArray:
    """Six of the tuning voices at once, float32 (count,) of level 0 dBFS."""
    total = np.zeros(count, np.float32)
    for talker in rng.choice(len(voices.TUNING), _TALKERS, replace=False):
        parts: list[FloatArray] = []
        while sum(map(len, parts)) < count + RATE_HZ:
            text = _BABBLE[int(rng.integers(len(_BABBLE)))]
            parts.append(_levelled(voices.spoken(voices.TUNING[talker], text).samples))
        joined = np.concatenate(parts)
        start = int(rng.integers(0, RATE_HZ))
        total += joined[start : start + count]
    return _levelled(total)


def motor(count: int, rng: np.random.Generator) -> FloatArray:
    """The hum of a drive, float32 (count,) of level 0 dBFS: harmonics of a speed that sways, and some hiss."""
    time_s = np.arange(count) / RATE_HZ
    base_hz = rng.uniform(90.0, 160.0)
    speed = base_hz * (1.0 + 0.15 * np.sin(2 * np.pi * rng.uniform(0.2, 0.7) * time_s + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(speed) / RATE_HZ
    strengths = rng.uniform(0.3, 1.0, 14) / np.arange(1, 15) ** 0.7
    hum = sum(s * np.sin(k * phase + rng.uniform(0, 6)) for k, s in enumerate(strengths, 1))
    return _levelled((hum + 0.15 * rng.normal(size=count)).astype(np.float32))


_MAKERS = {"white": white, "babble": babble, "motor": motor}


def noise(kind: str, count: int, seed: int) -> FloatArray:
    """Noise of NOISES, float32 (count,) of level 0 dBFS, which therefore lies beyond full scale at times."""
    return _MAKERS[kind](count, np.random.default_rng(seed))


def active_dbfs(samples: FloatArray) -> float:
    """Level of the speech without its pauses."""
    usable = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    power = np.mean(usable**2, axis=1)
    return level_dbfs(usable[power >= power.max() * 10 ** (-_ACTIVE_DB / 10)].astype(np.float32).ravel())


def mixed(speech: Audio, kind: str, distance_db: float, seed: int, margin_s: float = 0.0) -> Audio:
    """Speech with noise that lies `distance_db` below it; `margin_s` of noise before and after."""
    margin = round(margin_s * RATE_HZ)
    padded = np.pad(speech.samples, margin)
    gain = 10 ** ((active_dbfs(speech.samples) - distance_db) / 20)
    return _fitted(padded + gain * noise(kind, len(padded), seed))


def in_room(speech: Audio, seed: int, decay_s: float = 0.4, direct: float = 0.5) -> Audio:
    """Speech in a room: decaying noise as its response. `decay_s`: until -60 dB; `direct`: share of the power unechoed.

    Source: the statistical model of late reverberation, Polack 1988.
    """
    rng = np.random.default_rng(seed)
    count = round(decay_s * RATE_HZ)
    tail = rng.normal(size=count) * 10 ** (-3.0 * np.arange(count) / count)
    tail[: RATE_HZ // 500] = 0.0
    response = tail * np.sqrt((1 - direct) / np.sum(tail**2))
    response[0] = np.sqrt(direct)
    size = len(speech.samples) + count
    echoed = np.fft.irfft(np.fft.rfft(speech.samples, size) * np.fft.rfft(response, size), size)
    return _fitted(echoed.astype(np.float32))


def _levelled(samples: FloatArray) -> FloatArray:
    return (samples / np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-12)).astype(np.float32)


def _fitted(samples: FloatArray) -> Audio:
    """As it is, or quieter where it would be clipped."""
    peak = float(np.abs(samples).max())
    return Audio((samples / max(1.0, peak / 0.99)).astype(np.float32), RATE_HZ)
