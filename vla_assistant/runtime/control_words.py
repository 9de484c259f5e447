"""The few words that the app writes straight into the motion process's sight: sign of life, window's tick, stop.

None of them waits in a queue or for a lock: each is one aligned 64-bit store. A stop is latched by its number: the
motion process stands until exactly that stop has been resumed, so a stop that comes while the user presses resume is
never lost. Times are nanoseconds of the monotonic clock, which all processes of one machine share.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

_HEARTBEAT, _GUI_TICK, _STOP = range(3)
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Life:
    """What the motion process knows of the app.

    Attributes:
        heartbeat_age_s: Age of the last sign of life; None before the first.
        gui_age_s: Age of the window's last tick; None when there is no window.
    """

    heartbeat_age_s: float | None
    gui_age_s: float | None


class ControlWords:
    """The words in a buffer of `SIZE` bytes that begin as zeros."""

    SIZE = 64

    def __init__(self, buffer: memoryview) -> None:
        self._words = buffer[: self.SIZE].cast("Q")

    def beat(self, now_ns: int, gui_tick_ns: int) -> None:
        """The app lives; `gui_tick_ns` is the time of the window's last tick, 0 without a window."""
        with suppress(ValueError):
            self._words[_GUI_TICK] = gui_tick_ns
            self._words[_HEARTBEAT] = now_ns

    def stop(self, now_ns: int) -> None:
        """Stop now. From any thread, never blocks; does nothing after `close`."""
        with suppress(ValueError):
            self._words[_STOP] = now_ns

    @property
    def stop_number(self) -> int:
        """Number (time in ns) of the last stop; 0 when there was none or after `close`."""
        try:
            return self._words[_STOP]
        except ValueError:
            return 0

    def life(self, now_ns: int) -> Life:
        """How the app does at `now_ns`."""
        beat, tick = self._words[_HEARTBEAT], self._words[_GUI_TICK]
        if beat == 0:
            return Life(None, None)
        return Life((now_ns - beat) / _SECOND, (now_ns - tick) / _SECOND if tick else None)

    def close(self) -> None:
        """Release the buffer; may be called twice."""
        self._words.release()
