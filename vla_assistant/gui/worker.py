"""One thread for the calls that may wait, so that the window never does."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from vla_assistant.errors import AssistantError
from vla_assistant.events import Warned
from vla_assistant.gui.bridge import Answer, Bridge

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Worker:
    """Runs calls in order on its own thread and hands their results to the window through the bridge."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._calls: queue.Queue[Callable[[], None] | None] = queue.Queue(maxsize=64)
        self._thread = threading.Thread(target=self._run, name="window-worker", daemon=True)
        self._thread.start()

    def ask(self, call: Callable[[], T], then: Callable[[T], None] | None = None) -> None:
        """Run `call` soon; `then(result)` runs in the window's thread. An AssistantError becomes a warning."""

        def job() -> None:
            value = call()
            if then is not None:
                self._bridge.send(Answer(then, value))

        try:
            self._calls.put_nowait(job)
        except queue.Full:
            self._warn("The program is busy; that was not done. Please try again.")

    def close(self, timeout_s: float = 5.0) -> bool:
        """Drop what waits and end; False when a call is still under way after the time-out."""
        while True:
            try:
                self._calls.get_nowait()
            except queue.Empty:
                break
        self._calls.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._calls.get()) is not None:
            try:
                job()
            except AssistantError as error:
                self._warn(str(error))
            except Exception:
                _log.exception("a call made for the window failed")
                self._warn("Something unexpected went wrong; the log has the details.")

    def _warn(self, message: str) -> None:
        self._bridge.send(Warned(time.monotonic(), message))
