"""Is this frame voice? Level in the speech band, and a pitch: fans, hiss, clicks and key taps have none.

Source: the normalised autocorrelation as a measure of voicing, Rabiner 1977, "On the use of autocorrelation analysis
for pitch detection".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vla_assistant.speech.audio import FLOOR_DBFS, RATE_HZ
from vla_assistant.types import FloatArray

FRAME = RATE_HZ // 50
"""Samples of one frame: 20 ms."""
WINDOW = 2 * FRAME
"""Samples one decision looks at: two frames, at least three periods of the deepest voice."""
PERIODICITY = 0.5
"""White noise stays below 0.3, pink below 0.52; vowels of five synthetic voices lie above 0.6."""
_FFT = 2 * WINDOW
_LOW_HZ, _HIGH_HZ = 120.0, 6_000.0
_PITCH_LOW_HZ, _PITCH_HIGH_HZ = 75.0, 400.0
_HANN = np.hanning(WINDOW).astype(np.float32)
_BAND = (np.fft.rfftfreq(_FFT, 1 / RATE_HZ) >= _LOW_HZ) & (np.fft.rfftfreq(_FFT, 1 / RATE_HZ) <= _HIGH_HZ)
_SCALE = 2.0 / (_FFT * float(np.sum(_HANN**2)))
"""Makes the band power of a sine its mean square: both halves of the spectrum, the window's loss."""
_WINDOW_CORRELATION = np.maximum(np.fft.irfft(np.abs(np.fft.rfft(_HANN, _FFT)) ** 2)[:WINDOW], 1e-3)


@dataclass(frozen=True)
class Sound:
    """What one window holds: level of the speech band [dBFS] and how periodic it is, 0-1."""

    level_dbfs: float
    periodicity: float


def measure(window: FloatArray, loud_dbfs: float = FLOOR_DBFS) -> Sound:
    """Measure float32 (WINDOW,) samples; windows below `loud_dbfs` are not searched for a pitch (it costs time)."""
    spectrum = np.abs(np.fft.rfft(window * _HANN, _FFT)) ** 2 * _BAND
    power = float(spectrum.sum()) * _SCALE
    level = max(FLOOR_DBFS, 10.0 * float(np.log10(power))) if power > 0 else FLOOR_DBFS
    return Sound(level, _periodicity(spectrum) if level > loud_dbfs else 0.0)


def _periodicity(spectrum: np.ndarray) -> float:
    """Highest normalised autocorrelation at a lag of the voice's pitch, after its first fall below zero."""
    correlation = np.fft.irfft(spectrum)[:WINDOW] / _WINDOW_CORRELATION
    if correlation[0] <= 0:
        return 0.0
    first, last = int(RATE_HZ / _PITCH_HIGH_HZ), int(RATE_HZ / _PITCH_LOW_HZ)
    falls = np.flatnonzero(correlation[:last] < 0)
    if not len(falls):
        return 0.0
    peak = correlation[max(first, int(falls[0])) : last].max(initial=0.0) / correlation[0]
    return float(np.clip(peak, 0.0, 1.0))
