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
from vla_assistant.types import Command, Intent, Plan, Source, Step


class Brake:
    """Stands still at once, unless the test says otherwise."""

    def __init__(self) -> None:
        self.stopped, self.still = False, True
        self.resumed = 0
        self.own_reason = ""

    @property
    def holds_by_itself(self) -> bool:
        return bool(self.own_reason)

    @property
    def why_stopped(self) -> str:
        return self.own_reason

    def stop(self, reason: str) -> int:
        self.stopped = True
        return 1

    def resume(self, number: int) -> None:
        self.stopped, self.own_reason = False, ""
        self.resumed += 1

    def release(self, number: int) -> None:
        self.stopped = False


class Talk:
    """A worker whose performer understands words and does nothing else."""

    def __init__(self) -> None:
        self.brake, self.told = Brake(), list[events.Event]()
        self.worker = SessionWorker(
            Session(Rules(), language.describe), self, self.brake, self.told.append, time.monotonic
        )

    def perform(self, effect: m.Effect) -> None:
        if isinstance(effect, m.Settle):
            return
        assert isinstance(effect, m.Interpret)
        self.worker.put(m.Interpreted(effect.command.id, language.understand(effect.command.text)))

    def abandon(self, command_id: int) -> None:
        raise AssertionError("nothing was begun")

    def withhold(self, command_id: int, on: bool) -> None:
        raise AssertionError("nothing was begun")

    def ended(self) -> bool:
        return any(isinstance(event, events.RunEnded) for event in self.told)


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    talk.worker.start()
    yield talk
    talk.worker.close("the program was closed")


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


def test_closing_ends_what_waits_in_the_queue_and_what_was_not_taken_yet() -> None:
    """The performer never answers, as a model that is still being loaded."""
    for started in (True, False):
        told: list[events.Event] = []
        worker = SessionWorker(Session(Rules(), language.describe), Silent(), Brake(), told.append, time.monotonic)
        if started:
            worker.start()
        for number in (1, 2, 3):
            worker.put(m.Given(Command(number, "go home", Source.TYPED, time.monotonic())))
        worker.close("the program was closed")
        worker.close("the program was closed")
        ends = [event for event in told if isinstance(event, events.RunEnded)]
        assert [event.command.id for event in ends] == [1, 2, 3]
        assert {str(event.outcome.result) for event in ends} == {"stopped"}


@pytest.mark.expects_log
@pytest.mark.parametrize("broken", [events.Said, events.Queued, events.Stopped])
def test_a_fault_in_the_middle_of_telling_costs_no_command_its_end(broken: type[events.Event]) -> None:
    told: list[events.Event] = []

    def publish(event: events.Event) -> None:
        if isinstance(event, broken):
            raise RuntimeError("a subscriber that fails")
        told.append(event)

    brake = Brake()
    worker = SessionWorker(Session(Rules(), language.describe), Silent(), brake, publish, time.monotonic)
    worker.start()
    worker.put(m.Given(Command(1, "go home", Source.TYPED, time.monotonic())))
    worker.put(m.Given(Command(2, "yes", Source.TYPED, time.monotonic()), Intent.YES))
    worker.put(m.Stop("you pressed stop"))
    assert until(lambda: worker.idle, 60.0)
    worker.close("the program was closed")
    assert sorted(event.command.id for event in told if isinstance(event, events.RunEnded)) == [1, 2]
    assert brake.stopped


@pytest.mark.expects_log
@pytest.mark.parametrize("failures", [1, 2])
def test_an_end_that_could_not_be_told_is_told_again_and_the_thread_lives_on(failures: int) -> None:
    told: list[events.Event] = []
    left = [RuntimeError("a subscriber that fails")] * failures

    def publish(event: events.Event) -> None:
        if isinstance(event, events.RunEnded) and event.command.id == 1 and left:
            raise left.pop()
        told.append(event)

    worker = SessionWorker(Session(Rules(), language.describe), Silent(), Brake(), publish, time.monotonic)
    worker.start()
    worker.put(m.Given(Command(1, " ", Source.TYPED, time.monotonic())))
    worker.put(m.Given(Command(2, " ", Source.TYPED, time.monotonic())))
    assert until(lambda: any(isinstance(e, events.RunEnded) and e.command.id == 2 for e in told), 60.0)
    worker.close("the program was closed")
    assert sorted(event.command.id for event in told if isinstance(event, events.RunEnded)) == [1, 2]


@pytest.mark.expects_log
def test_a_fault_of_the_session_itself_ends_the_command_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[events.Event] = []
    session = Session(Rules(), language.describe)
    worker = SessionWorker(session, Silent(), Brake(), told.append, time.monotonic)

    def fails(item: m.Input, now: float) -> tuple[m.Effect, ...]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(session, "feed", fails)
    worker.start()
    worker.put(m.Given(Command(1, "go home", Source.TYPED, time.monotonic())))
    assert until(lambda: any(isinstance(event, events.RunEnded) for event in told), 60.0)
    worker.close("the program was closed")
    (ended,) = [event for event in told if isinstance(event, events.RunEnded)]
    assert "the program has a fault (RuntimeError: a bug)" in ended.outcome.reason


