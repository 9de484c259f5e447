"""Both: a loud pitch begins an utterance at once unless the network is sure that it is none, and so does the network.

The pitch is quicker, but motors have one, too; the network is not fooled by them, and hears voices little above the
noise.
"""

from __future__ import annotations

from vla_assistant.speech.detectors import pitch, silero
from vla_assistant.speech.detectors.base import Look
from vla_assistant.types import FloatArray

REQUIRES = silero.REQUIRES
DOUBT = 0.1
"""Below this probability the network is sure that there is no voice."""
weights = silero.weights


class Detector:
    """See `base.Detector`."""

    def __init__(self, floor_percentile: float) -> None:
        self._pitch = pitch.Detector(floor_percentile)
        self._network = silero.Network()

    @property
    def noise_dbfs(self) -> float:
        return self._pitch.noise_dbfs

    def look(self, frame: FloatArray) -> Look:
        quick, probability = self._pitch.look(frame), self._network.feed(frame)
        possible, begins = probability >= DOUBT, probability >= silero.START_PROBABILITY
        kept = probability >= silero.KEEP_PROBABILITY or (quick.kept and possible)
        return Look(begins or (quick.loud and possible), kept, begins or (quick.voiced and possible))

    def calibrate(self, frames: list[FloatArray]) -> None:
        self._pitch.calibrate(frames)

    def reset(self) -> None:
        self._pitch.reset()
        self._network.reset()
