"""Keeps a control loop at its rate and knows how well that goes. The clock is an argument."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import numpy as np

_REMEMBERED = 500
_JUDGED_EVERY = 25


class Metronome:
    """Beats every `period_s`; a late beat is counted and never made up for by a burst.

    Attributes:
        overruns: Beats that came more than a whole period late.
        late_p95_s: 95th percentile of the last 500 beats' lateness [s], renewed every 25 beats.
    """

    def __init__(self, period_s: float, now: Callable[[], float]) -> None:
        self._period_s = period_s
        self._now = now
        self._due = now() + period_s
        self._beats = 0
        self._lateness: deque[float] = deque(maxlen=_REMEMBERED)
        self.overruns = 0
        self.late_p95_s = 0.0

    @property
    def remaining_s(self) -> float:
        """Time until the next beat; negative when it is late."""
        return self._due - self._now()

    def beat(self) -> None:
        """The period's work begins now."""
        now = self._now()
        late = max(0.0, now - self._due)
        self._lateness.append(late)
        if late > self._period_s:
            self.overruns += 1
            self._due = now
        self._due += self._period_s
        self._beats += 1
        if self._beats % _JUDGED_EVERY == 1:
            self.late_p95_s = float(np.percentile(self._lateness, 95))


class Beat:
    """Which ticks of a faster clock are those of a slower beat: looks as many beats apart are as many seconds apart."""

    def __init__(self, period_s: float, tolerance_s: float) -> None:
        """A tick counts that comes up to `tolerance_s` too early; less than half of what lies between two ticks."""
        self._period_s, self._tolerance_s = period_s, tolerance_s
        self._due_s = -math.inf

    def has_come(self, now_s: float) -> bool:
        """Whether this tick is one of the beat; a beat that was missed is not made up for."""
        if now_s < self._due_s - self._tolerance_s:
            return False
        on_time = now_s - self._due_s < self._period_s
        self._due_s = (self._due_s if on_time else now_s) + self._period_s
        return True

    def start(self, now_s: float = -math.inf) -> None:
        """Count anew from now on; without a time the next tick is one of the beat."""
        self._due_s = now_s + self._period_s