@pytest.mark.parametrize("still", [True, False])
def test_what_the_arm_holds_for_by_itself_while_a_cancel_brakes_is_told_and_stays(still: bool) -> None:
    """An arm that does not come to rest must not keep that from the user either."""
    session, brake, told = Session(Rules(), language.describe), Brake(), list[events.Event]()
    session.feed(m.Given(Command(1, "go home", Source.TYPED, 0.0)), 0.0)
    session.feed(m.Interpreted(1, language.understand("go home")), 0.0)
    home = m.Draft(Plan((Step("home"),), "go home", 1.0), 1, 0.0)
    session.feed(m.Planned(1, home), 0.0)
    session.feed(m.Confirm(None, "click"), 0.0)
    session.feed(m.Planned(1, home), 0.0)
    worker = SessionWorker(session, Silent(), brake, told.append, lambda: 0.0)
    brake.still = False
    worker.put(m.Cancel("click"))
    worker.start()
    assert until(lambda: brake.stopped, 60.0)
    brake.own_reason = "joint 3 pushes too hard"
    brake.still = still
    assert until(lambda: worker.stopped, 60.0)
    time.sleep(0.15)
    worker.close("the program was closed")
    assert brake.stopped
    assert brake.own_reason
    assert [e.reason for e in told if isinstance(e, events.Stopped) and not e.still] == ["joint 3 pushes too hard"]


class StartingBrake(Brake):
    """An arm that is still starting; a stop waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.ready, self._number, self.resumes = False, 0, list[int]()

    def stop(self, reason: str) -> int:
        self._number += 1
        self.stopped = True
        return self._number

    def resume(self, number: int) -> None:
        self.resumes.append(number)
        if number == self._number:
            self.stopped = False

    release = resume


def test_a_stop_while_the_arm_starts_holds_it_when_it_is_up() -> None:
    brake = StartingBrake()
    worker = SessionWorker(
        Session(Rules(), language.describe), Silent(), brake, lambda event: None, time.monotonic, lambda: brake.ready
    )
    worker.start()
    worker.put(m.Stop("you pressed stop"))
    assert until(lambda: worker.stopped, 60.0)
    brake.ready = True
    assert until(lambda: brake.stopped, 60.0)
    time.sleep(0.15)
    assert brake.stopped
    assert worker.stopped
    worker.close("the program was closed")


def test_a_stop_and_a_resume_while_the_arm_starts_leave_nothing_stopped_and_nothing_waiting() -> None:
    brake = StartingBrake()
    told: list[events.Event] = []
    worker = SessionWorker(
        Session(Rules(), language.describe), Silent(), brake, told.append, time.monotonic, lambda: brake.ready
    )
    worker.start()
    worker.put(m.Given(Command(1, "go home", Source.TYPED, time.monotonic())))
    worker.put(m.Stop("you pressed stop"))
    worker.put(m.Resume())
    assert until(lambda: any(isinstance(event, events.Resumed) for event in told), 60.0)
    brake.ready = True
    time.sleep(0.3)
    assert not brake.stopped
    assert not worker.stopped
    assert worker.idle, "the command was ended by the stop; a resume brings nothing back"
    assert len([event for event in told if isinstance(event, events.Stopped) and not event.still]) == 1
    worker.close("the program was closed")


def test_a_resume_clears_only_the_stop_that_the_session_has_heard_of() -> None:
    """A second stop reaches the arm before the session: the resume in between must not undo it."""
    brake = StartingBrake()
    brake.ready = True
    worker = SessionWorker(
        Session(Rules(), language.describe), Silent(), brake, lambda event: None, time.monotonic, lambda: brake.ready
    )
    worker.start()
    worker.put(m.Stop("you pressed stop"))
    assert until(lambda: worker.stopped, 60.0)
    brake.stop("you pressed stop again")
    worker.put(m.Resume())
    assert until(lambda: bool(brake.resumes), 60.0)
    assert brake.stopped
    worker.put(m.Stop("you pressed stop again"))
    assert until(lambda: worker.stopped and worker.idle, 60.0)
    worker.close("the program was closed")


class Silent:
    """Takes everything and never answers."""

    def perform(self, effect: m.Effect) -> None:
        pass

    def withhold(self, command_id: int, on: bool) -> None:
        pass

    def abandon(self, command_id: int) -> None:
        pass


def test_what_is_dealt_with_on_closing_leaves_it_idle() -> None:
    talk = Talk()
    talk.worker.put(m.Confirm(1, "click"))
    assert not talk.worker.idle
    talk.worker.close("the program was closed")
    assert talk.worker.idle
