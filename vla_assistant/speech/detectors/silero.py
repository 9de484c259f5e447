"""Silero: a small recurrent network that tells voices from noise.

Run by onnxruntime from the file in the package silero-vad, which is not imported: that would import torch.
Source: https://github.com/snakers4/silero-vad, version 6; it looks at 32 ms at a time, with 4 ms of what was before.
"""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np

from vla_assistant.errors import WeightsError
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.detectors.base import Look
from vla_assistant.speech.room import Room
from vla_assistant.speech.voicing import FRAME, measure
from vla_assistant.types import FloatArray

REQUIRES = ("silero_vad", "onnxruntime")
START_PROBABILITY, KEEP_PROBABILITY = 0.5, 0.35
"""The authors' own threshold of a beginning, and 0.15 less for going on."""
_CHUNK, _CONTEXT = 512, 64
_STATE = (2, 1, 128)


class Network:
    """The probability of a voice in the stream so far."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(weights(), options, providers=["CPUExecutionProvider"])
        self._waiting: FloatArray = np.zeros(_CONTEXT, np.float32)
        self._state: FloatArray = np.zeros(_STATE, np.float32)
        self.probability = 0.0

    def feed(self, samples: FloatArray) -> float:
        """The next sound, float32 (n,) at 16 kHz."""
        self._waiting = np.concatenate([self._waiting, samples])
        while len(self._waiting) >= _CONTEXT + _CHUNK:
            window, self._waiting = self._waiting[: _CONTEXT + _CHUNK], self._waiting[_CHUNK:]
            fed = {"input": window[None], "state": self._state, "sr": np.array(RATE_HZ, np.int64)}
            probability, self._state = self._session.run(None, fed)
            self.probability = float(probability[0, 0])
        return self.probability

    def reset(self) -> None:
        """The sound begins anew."""
        self._waiting = np.zeros(_CONTEXT, np.float32)
        self._state = np.zeros(_STATE, np.float32)
        self.probability = 0.0


class Detector:
    """See `base.Detector`."""

    def __init__(self, floor_percentile: float) -> None:
        self._room = Room(floor_percentile)
        self._network = Network()
        self._last: FloatArray = np.zeros(FRAME, np.float32)

    @property
    def noise_dbfs(self) -> float:
        return self._room.floor_dbfs

    def look(self, frame: FloatArray) -> Look:
        self._room.add(measure(np.concatenate([self._last, frame]), math.inf).level_dbfs)
        self._last = frame
        probability = self._network.feed(frame)
        begins = probability >= START_PROBABILITY
        return Look(begins, probability >= KEEP_PROBABILITY, begins)

    def calibrate(self, frames: list[FloatArray]) -> None:
        self._room.calibrate(frames)

    def reset(self) -> None:
        self._network.reset()
        self._last = np.zeros(FRAME, np.float32)


def weights() -> str:
    """The network's file.

    Raises:
        WeightsError: the package has none.
    """
    found = importlib.util.find_spec("silero_vad")
    folders = (found.submodule_search_locations if found else None) or []
    files = [file for folder in folders if (file := Path(folder) / "data" / "silero_vad.onnx").is_file()]
    if not files:
        raise WeightsError("The package silero-vad holds no data/silero_vad.onnx.", "Install silero-vad 6.2 or newer.")
    return str(files[0])
