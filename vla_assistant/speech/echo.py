"""Is this our own voice? The sound of the microphone is compared with the samples that were played. Pure.

Loudspeaker, room and microphone change how loud each pitch is, but not when it is loud: so the logarithms of the power
in bands are compared after the mean of each band is taken away, at each delay that a sound system may have.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, resample
from vla_assistant.speech.segments import Segment
from vla_assistant.speech.speakers.base import Spoken
from vla_assistant.types import Audio, FloatArray

OURS = 0.75
"""Sentences of the program in a simulated room fit by 0.79 to 0.97; a person's stop 12 dB louder than them by 0.6."""
EARLIEST_S, LATEST_S = -0.5, 1.3
"""Delay of the echo, between the moment a sentence is handed to the sound system and when it is in the microphone: what
the system takes, give or take hearing.DRIFT_S."""
LONGEST_S = 2.5
"""Longer segments are not looked at: nothing but a stop counts while we speak, and that is shorter."""
_HOP = RATE_HZ // 100
_WINDOW = 3 * _HOP
_SHORTEST = 10
_EDGES_HZ = np.geomspace(200.0, 6_000.0, 17)
_RANGE_DB = 40.0
"""What lies further below the loudest is no sound but the noise of the room."""


def is_ours(segment: Segment, spoken: Iterable[Spoken]) -> bool:
    """Whether a segment of the microphone's sound holds what we said and little else.

    Args:
        segment: Its times are those of the clock that `spoken` was noted with, give or take hearing.DRIFT_S.
        spoken: The last sentences.
    """
    if segment.audio.seconds > LONGEST_S:
        return False
    return likeness(segment.audio, timeline(spoken, segment.start_s - LATEST_S, segment.end_s - EARLIEST_S)) > OURS


def likeness(heard: Audio, played: Audio) -> float:
    """How well what was heard fits some piece of what was played, -1 to 1; 0 when either is silent or too short.

    Args:
        heard: From the microphone, mono 16 kHz.
        played: What was played meanwhile and some time before and after, mono 16 kHz.
    """
    short, long = _bands(heard.samples), _bands(played.samples)
    width = len(short)
    if width < _SHORTEST or len(long) < width or not played.samples.any():
        return 0.0
    wanted = _levelled(short)
    fits = (_fit(wanted, _levelled(long[at : at + width])) for at in range(len(long) - width + 1))
    return max(fits, default=0.0)


def timeline(spoken: Iterable[Spoken], start_s: float, end_s: float) -> Audio:
    """What was played between two times, mono 16 kHz, silence in between."""
    samples = np.zeros(max(0, round((end_s - start_s) * RATE_HZ)), np.float32)
    for sentence in spoken:
        if sentence.start_s >= end_s or sentence.start_s + sentence.audio.seconds <= start_s:
            continue
        at = round((sentence.start_s - start_s) * RATE_HZ)
        piece = resample(sentence.audio).samples[max(0, -at) :]
        there = samples[max(0, at) :][: len(piece)]
        there += piece[: len(there)]
    return Audio(np.clip(samples, -1.0, 1.0), RATE_HZ)


def _bands(samples: FloatArray) -> np.ndarray:
    """Level in dB (frames, 16) of each band, at most _RANGE_DB below the loudest."""
    count = max(0, (len(samples) - _WINDOW) // _HOP + 1)
    if not count:
        return np.zeros((0, len(_EDGES_HZ) - 1))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:count] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = np.searchsorted(np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ), _EDGES_HZ)
    level = 10.0 * np.log10(np.add.reduceat(power, edges, axis=1)[:, :-1] + 1e-12)
    return np.maximum(level, level.max() - _RANGE_DB)


def _levelled(level: np.ndarray) -> np.ndarray:
    return level - level.mean(axis=0)


def _fit(wanted: np.ndarray, piece: np.ndarray) -> float:
    """Correlation of two levelled pieces."""
    scale = float(np.sqrt(np.sum(wanted**2) * np.sum(piece**2)))
    return float(np.sum(wanted * piece)) / scale if scale > 0 else 0.0
