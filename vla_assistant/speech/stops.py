"""Which stops were heard lately: two paths listen for them, and what one has heard the other need not."""

from __future__ import annotations

import threading
from collections import deque

SAME_STOP_S = 0.15
"""Two paths differ by this much on when one word ended."""


class Stops:
    """The times of the last stops, so that one word is told once. Thread-safe."""

    def __init__(self) -> None:
        self._spans: deque[tuple[float, float]] = deque(maxlen=8)
        self._lock = threading.Lock()

    def add(self, start_s: float, end_s: float) -> bool:
        """Remember it; False when it is one that is known."""
        with self._lock:
            known = self._overlaps(start_s - SAME_STOP_S, end_s + SAME_STOP_S)
            self._spans.append((start_s, end_s))
            return not known

    def within(self, start_s: float, end_s: float) -> bool:
        """Does this stretch hold a stop?"""
        with self._lock:
            return self._overlaps(start_s, end_s)

    def _overlaps(self, start_s: float, end_s: float) -> bool:
        return any(start_s <= end and end_s >= start for start, end in self._spans)
