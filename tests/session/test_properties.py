"""Whatever happens in whatever order: one end for each command, and no motion without the user's yes to that plan."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vla_assistant import events
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.types import (
    Command,
    Grounding,
    Intent,
    Interjection,
    Judgement,
    PixelPoint,
    Plan,
    Reference,
    Result,
    Source,
    Step,
    Understanding,
)

RULES = Rules(proposal_timeout_s=5.0, step_timeout_s=4.0, retries=1, queue_length=3)
CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL))
MOTION = (m.Begin, m.Act, m.Recover, m.Judge, m.Nudge)
UNANSWERED = (m.Begin, m.Nudge, m.Pace, m.Settle, m.Forget, m.Release)
INTERJECTIONS = ("stop", "pause", "resume", "slower", "faster", "nudge", "correct", "cancel")


def draft(confidence: float = 0.9, u: float = 0.5, obstructed: bool = False) -> m.Draft:
    import numpy as np

    point = PixelPoint("front", u, 0.5, confidence)
    grounding = Grounding(CUBE, "front", np.ones((1, 1), np.float32), point)
    return m.Draft(Plan(STEPS, "", confidence, (grounding,)), frame_id=7, frame_time_s=0.0, obstructed=obstructed)


class World:
    """Answers the session's effects as the runner would, in an order that hypothesis chooses, and keeps the books."""

    def __init__(self) -> None:
        self.session = Session(RULES, lambda steps, *how: "do it", interjected)
        self.now = 0.0
        self.given: list[int] = []
        self.ended: dict[int, Result] = {}
        self.confirmed: set[int] = set()
        self.proposed: dict[int, int] = {}
        self.newest: dict[int, int] = {}
        self.agreed: set[int] = set()
        self.open: list[m.Effect] = []
        self.stopped = False
        self.withheld: set[int] = set()
        self.moving = False

    def feed(self, item: m.Input) -> None:
        for effect in self.session.feed(item, self.now):
            if isinstance(effect, m.Publish):
                self._event(effect.event)
            elif isinstance(effect, m.Hold):
                self.stopped, self.moving = self.stopped or effect.latched, False
            elif isinstance(effect, m.Lay):
                assert not self.session.acting, "another scene under a working arm"
            else:
                self._asked(effect)

    def _event(self, event: events.Event) -> None:
        match event:
            case events.RunEnded(command=command, outcome=outcome):
                assert command.id in self.given
                assert command.id not in self.ended, "two ends"
                assert command.id not in self.confirmed or not self.moving, "the arm goes on after the end"
                self.ended[command.id] = outcome.result
            case events.Proposed(proposal=proposal):
                self.proposed[proposal.id] = proposal.command.id
                self.newest[proposal.command.id] = proposal.id
                assert not self.stopped
            case events.Confirmed(proposal_id=number):
                self.confirmed.add(self.proposed[number])
                self.agreed.add(number)
            case events.Resumed():
                self.stopped = False

    def _asked(self, effect: m.Effect) -> None:
        if isinstance(effect, MOTION):
            number = effect.command.id if isinstance(effect, m.Begin) else effect.ticket.command_id
            assert number in self.confirmed, "motion without a confirmation"
            assert self.newest[number] in self.agreed, "motion after a proposal that was not confirmed"
            assert number not in self.ended, "motion after the end"
            assert not self.stopped, "motion after a stop"
            said_in_pause = isinstance(effect, m.Nudge) and effect.paused
            assert said_in_pause or number not in self.withheld, "motion in a pause"
            if isinstance(effect, m.Judge):
                self.moving = self.moving and not effect.last  # the last judgement lets the arm come to rest first
            else:
                self.moving = self.moving or not isinstance(effect, m.Begin)
        if isinstance(effect, m.Withhold):
            (self.withheld.add if effect.on else self.withheld.discard)(effect.command_id)
        elif not isinstance(effect, UNANSWERED):
            self.open.append(effect)

    def say(self, text: str, closed: Intent | None = None) -> None:
        number = len(self.given) + 1
        self.given.append(number)
        self.feed(m.Given(Command(number, text, Source.TYPED, self.now), closed))

    def answer(self, at: int, how: int) -> None:
        """Answer one of the open effects: 0 well, 1 not so well, 2 it broke."""
        if not self.open:
            return
        effect = self.open.pop(at % len(self.open))
        self.feed(broken(effect) if how == 2 else answered(effect, how == 0, self.now, at % 2 == 1))

    def finish(self) -> None:
        """Answer everything until nothing is left to do."""
        if self.session.acting:
            self.say("resume")
        for _ in range(400):
            if self.open:
                self.answer(0, 0)
            elif self.session.proposal is not None:
                self.feed(m.Confirm(None, "test"))
            elif self.session.idle:
                return
            else:
                raise AssertionError("the session waits for nothing")
        raise AssertionError("the session does not end")


