"""Takes steady noise out of a recording before it is recognised: a Wiener filter on short spectra.

The noise is what the quietest frames hold, followed through the recording with the share that speech is absent. The
gain comes from the a-priori ratio of speech to noise, decision-directed, and never falls below a floor: a little even
noise does less harm to the acoustic model than the gurgling that remains of none.
Source: Ephraim and Malah 1984 (decision-directed ratio); Gerkmann and Hendriks 2012 (noise power, speech presence).
"""

from __future__ import annotations

import numpy as np

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.types import FloatArray

WINDOW, HOP = 512, 128
SMOOTHING = 0.97
"""Of the a-priori ratio over time."""
FLOOR = 0.15
"""Lowest gain (-16 dB)."""
QUIETEST = 0.15
"""Share of the frames that are taken for noise at first."""
_NOISE_SMOOTHING = 0.85
_SPEECH_RATIO = 10.0 ** (15.0 / 10.0)
"""Ratio of speech to noise where there is speech (15 dB). Source: Gerkmann and Hendriks 2012."""
_LEAST = 1e-10


def denoised(samples: FloatArray, floor: float = FLOOR) -> FloatArray:
    """The recording float32 (n,) at 16 kHz with less of its steady noise; as it is when it is shorter than 0.1 s."""
    if len(samples) < RATE_HZ // 10:
        return samples
    window = np.sqrt(np.hanning(WINDOW + 1)[:WINDOW]).astype(np.float32)
    padded = np.pad(samples, (WINDOW, 2 * WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * window
    spectra = np.fft.rfft(frames, axis=1)
    gains = _gains((np.abs(spectra) ** 2 + _LEAST).astype(np.float32), floor)
    cleaned = np.fft.irfft(spectra * gains, WINDOW, axis=1) * window
    total, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for index, frame in enumerate(cleaned):
        total[index * HOP : index * HOP + WINDOW] += frame
        weight[index * HOP : index * HOP + WINDOW] += window**2
    kept = slice(WINDOW, WINDOW + len(samples))
    return (total[kept] / np.maximum(weight[kept], 1e-3)).astype(np.float32)


def _gains(power: FloatArray, floor: float) -> FloatArray:
    """Gain of each bin of each frame."""
    noise = _first_noise(power)
    gains = np.empty_like(power)
    before = np.zeros(power.shape[1])
    for index, now in enumerate(power):
        present = 1.0 / (
            1.0 + (1.0 + _SPEECH_RATIO) * np.exp(-np.minimum(now / noise, 80.0) * _SPEECH_RATIO / (1 + _SPEECH_RATIO))
        )
        noise = _NOISE_SMOOTHING * noise + (1 - _NOISE_SMOOTHING) * (present * noise + (1 - present) * now)
        ratio = SMOOTHING * before / noise + (1 - SMOOTHING) * np.maximum(now / noise - 1.0, 0.0)
        gains[index] = np.maximum(ratio / (1.0 + ratio), floor)
        before = gains[index] ** 2 * now
    return gains


def _first_noise(power: FloatArray) -> FloatArray:
    """Power of each bin in the quietest frames."""
    loudness = power.sum(axis=1)
    quiet = loudness <= np.quantile(loudness, QUIETEST)
    return np.asarray(power[quiet].mean(axis=0))
