"""One stream of events, many subscribers: callbacks run on the publisher's thread, iterators have their own queues."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from vla_assistant.events import Event

log = logging.getLogger(__name__)

Callback = Callable[[Event], None]


class Hub:
    """Publishes events in one order to everybody."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: dict[int, Callback] = {}
        self._queues: list[SimpleQueue[Event | None]] = []
        self._next = 0
        self._closed = False

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call `callback` with every event from now on; the returned function ends that."""
        with self._lock:
            key, self._next = self._next, self._next + 1
            self._callbacks[key] = callback

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks.pop(key, None)

        return unsubscribe

    def events(self) -> Iterator[Event]:
        """Every event from this call on, until `close`."""
        queue: SimpleQueue[Event | None] = SimpleQueue()
        with self._lock:
            self._queues.append(queue)
            if self._closed:
                queue.put(None)
        return self._drain(queue)

    def publish(self, event: Event) -> None:
        """Hand the event to all; a subscriber that fails does not keep it from the others."""
        with self._lock:
            if self._closed:
                return
            for queue in self._queues:
                queue.put(event)
            for callback in list(self._callbacks.values()):
                try:
                    callback(event)
                except Exception:
                    log.exception("a subscriber failed on %s", type(event).__name__)

    def close(self) -> None:
        """End all iterators; later events go nowhere."""
        with self._lock:
            self._closed = True
            self._callbacks.clear()
            for queue in self._queues:
                queue.put(None)

    def _drain(self, queue: SimpleQueue[Event | None]) -> Iterator[Event]:
        try:
            while (event := queue.get()) is not None:
                yield event
        finally:
            with self._lock:
                if queue in self._queues:
                    self._queues.remove(queue)
