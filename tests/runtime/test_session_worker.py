"""The session's thread with a brake that keeps the books: no process, no arm."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.runtime.conftest import until
from vla_assistant import events, language
from vla_assistant.runtime.session_worker import SessionWorker
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Source


class Brake:
    """Stands still at once."""

    still = True
    why_stopped = "it stopped by itself"

    def __init__(self) -> None:
        self.stopped = False
        self.resumed = 0

    def stop(self, reason: str) -> int:
        self.stopped = True
        return 1

    def resume(self, number: int | None = None) -> None:
        self.stopped = False
        self.resumed += 1


class Talk:
    """A worker whose performer understands words and does nothing else."""

    def __init__(self) -> None:
        self.brake, self.told = Brake(), list[events.Event]()
        self.worker = SessionWorker(
            Session(Rules(), language.describe), self, self.brake, self.told.append, time.monotonic
        )

    def perform(self, effect: m.Effect) -> None:
        assert isinstance(effect, m.Interpret)
        self.worker.put(m.Interpreted(effect.command.id, language.understand(effect.command.text)))

    def abandon(self, command_id: int) -> None:
        raise AssertionError("nothing was begun")

    def ended(self) -> bool:
        return any(isinstance(event, events.RunEnded) for event in self.told)


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    talk.worker.start()
    yield talk
    talk.worker.close()


def test_a_spoken_resume_clears_the_latch_of_the_arm_too(talk: Talk) -> None:
    talk.worker.put(m.Stop("you pressed stop"))
    assert until(lambda: talk.worker.stopped)
    talk.worker.put(m.Given(Command(1, "resume", Source.VOICE, time.monotonic())))
    assert until(talk.ended)
    time.sleep(0.15)
    assert not talk.brake.stopped
    assert not talk.worker.stopped


def test_a_resume_that_was_pressed_before_the_stop_does_not_undo_it(talk: Talk) -> None:
    talk.worker.put(m.Resume())
    talk.worker.put(m.Stop("you pressed stop"))
    assert until(lambda: talk.worker.stopped)
    assert talk.brake.stopped
    assert talk.brake.resumed == 0
