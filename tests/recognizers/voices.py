"""Sound for the tests: synthetic voices, noise, silence, and a tiny Whisper of the real class."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from vla_assistant.speech.audio import read
from vla_assistant.types import Audio

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="the synthetic voice flite is not installed")
needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def flite(text: str, file: Path, voice: str = "slt") -> Audio:
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(file)], check=True, capture_output=True)
    return read(file)


def espeak(text: str, file: Path, voice: str = "en-gb") -> Audio:
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(file), text], check=True, capture_output=True)
    return read(file)


def silence(seconds: float = 1.0, rate_hz: int = 16_000) -> Audio:
    return Audio(np.zeros(int(seconds * rate_hz), np.float32), rate_hz)


def noise(seconds: float = 1.0, rate_hz: int = 16_000, level: float = 0.1, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).normal(0, level, int(seconds * rate_hz))
    return Audio(np.clip(samples, -1, 1).astype(np.float32), rate_hz)


def tiny_whisper(file: Path) -> Path:
    """A file with random weights for the real Whisper class, English only, one layer of 8 units."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    dims = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=8, n_audio_head=1, n_audio_layer=1,
        n_vocab=51864, n_text_ctx=448, n_text_state=8, n_text_head=1, n_text_layer=1,
    )  # fmt: skip
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)  # Whisper leaves it uninitialised
    torch.save({"dims": vars(dims), "model_state_dict": model.state_dict()}, file)
    return file
