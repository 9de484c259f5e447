"""The contract of a microphone, and its manual.

A microphone delivers mono float32 blocks at 16 kHz, whatever the device does. It owns the thread that delivers them.
Who writes a new one: one file in this folder with `REQUIRES`, `Config`, `BACKEND` and a class with the methods below,
made with `(config, now=...)`; `tests/speech/test_microphones.py` runs over every back end found.

- `start` returns at once; opening a device may take its time on the microphone's own thread.
- A missing, busy or vanished device is no exception: `report` is told FAILED or WARNING with a sentence, and the
  microphone keeps trying until `stop`. READY is reported when sound flows, OFF when it ended by itself (a file).
- `sink` is never called after `stop` has returned; `stop` returns within a second and may be called twice.
- After `stop` it can be started again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vla_assistant.events import PartState
from vla_assistant.types import Audio

Sink = Callable[[Audio], None]
Report = Callable[[PartState, str], None]


class Microphone(Protocol):
    """Where sound comes from."""

    live: bool
    """Blocks arrive at the pace of the clock (a file may be faster)."""

    def start(self, sink: Sink, report: Report) -> None:
        """Deliver blocks of 16 kHz mono sound to `sink` and news of the device to `report`, from an own thread."""
        ...

    def stop(self) -> None:
        """End the delivery and free the device."""
        ...

    def devices(self) -> list[str]:
        """Names that `Config.device` may have; empty when there is nothing to choose.

        The first is the one in use, or else the one that would be: the configured one even while it is missing,
        the system's default when none is configured.
        """
        ...

    @property
    def level(self) -> float:
        """Loudness of the last block for a meter: 0 (-60 dBFS) to 1 (full scale); 0 when stopped."""
        ...
