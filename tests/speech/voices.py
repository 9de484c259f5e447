"""Synthetic voices of the test machine (flite, espeak-ng) and noises: clips are made, not shipped."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from vla_assistant.speech import audio
from vla_assistant.types import Audio, FloatArray

VOICES = ("flite:slt", "flite:rms", "flite:awb", "espeak-ng:en-us", "espeak-ng:en-gb")


@functools.cache
def say(text: str, voice: str) -> Audio:
    """The text spoken by a voice of VOICES; skips the test where the program is not installed."""
    program, _, name = voice.partition(":")
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "voice.wav"
        if program == "flite":
            command = ["flite", "-voice", name, "-t", text, "-o", str(file)]
        else:
            command = ["espeak-ng", "-v", name, "-w", str(file), text]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        return audio.read(file)


def noise(seconds: float, colour: str, dbfs: float, seed: int) -> FloatArray:
    """White, pink or brown noise float32 (n,) of that level."""
    count = round(seconds * audio.RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / audio.RATE_HZ), 20.0)
    samples = np.fft.irfft(spectrum / frequency ** {"white": 0.0, "pink": 0.5, "brown": 1.0}[colour], count)
    return (samples / np.sqrt(np.mean(samples**2)) * 10 ** (dbfs / 20)).astype(np.float32)


def scene(clips: list[tuple[float, Audio]], seconds: float, background: FloatArray | None = None) -> Audio:
    """Clips placed at their times [s] into silence or a background."""
    samples = np.zeros(round(seconds * audio.RATE_HZ), np.float32)
    if background is not None:
        samples += background[: len(samples)]
    for start_s, clip in clips:
        start = round(start_s * audio.RATE_HZ)
        samples[start : start + len(clip.samples)] += clip.samples
    return Audio(np.clip(samples, -1, 1), audio.RATE_HZ)
