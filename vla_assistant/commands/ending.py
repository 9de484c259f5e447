"""How a command in the terminal is told to end: a polite kill or a closed terminal interrupts like Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

REASONS = {"SIGTERM": "the program was told to end (SIGTERM)", "SIGHUP": "the terminal was closed (SIGHUP)"}


@contextmanager
def terminable() -> Iterator[Callable[[], None]]:
    """SIGTERM and SIGHUP raise a KeyboardInterrupt that carries the reason, once: the ending is not interrupted.

    Gives a function for who begins to end by himself: after it they do nothing. A signal that is ignored stays so
    (`nohup`).
    """
    found = {getattr(signal, name): reason for name, reason in REASONS.items() if hasattr(signal, name)}
    reasons = {number: why for number, why in found.items() if signal.getsignal(number) is not signal.SIG_IGN}

    def deafen() -> None:
        for number in reasons:
            signal.signal(number, lambda *_: None)

    def interrupt(number: int, _: FrameType | None) -> None:
        deafen()
        raise KeyboardInterrupt(reasons[number])

    before = {number: signal.signal(number, interrupt) for number in reasons}
    try:
        yield deafen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
