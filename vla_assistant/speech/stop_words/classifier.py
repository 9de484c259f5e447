"""Which stop word has just been said? A small network over the last embeddings, in numpy; its weights are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vla_assistant import paths
from vla_assistant.errors import WeightsError
from vla_assistant.speech.stop_words.features import WIDTH
from vla_assistant.speech.stop_words.words import CLASSES
from vla_assistant.types import FloatArray

WINDOW = 5
"""Embeddings one decision looks at: 1.1 s of sound, which holds all of "no no no"."""
FORMAT = "vla-assistant/stop-words"
_HINT = "Install the program again, or train new ones: make stop-words."


def weights_file() -> Path:
    """The shipped weights."""
    return paths.assets() / "weights" / "stop_words" / "stop_words.safetensors"


class Classifier:
    """Reads the weights once; stateless.

    Raises:
        WeightsError: the file is missing, broken or of other words.
    """

    def __init__(self, file: Path | None = None) -> None:
        from safetensors import SafetensorError, safe_open

        file = file or weights_file()
        try:
            with safe_open(file, "numpy") as opened:
                form = (opened.metadata() or {}).get("classes", "")
                tensors = {name: opened.get_tensor(name).astype(np.float32) for name in opened.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise WeightsError(f"The weights {file} of the stop words cannot be read ({error}).", _HINT) from error
        if form.split(",") != list(CLASSES):
            raise WeightsError(f"The weights {file} know other stop words than this program.", _HINT)
        self._mean, self._scale = tensors["mean"], tensors["scale"]
        count = sum(name.endswith(".weight") for name in tensors)
        self._layers = [(tensors[f"{index}.weight"], tensors[f"{index}.bias"]) for index in range(count)]

    def __call__(self, window: FloatArray) -> FloatArray:
        """Probabilities float32 (len(CLASSES),) for embeddings float32 (WINDOW, 96), the latest last."""
        values = ((window - self._mean) / self._scale).reshape(WINDOW * WIDTH)
        for weight, bias in self._layers[:-1]:
            values = np.maximum(weight @ values + bias, 0.0)
        weight, bias = self._layers[-1]
        logits = weight @ values + bias
        odds = np.exp(logits - logits.max())
        return (odds / odds.sum()).astype(np.float32)
