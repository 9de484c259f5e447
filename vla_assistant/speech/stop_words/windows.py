"""Probabilities of the stop words at each moment of a stream. One owner; the classifier may be shared."""

from __future__ import annotations

from collections import deque

import numpy as np

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.stop_words.classifier import WINDOW, Classifier
from vla_assistant.speech.stop_words.features import STEP, Embeddings
from vla_assistant.types import FloatArray

_QUIET_S = 1.6
"""Of quiet hiss before a stream begins: a word in its first second is heard."""


class Windows:
    """The last embeddings of a stream, and what the classifier makes of them.

    Raises:
        BackendError: the package pyopen-wakeword is missing or does not run here.
    """

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._embeddings = Embeddings()
        self._before = self._embeddings.feed(_hiss())[-WINDOW:]
        self.reset()

    def reset(self) -> None:
        """Begin a new stream, before which it was quiet."""
        self._embeddings.reset()
        self._recent: deque[FloatArray] = deque(self._before, maxlen=WINDOW)

    def feed(self, samples: FloatArray) -> list[tuple[FloatArray, int]]:
        """For each moment that these samples complete: probabilities by class, and how many samples came after it.

        Args:
            samples: float32 (n,) in [-1, 1], mono 16 kHz.
        """
        found = []
        fresh = self._embeddings.feed(samples)
        for still_to_come, embedding in zip(range(len(fresh) - 1, -1, -1), fresh, strict=True):
            self._recent.append(embedding)
            later = self._embeddings.pending + still_to_come * STEP
            found.append((self._classifier(np.stack(self._recent)), later))
        return found


def _hiss() -> FloatArray:
    return np.random.default_rng(0).normal(0.0, 1e-4, round(_QUIET_S * RATE_HZ)).astype(np.float32)
