"""A thread with a bounded queue: takes items in order, never blocks who hands them in for long, ends when told."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Worker(Generic[T]):
    """Runs `work` for each item on its own daemon thread, from creation until `close`.

    Args:
        name: Name of the thread.
        work: Called for each item. An exception in it is a bug: it is logged, `failed` is told, the thread goes on.
        length: Items that may wait.
        failed: Told of an exception in `work`.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[T], None],
        length: int,
        failed: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        self._work = work
        self._failed = failed
        self._items: queue.Queue[T | None] = queue.Queue(length)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T, *, wait: bool = False) -> T | None:
        """Hand in an item.

        Args:
            item: What to work on.
            wait: Wait for room, as long as the worker lives; otherwise the oldest waiting item makes room.

        Returns:
            The item that was dropped, if any.
        """
        dropped: T | None = None
        while not self._closed.is_set():
            try:
                self._items.put(item, timeout=0.1 if wait else 0.0)
                return dropped
            except queue.Full:
                if not wait:
                    dropped = self._take_oldest() or dropped
        return item

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is being worked on."""
        return self._items.unfinished_tasks == 0

    @property
    def backlog(self) -> int:
        """Items that wait, beside the one that is being worked on."""
        return self._items.qsize()

    def close(self, timeout_s: float = 1.0) -> None:
        """Forget what waits and end the thread; what is being worked on may outlive the time-out (it is a daemon)."""
        self._closed.set()
        while self._take_oldest() is not None:
            pass
        self._items.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _take_oldest(self) -> T | None:
        try:
            item = self._items.get_nowait()
        except queue.Empty:
            return None
        self._items.task_done()
        return item

    def _run(self) -> None:
        while (item := self._items.get()) is not None and not self._closed.is_set():
            try:
                self._work(item)
            except Exception as error:
                _log.exception("%s failed", self._thread.name)
                self._failed(error)
            finally:
                self._items.task_done()
