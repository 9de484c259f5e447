"""Batches made in a thread of their own, so that the optimizer never waits for pictures from the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

import torch

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """Calls `draw` with rising numbers, a few ahead of the one that is asked for."""

    def __init__(self, draw: Callable[[int], T], first: int, ahead: int = 3) -> None:
        """Begin with the number `first` and keep `ahead` results ready."""
        # More threads of torch here would only take the cores from the optimizer's own.
        self._pool = ThreadPoolExecutor(1, "read-ahead", initializer=torch.set_num_threads, initargs=(1,))
        self._draw = draw
        self._next = first
        self._waiting: deque[Future[T]] = deque()
        for _ in range(ahead):
            self._submit()

    def take(self) -> T:
        """The next result; an error of `draw` is raised here."""
        self._submit()
        return self._waiting.popleft().result()

    def close(self) -> None:
        """End the thread; what was drawn ahead is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> ReadAhead[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self) -> None:
        self._waiting.append(self._pool.submit(self._draw, self._next))
        self._next += 1
