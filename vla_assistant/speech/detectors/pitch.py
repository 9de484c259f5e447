"""A voice is what is louder than the room and has a pitch: fans, hiss, clicks and key taps have none."""

from __future__ import annotations

import numpy as np

from vla_assistant.speech.detectors.base import Look
from vla_assistant.speech.room import Room
from vla_assistant.speech.voicing import FRAME, PERIODICITY, measure
from vla_assistant.types import FloatArray

REQUIRES = ()
START_MARGIN_DB = 9.0
KEEP_MARGIN_DB = 6.0


class Detector:
    """See `base.Detector`."""

    def __init__(self, floor_percentile: float) -> None:
        self._room = Room(floor_percentile)
        self._last: FloatArray = np.zeros(FRAME, np.float32)

    @property
    def noise_dbfs(self) -> float:
        return self._room.floor_dbfs

    def look(self, frame: FloatArray) -> Look:
        start_dbfs = self._room.floor_dbfs + START_MARGIN_DB
        sound = measure(np.concatenate([self._last, frame]), start_dbfs)
        self._last = frame
        self._room.add(sound.level_dbfs)
        loud = sound.level_dbfs > start_dbfs
        kept = sound.level_dbfs > self._room.floor_dbfs + KEEP_MARGIN_DB
        return Look(loud, kept, loud and sound.periodicity > PERIODICITY)

    def calibrate(self, frames: list[FloatArray]) -> None:
        self._room.calibrate(frames)

    def reset(self) -> None:
        self._last = np.zeros(FRAME, np.float32)
