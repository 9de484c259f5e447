"""Speech embeddings of a stream: 96 values every 80 ms that say what the last 0.775 s sounded like. One owner.

Source: Lin et al. 2020, "Training keyword spotters with limited and synthesized speech data", arXiv:2002.01322, whose
network of speech embeddings openWakeWord and the package pyopen-wakeword carry on; frames, scale and steps are theirs.
"""

from __future__ import annotations

import numpy as np

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.stop_words.tflite import Network, library
from vla_assistant.types import FloatArray

WIDTH = 96
STEP = 1_280
"""Samples from one embedding to the next."""
STEP_S = STEP / RATE_HZ
_CHUNK = STEP + 480
"""A frame of the spectrogram looks at 25 ms every 10 ms: what it needs of the chunk before."""
_FRAMES, _BANDS = 76, 32
_FULL_SCALE = 32_768.0
_QUIETEST_DB = 0.0
"""Of the spectrogram, where a hiss of one step of 16 bits has 15 dB: digital silence is no sound the network knows."""
_QUIET = 4.0
"""What stands for the sound before the stream began: a quiet hiss, in 16-bit steps."""


class Embeddings:
    """Embeddings of one stream, for blocks of any length.

    Raises:
        BackendError: the package pyopen-wakeword is missing or does not run here.
    """

    def __init__(self) -> None:
        lib, folder = library()
        self._spectrogram = Network(lib, folder / "melspectrogram.tflite", (1, _CHUNK))
        self._embedding = Network(lib, folder / "embedding_model.tflite", (1, _FRAMES, _BANDS, 1))
        hiss = np.random.default_rng(0).normal(0.0, _QUIET, (_FRAMES * 160 // STEP + 1) * STEP + 480)
        self._rest = np.zeros(0, np.float32)
        self._frames = np.zeros((0, _BANDS), np.float32)
        chunks = range(0, len(hiss) - _CHUNK + 1, STEP)
        frames = [self._hear(hiss[at : at + _CHUNK].astype(np.float32)) for at in chunks]
        self._before = (hiss[-480:].astype(np.float32), np.concatenate(frames)[-_FRAMES:])
        self.reset()

    def reset(self) -> None:
        """Begin a new stream."""
        self._rest, self._frames = self._before

    @property
    def pending(self) -> int:
        """Samples that came after the last embedding's end."""
        return len(self._rest) - (_CHUNK - STEP)

    def feed(self, samples: FloatArray) -> list[FloatArray]:
        """The embeddings float32 (96,) that these samples complete, oldest first.

        Args:
            samples: float32 (n,) in [-1, 1], mono 16 kHz.
        """
        self._rest = np.concatenate([self._rest, samples.astype(np.float32) * _FULL_SCALE])
        found: list[FloatArray] = []
        while len(self._rest) >= _CHUNK:
            chunk, self._rest = self._rest[:_CHUNK], self._rest[STEP:]
            self._frames = np.concatenate([self._frames, self._hear(chunk)])[-_FRAMES:]
            found.append(self._embedding(self._frames).ravel())
        return found

    def _hear(self, chunk: FloatArray) -> FloatArray:
        """The frames float32 (8, 32) of a chunk, scaled as the embedding wants them."""
        decibels = np.maximum(self._spectrogram(chunk).reshape(-1, _BANDS), _QUIETEST_DB)
        return (decibels / 10.0 + 2.0).astype(np.float32)
