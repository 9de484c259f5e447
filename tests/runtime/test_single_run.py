"""One command from its words to its end, with an assistant that only publishes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vla_assistant.events import Event, Queued, RunEnded
from vla_assistant.runtime.hub import Hub
from vla_assistant.runtime.single_run import Decision, carry_out
from vla_assistant.types import Command, Outcome, Result, Source

COMMAND = Command(1, "go home", Source.TYPED, 0.0)
DONE = RunEnded(1.0, COMMAND, Outcome(Result.DONE, "Done: go home."))
STOPPED = RunEnded(1.0, COMMAND, Outcome(Result.STOPPED, "Stopped: the program was told to end (SIGTERM)."))


class Assistant:
    """Tells at its start what it was given, and the end at a stop if it was not told before."""

    def __init__(self, *told: Event) -> None:
        self._hub, self._told, self.stops = Hub(), told, list[str]()

    def events(self) -> Iterator[Event]:
        return self._hub.events()

    def add_command(self, text: str, source: Source) -> int:
        return COMMAND.id

    def start(self, with_arm: bool = True) -> None:
        for event in self._told:
            self._hub.publish(event)

    def stop(self, reason: str) -> None:
        self.stops.append(reason)
        if DONE not in self._told:
            self._hub.publish(STOPPED)


def interrupted_at(kind: type[Event], seen: list[Event]) -> Callable[[Event], None]:
    """A listener that is interrupted once, by the first event of that kind, before it has noted it."""
    interrupts = [KeyboardInterrupt("the program was told to end (SIGTERM)")]

    def notice(event: Event) -> None:
        if interrupts and isinstance(event, kind):
            raise interrupts.pop()
        seen.append(event)

    return notice


@pytest.mark.parametrize(("kind", "result"), [(Queued, Result.STOPPED), (RunEnded, Result.DONE)])
def test_an_interrupt_at_any_event_comes_back_with_the_outcome(kind: type[Event], result: Result) -> None:
    """Also at the very last: after it nothing more comes that one could wait for."""
    assistant: Any = Assistant(Queued(0.0, COMMAND), *([DONE] if kind is RunEnded else []))
    seen: list[Event] = []
    outcomes: list[Outcome] = []
    notice = interrupted_at(kind, seen)

    def run() -> None:
        outcomes.append(carry_out(assistant, "go home", Source.TYPED, lambda _: Decision(True, "test"), notice))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(5.0)
    assert [outcome.result for outcome in outcomes] == [result]
    assert [event for event in seen if isinstance(event, RunEnded)] == [DONE if kind is RunEnded else STOPPED]
