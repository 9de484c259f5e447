"""What the app sees of the motion process: the latest report and pictures, decoded once however often one asks."""

from __future__ import annotations

from typing import Any

from vla_assistant.runtime.motion_messages import MotionMemory, MotionReport
from vla_assistant.runtime.shared_box import LatestBox
from vla_assistant.types import Observation
from vla_assistant.wire import unpack


class MotionView:
    """Reads the shared memory; safe from any thread, and it keeps the last values after the memory is closed."""

    def __init__(self, memory: MotionMemory) -> None:
        self._reports = _Reader(memory.reports)
        self._pictures = _Reader(memory.pictures)

    def report(self) -> MotionReport | None:
        """The last report; None before the first."""
        report: MotionReport | None = self._reports.latest()
        return report

    def observation(self) -> Observation | None:
        """The last pictures with the state of the same instant; None before the first."""
        observation: Observation | None = self._pictures.latest()
        return observation


class _Reader:
    def __init__(self, box: LatestBox) -> None:
        self._box = box
        self._known: tuple[int, Any] = (0, None)

    def latest(self) -> Any:
        count = self._box.count
        if count not in (0, self._known[0]) and (payload := self._box.read()) is not None:
            self._known = (count, unpack(payload))
        return self._known[1]
