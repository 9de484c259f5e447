"""One stream of events, many subscribers: callbacks run on the publisher's thread, iterators have their own queues."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from weakref import WeakSet

from vla_assistant.events import Event

log = logging.getLogger(__name__)

LISTENING_S = 0.05

Callback = Callable[[Event], None]


class Hub:
    """Publishes events in one order to everybody."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: dict[int, Callback] = {}
        self._streams: WeakSet[_Stream] = WeakSet()  # one that nobody reads any more collects nothing
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
        stream = _Stream()
        with self._lock:
            self._streams.add(stream)
            if self._closed:
                stream.put(None)
        return stream

    def publish(self, event: Event) -> None:
        """Hand the event to all; a subscriber that fails does not keep it from the others."""
        with self._lock:
            if self._closed:
                return
            for stream in self._streams:
                stream.put(event)
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
            for stream in self._streams:
                stream.put(None)


class _Stream:
    """Iterator over a queue. No generator, because that would be over for good after a Ctrl-C while it waits."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event | None] = SimpleQueue()

    def put(self, event: Event | None) -> None:
        """The next event, or None for the end."""
        self._queue.put(event)

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = self._wait()
        if event is None:
            self._queue.put(None)  # whoever asks again hears the same
            raise StopIteration
        return event

    def _wait(self) -> Event | None:
        """In short waits: a Ctrl-C that comes just before a wait begins does not end it, and it stops the arm."""
        while True:
            try:
                return self._queue.get(timeout=LISTENING_S)
            except Empty:
                continue
