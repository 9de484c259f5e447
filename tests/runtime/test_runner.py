"""The runner's thread with an arm that only keeps the books."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Iterator
from typing import Any, cast

import numpy as np
import pytest

from tests.runtime.conftest import until
from vla_assistant import events
from vla_assistant.arms.base import PERIOD_S
from vla_assistant.errors import InputError
from vla_assistant.runtime.runner import Runner
from vla_assistant.session import messages as m
from vla_assistant.sim.arm_model import HOME_JOINTS
from vla_assistant.types import (
    ActionChunk,
    Command,
    Frame,
    Observation,
    PixelPoint,
    Plan,
    Reference,
    RobotState,
    SeenThing,
    Source,
    Step,
    Verdict,
)


class Books:
    """An arm and a policy at once, which fail as they are told."""

    def __init__(self) -> None:
        self.scenes: list[int] = []
        self.looked = self.forgot = 0
        self.error: Exception | None = None

    def observe(self) -> Any:
        self.looked += 1
        raise RuntimeError("a bug")

    def new_scene(self, seed: int, steps: tuple[Any, ...] = ()) -> None:
        self.scenes.append(seed)
        if self.error is not None:
            raise self.error

    def forget(self) -> None:
        self.forgot += 1

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
        self.runner = Runner(arm, arm, self.answers.append, self.told.append, time.monotonic, execute=1, watch=watch)
        self.runner.start()


def test_another_scene_is_laid_and_a_refusal_is_told() -> None:
    desk = Desk()
    desk.runner.perform(m.Lay(4))
    assert until(lambda: bool(desk.told), 60.0)
    assert desk.books.scenes == [4]
    assert desk.books.forgot == 1, "what the policy saw was on another table"
    (laid,) = desk.told
    assert isinstance(laid, events.SceneLaid)
    assert laid.seed == 4
    desk.told.clear()
    desk.books.error = InputError("The arm is real.", "There is no scene to lay.")
    desk.runner.perform(m.Lay(5))
    assert until(lambda: bool(desk.told), 60.0)
    desk.runner.close()
    (warned,) = desk.told
    assert isinstance(warned, events.Warned)
    assert warned.message == "The arm is real. There is no scene to lay."
    assert desk.answers == []


@pytest.mark.expects_log
def test_a_bug_in_looking_does_not_end_the_thread_that_commands_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_assistant.runtime.runner.LOOK_PERIOD_S", 0.02)
    desk = Desk(watch=True)
    assert until(lambda: desk.books.looked > 1, 60.0)
    desk.runner.perform(m.Interpret(Command(1, "go home", Source.TYPED, 0.0)))
    assert until(lambda: bool(desk.answers), 60.0)
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


CUP, GHOST = (SeenThing(Reference(*name), PixelPoint("front", 0.5, 0.5, 0.9)) for name in (("cup", "red"), ("ball",)))
AT_HOME, OVER_TABLE = 0.0, 0.6
"""How far every joint is from home [rad]."""


class HandAndEye:
    """An arm that is where the test puts it, and a policy that sees what the test puts there."""

    stopped = moving = False
    lockstep = True

    def __init__(self) -> None:
        self.joints, self.gripper, self.gripper_command = AT_HOME, 1.0, 1.0
        self.things = (CUP,)
        self.faint: SeenThing | None = None
        self.looks = self.homes = 0
        self.chunks = list[ActionChunk]()
        self.home_is = AT_HOME

    def observe(self, after_s: float | None = None) -> Observation:
        pose, joints = np.eye(4), HOME_JOINTS + self.joints
        state = RobotState(joints, 0 * joints, self.gripper, pose, pose, self.gripper_command, 0 * joints, 0.0)
        return Observation({"front": Frame(np.zeros((8, 8, 3), np.uint8), "front", 1, 0.0)}, state)

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        self.looks += 1
        return (*self.things, self.faint) if self.faint and self.faint.reference in named else self.things

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        return Plan(steps, "", 1.0)

    def begin_task(self, steps: tuple[Step, ...]) -> None:
        pass

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        return ActionChunk(np.zeros((4, 7), np.float32), 0.1, observation.state.time_s)

    def submit(self, chunk: ActionChunk, execute: int) -> Verdict:
        self.chunks.append(chunk)
        return Verdict(True, chunk)

    def wait(self, chunk: ActionChunk, execute: int) -> bool:
        return True

    def go_home(self) -> None:
        self.homes += 1
        self.joints = self.home_is


class Watch:
    """A runner that looks at the table all the time, with what it told."""

    def __init__(self) -> None:
        self.hand, self.told, self.answers = HandAndEye(), list[events.Event](), list[m.Input]()
        arm: Any = self.hand
        self.runner = Runner(arm, arm, self.answers.append, self.told.append, time.monotonic, execute=1, watch=True)

    @property
    def seen(self) -> list[tuple[SeenThing, ...]]:
        return [event.things for event in self.told if isinstance(event, events.SceneSeen)]

    def perform(self, *effects: m.Effect) -> None:
        """Until all of it is done."""
        for effect in effects:
            self.runner.perform(effect)
        self.look()

    def look(self) -> None:
        """Until a whole look at the table as it is now has passed."""
        before = self.hand.looks
        assert until(lambda: self.hand.looks > before + 1, 60.0)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    monkeypatch.setattr("vla_assistant.runtime.runner.LOOK_PERIOD_S", 0.01)
    made = Watch()
    made.runner.start()
    made.look()
    yield made
    made.runner.close()


def test_what_a_hand_over_the_table_makes_seem_to_be_there_is_not_listed(watch: Watch) -> None:
    assert watch.seen == [(CUP,)]
    watch.hand.joints, watch.hand.things = OVER_TABLE, (CUP, GHOST)
    watch.look()
    assert watch.runner.seen == (CUP,)
    watch.hand.joints, watch.hand.gripper, watch.hand.gripper_command = AT_HOME, 0.5, 0.0
    watch.look()
    assert watch.seen == [(CUP,)], "a thing in the hand is not on the table"
    watch.hand.gripper_command = 1.0
    watch.look()
    assert watch.seen == [(CUP,), (CUP, GHOST)]


def test_what_is_made_out_only_because_the_text_names_it_is_understood_and_not_listed(watch: Watch) -> None:
    watch.hand.faint = SeenThing(Reference("ball", "blue"), PixelPoint("front", 0.2, 0.2, 0.4))
    command = Command(1, "swap the red cup and the blue ball", Source.TYPED, 0.0)
    watch.perform(m.Interpret(command))
    assert until(lambda: bool(watch.answers), 60.0)
    (answer,) = watch.answers
    assert isinstance(answer, m.Interpreted)
    assert "The blue ball is on the table." in answer.understanding.reason
    assert watch.seen == [(CUP,)]


def test_with_nothing_seen_so_far_a_covered_table_is_better_than_none(watch: Watch) -> None:
    watch.hand.things = ()
    watch.look()
    watch.hand.joints, watch.hand.things = OVER_TABLE, (CUP,)
    watch.look()
    assert watch.seen == [(CUP,), (), (CUP,)]


def test_after_a_motion_the_table_is_told_anew_from_home(watch: Watch) -> None:
    command, home = Command(1, "go home", Source.TYPED, 0.0), Step("home")
    watch.runner.perform(m.Begin(command, (home,)))
    watch.hand.joints = OVER_TABLE
    watch.look()
    assert watch.seen == [(CUP,)]
    watch.runner.perform(m.Act(m.Ticket(1, 0, 1, 1), home))
    assert until(lambda: len(watch.seen) == 2, 60.0)
    assert watch.seen[1] == (CUP,), "the same things, but seen after the motion"


PICK = Step("pick", CUP.reference)
FIRST, RETRY = m.Ticket(1, 0, 1, 1), m.Ticket(1, 0, 2, 2)


def test_a_step_begins_at_home_unless_something_is_held_or_it_is_tried_again(watch: Watch) -> None:
    watch.perform(m.Act(FIRST, PICK))
    assert watch.hand.homes == 0, "it stands there already"
    watch.hand.joints = OVER_TABLE
    watch.perform(m.Act(FIRST, PICK), m.Act(RETRY, PICK))
    assert watch.hand.homes == 0, "in the middle of an attempt, and in a retry"
    watch.perform(m.Act(m.Ticket(2, 0, 1, 3), PICK), m.Act(m.Ticket(2, 0, 1, 3), PICK))
    assert watch.hand.homes == 1
    watch.hand.joints, watch.hand.gripper, watch.hand.gripper_command = OVER_TABLE, 0.5, 0.0
    watch.perform(m.Act(m.Ticket(3, 0, 1, 4), PICK))
    assert watch.hand.homes == 1, "what is held is carried on"
    assert len(watch.hand.chunks) == 6


def test_a_plan_tells_whether_an_empty_arm_may_hide_something(watch: Watch) -> None:
    ground = m.Ground(Command(1, "pick up the red cup", Source.TYPED, 0.0), (PICK,))
    watch.perform(ground)
    watch.hand.joints = OVER_TABLE
    watch.perform(ground)
    watch.hand.gripper, watch.hand.gripper_command = 0.5, 0.0
    watch.perform(ground)
    drafts = [answer.draft for answer in watch.answers if isinstance(answer, m.Planned)]
    assert [draft.obstructed for draft in drafts] == [False, True, False]


def test_the_pace_stretches_time_and_keeps_the_way(watch: Watch) -> None:
    watch.perform(m.Act(FIRST, PICK), m.Pace(0.5), m.Act(FIRST, PICK), m.Pace(1.0), m.Act(FIRST, PICK))
    assert [chunk.step_s for chunk in watch.hand.chunks] == [0.1, 0.2, 0.1]


def test_what_is_withheld_is_not_sent_but_a_nudge_is(watch: Watch) -> None:
    watch.runner.withhold(1, True)
    watch.perform(m.Act(FIRST, PICK), m.Act(FIRST, Step("home")))
    assert not watch.hand.chunks
    assert watch.hand.homes == 0
    assert [type(answer) for answer in watch.answers] == [m.Acted, m.Judged]
    watch.perform(m.Nudge(FIRST, "right", 0.03), m.Nudge(FIRST, "left", 0.03, paused=True))
    (nudge,) = watch.hand.chunks
    assert np.allclose(nudge.actions[:, :6].sum(axis=0), [0, -0.03, 0, 0, 0, 0], atol=1e-6)
    watch.runner.abandon(1)
    watch.perform(m.Nudge(FIRST, "left", 0.03, paused=True))
    assert len(watch.hand.chunks) == 1, "the command has ended"
    watch.perform(m.Act(m.Ticket(2, 0, 1, 2), PICK))
    assert len(watch.hand.chunks) == 2, "another command is not withheld"


def test_who_did_not_arrive_does_not_say_so(watch: Watch) -> None:
    watch.hand.joints, watch.hand.home_is = OVER_TABLE, OVER_TABLE  # the guard dropped the way home
    watch.perform(m.Act(FIRST, Step("home")))
    (answer,) = watch.answers
    assert isinstance(answer, m.Judged)
    assert not answer.judgement.done
    assert answer.judgement.evidence == "the arm did not arrive at home"


def test_a_nudge_that_is_refused_is_told(watch: Watch) -> None:
    watch.runner.abandon(1)
    watch.perform(m.Nudge(FIRST, "down", 0.03))
    assert any("did not move" in event.message for event in watch.told if isinstance(event, events.Warned))


STEP_S = 0.1


class Film(HandAndEye):
    """The same in real time, with pictures that the test has drawn in advance; the last one stays."""

    lockstep = False

    def __init__(self, *pictures: tuple[int, float]) -> None:
        """`pictures`: number and time [s] of each look; a number that comes again is the same picture."""
        super().__init__()
        self.pictures = list(pictures)
        self.waited_for = list[float | None]()
        self.asked_about = list[int]()

    def observe(self, after_s: float | None = None) -> Observation:
        self.waited_for.append(after_s)
        number, time_s = self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]
        seen = super().observe()
        frame = Frame(seen.frames["front"].image, "front", number, 0.0)
        return Observation({"front": frame}, dataclasses.replace(seen.state, time_s=time_s))

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        self.asked_about.append(observation.frames["front"].id)
        return super().act(observation, step)


def acted(film: Film, *tickets: m.Ticket, execute: int = 1) -> Film:
    answers, motion = list[m.Input](), cast(Any, film)
    runner = Runner(motion, motion, answers.append, lambda event: None, time.monotonic, execute=execute)
    runner.start()
    for ticket in tickets:
        runner.perform(m.Act(ticket, PICK))
    assert until(lambda: len(answers) == len(tickets), 60.0)
    runner.close()
    assert all(isinstance(answer, m.Acted) for answer in answers)
    return film


def test_the_policy_is_asked_once_about_a_picture() -> None:
    """A camera beside the arm is slower than the arm's own clock."""
    film = acted(Film((1, 5.0), (1, 5.1), (1, 5.11), (2, 5.12)), FIRST, FIRST)
    assert film.asked_about == [1, 2]


@pytest.mark.parametrize("execute", [1, 2])
def test_it_looks_again_when_the_actions_of_its_last_look_are_over(execute: int) -> None:
    """Counted from that look, however late the chunk came."""
    film = acted(Film((1, 5.0), (2, 5.1)), FIRST, FIRST, execute=execute)
    first, again = film.waited_for
    assert first is None
    assert again == pytest.approx(5.0 + execute * STEP_S, abs=PERIOD_S / 2 + 1e-9)


def test_another_attempt_begins_with_what_is_seen_then() -> None:
    film = acted(Film((1, 5.0)), FIRST, RETRY)
    assert film.asked_about == [1, 1]
    assert film.waited_for == [None, None]
