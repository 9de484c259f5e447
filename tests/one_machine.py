"""A stand-in for Ray that has one machine."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class OneMachine:
    """Has of Ray what is used of it; carries everything out at once, and hands it out last first."""

    def __init__(self) -> None:
        self.connected: list[dict[str, object]] = []
        self.down = False
        self._done: list[object] = []

    def init(self, **options: object) -> None:
        self.connected.append(options)

    def remote(self, **options: object) -> Callable[[Callable[[Any], object]], SimpleNamespace]:
        return lambda work: SimpleNamespace(remote=lambda order: self._carry_out(work, order))

    def wait(self, references: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        return references[-num_returns:], references[:-num_returns]

    def get(self, reference: int) -> object:
        return self._done[reference]

    def shutdown(self) -> None:
        self.down = True

    def _carry_out(self, work: Callable[[Any], object], order: object) -> int:
        """The reference to what came of it."""
        self._done.append(work(order))
        return len(self._done) - 1
