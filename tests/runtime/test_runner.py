"""The runner's thread with an arm that only keeps the books."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.runtime.conftest import until
from vla_assistant import events
from vla_assistant.errors import InputError
from vla_assistant.runtime.runner import Runner
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Source


class Books:
    """An arm and a policy at once, which fail as they are told."""

    def __init__(self) -> None:
        self.scenes: list[int] = []
        self.looked = 0
        self.error: Exception | None = None

    def observe(self) -> Any:
        self.looked += 1
        raise RuntimeError("a bug")

    def new_scene(self, seed: int, steps: tuple[Any, ...] = ()) -> None:
        self.scenes.append(seed)
        if self.error is not None:
            raise self.error

    def task_verdict(self, settle_s: float) -> tuple[bool, str]:
        raise RuntimeError("a bug")

    def begin_task(self, steps: tuple[Any, ...]) -> None:
        pass

    stopped = False


class Desk:
    """A runner with what it answers and publishes."""

    def __init__(self, watch: bool = False) -> None:
        self.books, self.answers, self.told = Books(), list[m.Input](), list[events.Event]()
        arm: Any = self.books
        self.runner = Runner(arm, arm, self.answers.append, self.told.append, time.monotonic, watch=watch)
        self.runner.start()


def test_another_scene_is_laid_and_a_refusal_is_told() -> None:
    desk = Desk()
    desk.runner.perform(m.Lay(4))
    assert until(lambda: bool(desk.told), 5.0)
    assert desk.books.scenes == [4]
    (laid,) = desk.told
    assert isinstance(laid, events.SceneLaid)
    assert laid.seed == 4
    desk.told.clear()
    desk.books.error = InputError("The arm is real.", "There is no scene to lay.")
    desk.runner.perform(m.Lay(5))
    assert until(lambda: bool(desk.told), 5.0)
    desk.runner.close()
    (warned,) = desk.told
    assert isinstance(warned, events.Warned)
    assert warned.message == "The arm is real. There is no scene to lay."
    assert desk.answers == []


@pytest.mark.expects_log
def test_a_bug_in_looking_does_not_end_the_thread_that_commands_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_assistant.runtime.runner.LOOK_PERIOD_S", 0.02)
    desk = Desk(watch=True)
    assert until(lambda: desk.books.looked > 1, 5.0)
    desk.runner.perform(m.Interpret(Command(1, "go home", Source.TYPED, 0.0)))
    assert until(lambda: bool(desk.answers), 5.0)
    desk.runner.close()
    (answer,) = desk.answers
    assert isinstance(answer, m.Interpreted)
    assert answer.understanding.steps


@pytest.mark.expects_log
def test_a_bug_in_the_verdict_is_no_success_and_costs_nobody_the_end() -> None:
    desk = Desk()
    desk.runner.perform(m.Begin(Command(1, "go home", Source.TYPED, 0.0), ()))
    desk.runner.close()
    assert desk.runner.verdict(1, claimed=True) is False
