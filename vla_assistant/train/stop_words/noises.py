"""Noises and rooms that speech is mixed with: seeded, so that a figure can be had again. All of level 0 dBFS, which
therefore lie beyond full scale at times, float32 at 16 kHz.

The level of speech is measured over its voiced part, not over its pauses: that of the frames of 20 ms within 20 dB of
the
loudest one. Source: the active speech level of ITU-T P.56, simplified.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, level_dbfs
from vla_assistant.types import FloatArray

_FRAME = RATE_HZ // 50
_ACTIVE_DB = 20.0


def white(count: int, rng: np.random.Generator) -> FloatArray:
    """Hiss float32 (count,)."""
    return rng.normal(0.0, 1.0, count).astype(np.float32)


def coloured(count: int, rng: np.random.Generator, steepness: float) -> FloatArray:
    """Noise float32 (count,) whose amplitude falls with frequency ** steepness: 0.5 is pink, 1 brown."""
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 20.0)
    return levelled(np.fft.irfft(np.fft.rfft(rng.normal(size=count)) / frequency**steepness, count).astype(np.float32))


def motor(count: int, rng: np.random.Generator) -> FloatArray:
    """The hum of a drive, float32 (count,): harmonics of a speed that sways, and some hiss."""
    time_s = np.arange(count) / RATE_HZ
    base_hz = rng.uniform(90.0, 160.0)
    speed = base_hz * (1.0 + 0.15 * np.sin(2 * np.pi * rng.uniform(0.2, 0.7) * time_s + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(speed) / RATE_HZ
    strengths = rng.uniform(0.3, 1.0, 14) / np.arange(1, 15) ** 0.7
    hum = sum(s * np.sin(k * phase + rng.uniform(0, 6)) for k, s in enumerate(strengths, 1))
    return levelled((hum + 0.15 * rng.normal(size=count)).astype(np.float32))


def together(talkers: Iterable[Sequence[FloatArray]], count: int, rng: np.random.Generator) -> FloatArray:
    """Several talkers at once, float32 (count,); each says his clips one after the other, from a random moment on.

    Each talker's clips last a second longer than `count` together.
    """
    total = np.zeros(count, np.float32)
    for clips in talkers:
        joined = np.concatenate([levelled(clip) for clip in clips])
        start = int(rng.integers(0, RATE_HZ))
        total += joined[start : start + count]
    return levelled(total)


def levelled(samples: FloatArray) -> FloatArray:
    """The sound at level 0 dBFS."""
    return (samples / np.sqrt(np.mean(np.square(samples, dtype=np.float64)) + 1e-12)).astype(np.float32)


def active_dbfs(samples: FloatArray) -> float:
    """Level of the speech without its pauses."""
    usable = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    power = np.mean(usable**2, axis=1)
    return level_dbfs(usable[power >= power.max() * 10 ** (-_ACTIVE_DB / 10)].astype(np.float32).ravel())


def in_room(samples: FloatArray, seed: int, decay_s: float = 0.4, direct: float = 0.5) -> FloatArray:
    """Speech in a room, longer by its echo. `decay_s`: until -60 dB; `direct`: share of the power unechoed.

    Source: the statistical model of late reverberation, Polack 1988: decaying noise is the room's response.
    """
    rng = np.random.default_rng(seed)
    count = round(decay_s * RATE_HZ)
    tail = rng.normal(size=count) * 10 ** (-3.0 * np.arange(count) / count)
    tail[: RATE_HZ // 500] = 0.0
    response = tail * np.sqrt((1 - direct) / np.sum(tail**2))
    response[0] = np.sqrt(direct)
    size = len(samples) + count
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size).astype(np.float32)
