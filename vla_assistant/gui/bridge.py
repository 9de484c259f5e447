"""The one way from other threads into the window: one object, one signal.

The assistant calls back on its worker threads; `Bridge.send` only posts, Qt carries the value into the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, Qt, pyqtSignal

from vla_assistant.events import Event


@dataclass(frozen=True)
class Answer:
    """The result of a call that a worker made for the window: `then(value)` runs in the window's thread."""

    then: Callable[[Any], None]
    value: Any


class Bridge(QObject):
    """Posts events and answers to the window's thread; silent once closed."""

    arrived = pyqtSignal(object)

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        super().__init__()
        self._on_event = on_event
        self._open = True
        self.arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]

    def send(self, item: Event | Answer) -> None:
        """From any thread, never waits."""
        if self._open:
            self.arrived.emit(item)

    def close(self) -> None:
        """What is sent or still under way from now on is dropped."""
        self._open = False

    def _deliver(self, item: Event | Answer) -> None:
        if not self._open:
            return
        if isinstance(item, Answer):
            item.then(item.value)
        else:
            self._on_event(item)
