"""The noise of the room: a low percentile of the last seconds' levels, which survives long sentences."""

from __future__ import annotations

from collections import deque

import numpy as np

from vla_assistant.speech.voicing import FRAME, PERIODICITY, measure
from vla_assistant.types import FloatArray

ROOM_PERCENTILE = 10.0
"""The room is what remains between words."""
ECHO_PERCENTILE = 90.0
"""Our own voice in the microphone is as loud as its loud parts; who talks over it is louder than that."""
_HISTORY = 150
"""Frames: three seconds."""
_EVERY = 5
"""Frames between two measurements, after the history is full every one."""
_FEWEST = 10
_RANGE_DBFS = (-70.0, -30.0)
_BEFORE_DBFS = -60.0


class Room:
    """The noise floor of the speech band [dBFS].

    Args:
        percentile: Which of the last seconds' levels it is, see ROOM_PERCENTILE, ECHO_PERCENTILE.
    """

    def __init__(self, percentile: float) -> None:
        self.floor_dbfs = _BEFORE_DBFS
        self._percentile = percentile
        self._levels: deque[float] = deque(maxlen=_HISTORY)

    def add(self, level_dbfs: float) -> None:
        """Take in the level of the next frame."""
        self._levels.append(level_dbfs)
        if len(self._levels) % _EVERY == 0 or len(self._levels) == _HISTORY:
            self._update()

    def calibrate(self, frames: list[FloatArray]) -> None:
        """Measure it from the frames without a pitch, float32 (FRAME,) each."""
        previous = np.zeros(FRAME, np.float32)
        for samples in frames:
            sound = measure(np.concatenate([previous, samples]), _RANGE_DBFS[0])
            if sound.periodicity < PERIODICITY:
                self._levels.append(sound.level_dbfs)
            previous = samples
        self._update()

    def _update(self) -> None:
        if len(self._levels) >= _FEWEST:
            level = float(np.percentile(np.fromiter(self._levels, float), self._percentile))
            self.floor_dbfs = float(np.clip(level, *_RANGE_DBFS))
