"""Steady noise goes, speech stays."""

from __future__ import annotations

import numpy as np

from vla_assistant.speech.audio import RATE_HZ, level_dbfs
from vla_assistant.speech.denoising import denoised
from vla_assistant.speech.recognizers.acoustics import ONLY_NOISE_DB, quieted
from vla_assistant.types import Audio, FloatArray


def hiss(seconds: float, level: float, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0, level, round(seconds * RATE_HZ)).astype(np.float32)


def tones(level: float) -> FloatArray:
    """Bursts of a buzz with pauses between, 2 s."""
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 150 * harmonic * time_s) / harmonic for harmonic in range(1, 12))
    return (level * buzz * (np.sin(2 * np.pi * 1.5 * time_s) > 0)).astype(np.float32)


def test_noise_alone_loses_most_of_its_power():
    noise = hiss(2.0, 0.05)
    assert level_dbfs(denoised(noise)) < level_dbfs(noise) - ONLY_NOISE_DB
    assert quieted(Audio(noise, RATE_HZ)) is None


def test_what_is_said_in_noise_keeps_its_power_and_loses_the_noise():
    speech, noise = tones(0.2), hiss(2.0, 0.03)
    cleaned = denoised(speech + noise)
    assert abs(level_dbfs(cleaned) - level_dbfs(speech)) < 2.0
    assert level_dbfs(cleaned - speech) < level_dbfs(noise) - 3.0
    sound = quieted(Audio(speech + noise, RATE_HZ))
    assert sound is not None
    assert sound.noisy


def test_a_quiet_recording_is_left_as_it_is():
    sound = quieted(Audio(tones(0.2) + hiss(2.0, 1e-4), RATE_HZ))
    assert sound is not None
    assert not sound.noisy


def test_length_is_kept_and_what_is_too_short_is_left_alone():
    assert len(denoised(hiss(1.234, 0.1))) == round(1.234 * RATE_HZ)
    click = hiss(0.05, 0.1)
    assert np.array_equal(denoised(click), click)