def interjected(text: str) -> Interjection | None:
    return Interjection(text, "left", 0.02) if text in INTERJECTIONS else None


def broken(effect: m.Effect) -> m.Input:
    match effect:
        case m.Interpret(command) | m.Ground(command):
            return m.Broke(command.id, "It broke.")
        case m.Recheck(proposal):
            return m.Broke(proposal.command.id, "It broke.")
    return m.Broke(effect.ticket.command_id, "It broke.")


def answered(effect: m.Effect, well: bool, now: float, obstructed: bool) -> m.Input:
    match effect:
        case m.Interpret(command):
            good = Understanding(command.text, Intent.COMMAND, STEPS)
            return m.Interpreted(
                command.id, good if well else Understanding(command.text, Intent.COMMAND, question="?")
            )
        case m.Ground(command):
            return m.Planned(command.id, draft(0.9 if well else 0.1, obstructed=obstructed))
        case m.Recheck(proposal):
            return m.Planned(proposal.command.id, draft(u=0.5 if well else 0.7))
        case m.Act(ticket):
            return m.Acted(ticket, 0.9 if well else 0.1, now, allowed=well)
        case m.Judge(ticket):
            return m.Judged(ticket, Judgement(well, 0.9, "seen"))
        case m.Recover(ticket):
            return m.Recovered(ticket)
    raise AssertionError(effect)


INPUTS = [m.Stop("x"), m.Resume(), m.Cancel("x"), m.SceneChanged(), m.NewScene(3), m.Stood()]
ACTIONS = st.one_of(
    st.just(("say",)),
    st.just(("say",)),
    st.tuples(st.just("say"), st.sampled_from(INTERJECTIONS)),
    st.tuples(st.just("word"), st.sampled_from([Intent.STOP, Intent.YES, Intent.NO, Intent.CANCEL])),
    st.tuples(st.just("confirm"), st.sampled_from([None, 1, 2, 3])),
    st.tuples(st.just("feed"), st.sampled_from(INPUTS)),
    st.tuples(st.just("time"), st.sampled_from([0.1, 1.0, 6.0])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([0, 0, 0, 0, 1, 2])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([0, 0, 0, 0, 1, 2])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([0, 0, 0, 0, 1, 2])),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ACTIONS, max_size=60))
def test_one_end_for_each_command_and_no_motion_without_a_yes(actions: list[tuple]) -> None:
    world = World()
    for action in actions:
        match action:
            case ("say",):
                world.say("pick up the blue cube and place it in the red bowl")
            case ("say", text):
                world.say(text)
            case ("word", word):
                world.say(str(word), word)
            case ("confirm", number):
                world.feed(m.Confirm(number, "test"))
            case ("feed", item):
                world.feed(item)
            case ("time", seconds):
                world.now += seconds
                world.feed(m.Tick())
            case ("answer", at, how):
                world.answer(at, how)
    world.feed(m.Resume())
    world.finish()
    assert sorted(world.ended) == world.given


@settings(max_examples=200, deadline=None)
@given(st.lists(ACTIONS, max_size=40), st.lists(ACTIONS.filter(lambda a: a != ("feed", m.Resume())), max_size=30))
def test_after_a_stop_nothing_moves_before_resume(before: list[tuple], after: list[tuple]) -> None:
    """`World` asserts it for every effect; here the second half surely runs stopped."""
    world = World()
    replay(world, before)
    world.feed(m.Stop("test"))
    assert world.session.stopped
    assert world.session.idle
    replay(world, after)
    assert world.session.stopped
    assert world.session.proposal is None


TROUBLE = st.one_of(
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([1, 1, 1, 0])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([1, 1, 1, 0])),
    st.tuples(st.just("say"), st.sampled_from(["pause", "resume", "nudge"])),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TROUBLE, min_size=10, max_size=80))
def test_after_the_end_of_a_command_nothing_is_left_running(actions: list[tuple]) -> None:
    """`World` asserts it for every end; here commands are under way and most steps fail."""
    world = World()
    world.say("pick up the blue cube and place it in the red bowl")
    while not world.session.acting:
        replay(world, [("answer", 0, 0), ("confirm", None)])
    replay(world, actions)
    world.finish()


def replay(world: World, actions: list[tuple]) -> None:
    for action in actions:
        if action[0] == "say":
            world.say(action[1] if len(action) > 1 else "pick up the blue cube")
        elif action[0] == "word":
            world.say(str(action[1]), action[1])
        elif action[0] == "confirm":
            world.feed(m.Confirm(action[1], "test"))
        elif action[0] == "feed":
            world.feed(action[1])
        elif action[0] == "time":
            world.now += action[1]
            world.feed(m.Tick())
        else:
            world.answer(action[1], action[2])
