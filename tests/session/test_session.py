"""The life of one command, told step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vla_assistant import events
from vla_assistant.language import describe
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.session.progress import Next, StepProgress, most_give_ways
from vla_assistant.types import (
    Command,
    Going,
    Grounding,
    Intent,
    Interjection,
    Judgement,
    Outcome,
    PixelPoint,
    Plan,
    Reference,
    Result,
    Source,
    Step,
    Understanding,
)

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL))
HOME = (Step("home"),)
HOMEWARD = Plan(HOME, "go home", 1.0)


def plan(confidence: float = 0.9, u: float = 0.5, steps: tuple[Step, ...] = STEPS) -> Plan:
    point = PixelPoint("front", u, 0.5, confidence)
    return Plan(steps, "", confidence, (Grounding(CUBE, "front", np.ones((1, 1), np.float32), point),))


class Talk:
    """A session with its clock; collects what comes out."""

    def __init__(
        self, rules: Rules | None = None, interjection: Callable[[str], Interjection | None] = lambda text: None
    ) -> None:
        self.session = Session(rules or Rules(), describe, interjection)
        self.now = 100.0
        self.count = 0

    def feed(self, item: m.Input) -> list[m.Effect]:
        return list(self.session.feed(item, self.now))

    def say(self, text: str = "pick up", closed: Intent | None = None, time_s: float | None = None) -> list[m.Effect]:
        self.count += 1
        time_s = self.now if time_s is None else time_s
        return self.feed(m.Given(Command(self.count, text, Source.TYPED, time_s), closed))

    def propose(self, steps: tuple[Step, ...] = STEPS) -> int:
        self.say()
        self.feed(m.Interpreted(self.count, Understanding("pick up", Intent.COMMAND, steps)))
        self.feed(m.Planned(self.count, m.Draft(plan(steps=steps), 7, self.now)))
        assert self.session.proposal is not None
        return self.session.proposal.id

    def start(self, steps: tuple[Step, ...] = STEPS) -> m.Act:
        self.feed(m.Confirm(self.propose(steps), "click"))
        out = self.feed(m.Planned(self.count, m.Draft(plan(steps=steps), 8, self.now)))
        return next(effect for effect in out if isinstance(effect, m.Act))

    def finish_attempt(self, act: m.Act, done: bool) -> list[m.Effect]:
        """Act until the policy says done, then judge."""
        self.feed(m.Acted(act.ticket, 0.9, self.now))
        out = self.feed(m.Acted(act.ticket, 0.9, self.now))
        assert any(isinstance(effect, m.Judge) for effect in out)
        return self.feed(
            m.Judged(act.ticket, Judgement(done, 0.9, "It lies in the bowl." if done else "It is not there."))
        )


def told(out: list[m.Effect], kind: type) -> list:
    return [effect.event for effect in out if isinstance(effect, m.Publish) and isinstance(effect.event, kind)]


def end(out: list[m.Effect]) -> Outcome:
    (ended,) = told(out, events.RunEnded)
    return ended.outcome


def said(out: list[m.Effect]) -> list[str]:
    return [event.text for event in told(out, events.Said)]


def of_kind(out: list[m.Effect], kind: type) -> list:
    return [effect for effect in out if isinstance(effect, kind)]


def test_a_command_is_proposed_confirmed_checked_and_done() -> None:
    talk = Talk()
    act = talk.start()
    assert act.step == STEPS[0]
    out = talk.finish_attempt(act, done=True)
    (second,) = of_kind(out, m.Act)
    out = talk.finish_attempt(second, done=True)
    outcome = end(out)
    assert outcome.result is Result.DONE
    assert outcome.claimed
    assert outcome.evidence == "It lies in the bowl."
    assert said(out) == ["Done: pick up the blue cube, then place it in the red bowl."]
    assert talk.session.idle


def test_the_proposal_carries_the_frame_it_was_made_on_and_is_asked() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, STEPS)))
    out = talk.feed(m.Planned(1, m.Draft(plan(), frame_id=42, frame_time_s=99.5)))
    (proposed,) = told(out, events.Proposed)
    assert (proposed.proposal.frame_id, proposed.proposal.frame_time_s) == (42, 99.5)
    assert proposed.proposal.expires_s == 130.0
    assert said(out) == ["Shall I pick up the blue cube, then place it in the red bowl?"]


def test_what_was_not_surely_understood_is_asked_as_such() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, STEPS, confidence=0.6)))
    out = talk.feed(m.Planned(1, m.Draft(plan(), frame_id=42, frame_time_s=99.5)))
    (proposed,) = told(out, events.Proposed)
    assert not proposed.proposal.sure
    (question,) = said(out)
    assert question.startswith("I am not sure I understood you. Shall I pick up the blue cube")


def test_silence_is_never_yes() -> None:
    talk = Talk(Rules(proposal_timeout_s=5.0))
    number = talk.propose()
    talk.now += 5.0
    out = talk.feed(m.Confirm(number, "click"))
    assert told(out, events.Withdrawn)
    assert end(out).result is Result.CANCELLED
    assert not of_kind(out, m.Act)
    assert talk.session.idle


def test_a_confirmation_belongs_to_one_proposal() -> None:
    talk = Talk()
    old = talk.propose()
    new = talk.propose()
    assert new != old
    assert talk.feed(m.Confirm(old, "click")) == []
    assert of_kind(talk.feed(m.Confirm(new, "click")), m.Recheck)


def test_a_newer_plan_voids_the_older_proposal() -> None:
    talk = Talk()
    talk.propose()
    talk.say()
    out = talk.feed(m.Interpreted(2, Understanding("x", Intent.COMMAND, STEPS)))
    assert end(out).result is Result.CANCELLED
    assert told(out, events.Withdrawn)[0].reason == "a newer command replaced it"


def test_a_question_leaves_the_proposal_as_it_is() -> None:
    talk = Talk()
    number = talk.propose()
    talk.say("what do you see")
    out = talk.feed(m.Interpreted(2, Understanding("x", Intent.QUESTION, reason="I see a cup.")))
    assert end(out).result is Result.DONE
    assert talk.session.proposal is not None
    assert talk.session.proposal.id == number


def test_a_yes_that_was_spoken_before_the_proposal_does_not_count() -> None:
    talk = Talk()
    talk.propose()
    out = talk.say("yes", Intent.YES, time_s=talk.now - 1.0)
    assert end(out).result is Result.REFUSED
    assert not of_kind(out, m.Recheck)
    assert of_kind(talk.say("yes", Intent.YES), m.Recheck)


def test_a_table_that_changed_before_the_yes_is_proposed_anew() -> None:
    talk = Talk()
    number = talk.propose()
    talk.feed(m.Confirm(number, "click"))
    out = talk.feed(m.Planned(1, m.Draft(plan(u=0.7), 9, talk.now)))
    assert not of_kind(out, m.Begin)
    assert said(out)[0] == "The table has changed."
    assert talk.session.proposal is not None
    assert talk.session.proposal.id != number


def looking_from_afar() -> tuple[Talk, list[m.Effect]]:
    """A command about a cube that is not seen while the arm is away from home, and what comes of that."""
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, STEPS)))
    return talk, talk.feed(m.Planned(1, m.Draft(plan(confidence=0.05), 7, talk.now, obstructed=True)))


def homed(talk: Talk) -> list[m.Effect]:
    """The way home is confirmed and done."""
    talk.feed(m.Confirm(None, "click"))
    out = talk.feed(m.Planned(1, m.Draft(HOMEWARD, 8, talk.now)))
    (begun,) = of_kind(out, m.Begin)
    assert begun.steps == STEPS, "what is judged in the end is what was asked for"
    (act,) = of_kind(out, m.Act)
    assert act.step == HOME[0]
    return talk.feed(m.Judged(act.ticket, Judgement(True, 1.0, "The arm is home.")))


def test_what_the_arm_may_hide_is_looked_for_from_home_and_then_proposed() -> None:
    talk, out = looking_from_afar()
    (proposed,) = told(out, events.Proposed)
    assert proposed.proposal.plan.steps == HOME
    assert said(out) == ["I do not see the blue cube. My arm may hide it. Shall I go home and look again?"]
    out = homed(talk)
    assert of_kind(out, m.Ground)[0].steps == STEPS
    assert not told(out, events.RunEnded)
    out = talk.feed(m.Planned(1, m.Draft(plan(), 9, talk.now)))
    (proposed,) = told(out, events.Proposed)
    assert proposed.proposal.plan.steps == STEPS
    talk.feed(m.Confirm(proposed.proposal.id, "click"))
    (act,) = of_kind(talk.feed(m.Planned(1, m.Draft(plan(), 10, talk.now))), m.Act)
    assert (act.step, act.ticket.attempt) == (STEPS[0], 1)


def test_what_is_not_seen_from_home_either_is_refused() -> None:
    talk, _ = looking_from_afar()
    homed(talk)
    out = talk.feed(m.Planned(1, m.Draft(plan(confidence=0.05), 9, talk.now)))
    assert (end(out).result, end(out).reason) == (Result.REFUSED, "I do not see the blue cube.")


def test_a_no_to_the_better_look_ends_the_command_where_the_arm_is() -> None:
    talk, _ = looking_from_afar()
    out = talk.say("no", Intent.NO)
    assert Result.CANCELLED in [ended.outcome.result for ended in told(out, events.RunEnded)]
    assert not of_kind(out, m.Act)
    assert talk.session.idle


def test_a_stop_on_the_way_to_a_better_look_ends_the_command() -> None:
    talk, _ = looking_from_afar()
    talk.feed(m.Confirm(None, "click"))
    talk.feed(m.Planned(1, m.Draft(HOMEWARD, 8, talk.now)))
    out = talk.feed(m.Stop("you pressed stop"))
    assert end(out).result is Result.STOPPED
    assert not of_kind(out, m.Ground)


def test_a_way_home_that_fails_is_no_look() -> None:
    talk, _ = looking_from_afar()
    talk.feed(m.Confirm(None, "click"))
    out = talk.feed(m.Planned(1, m.Draft(HOMEWARD, 8, talk.now)))
    while not told(out, events.RunEnded):
        recovered = [m.Recovered(effect.ticket) for effect in of_kind(out, m.Recover)]
        failed = [m.Judged(effect.ticket, Judgement(False, 1.0, "No.")) for effect in of_kind(out, m.Act)]
        (item,) = [*recovered, *failed]
        out = talk.feed(item)
    assert not of_kind(out, m.Ground)
    assert end(out).result is Result.FAILED


def test_what_is_not_seen_is_refused_by_name() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, STEPS)))
    out = talk.feed(m.Planned(1, m.Draft(plan(confidence=0.05), 7, talk.now)))
    assert end(out).result is Result.REFUSED
    assert end(out).reason == "I do not see the blue cube."


@pytest.mark.parametrize(
    ("understanding", "result", "reason"),
    [
        (Understanding("x", Intent.COMMAND, question="Which cube?"), Result.ASKED, "Which cube?"),
        (Understanding("x", Intent.UNSUPPORTED, reason="I cannot fly."), Result.REFUSED, "I cannot fly."),
        (Understanding("x", Intent.QUESTION, reason="I see a cup."), Result.DONE, "I see a cup."),
        (Understanding("x", Intent.CORRECTION, question="Say it again."), Result.ASKED, "Say it again."),
        (Understanding("x", Intent.UNSUPPORTED), Result.REFUSED, "I did not understand that."),
    ],
)
def test_what_is_no_command_ends_at_once(understanding: Understanding, result: Result, reason: str) -> None:
    talk = Talk()
    talk.say()
    out = talk.feed(m.Interpreted(1, understanding))
    assert (end(out).result, end(out).reason) == (result, reason)
    assert said(out) == [reason]


@pytest.mark.parametrize(
    ("word", "result", "reason"),
    [
        (Intent.STOP, Result.STOPPED, "Stopped."),
        (Intent.YES, Result.REFUSED, "There is nothing to confirm."),
        (Intent.NO, Result.CANCELLED, "There is nothing to cancel."),
        (Intent.CANCEL, Result.CANCELLED, "There is nothing to cancel."),
    ],
)
def test_closed_words_end_at_once_without_a_model(word: Intent, result: Result, reason: str) -> None:
    talk = Talk()
    out = talk.say(str(word), word)
    assert (end(out).result, end(out).reason) == (result, reason)
    assert not of_kind(out, m.Interpret)


def test_cancel_in_motion_holds_the_arm_and_ends_the_command() -> None:
    talk = Talk()
    act = talk.start()
    out = talk.feed(m.Cancel("key"))
    (hold,) = of_kind(out, m.Hold)
    assert not hold.latched
    assert hold.command_id == 1
    assert end(out).result is Result.CANCELLED
    assert talk.feed(m.Acted(act.ticket, 0.9, talk.now)) == []


def test_stop_clears_everything_and_latches() -> None:
    talk = Talk()
    talk.start()
    talk.say("second")
    talk.say("third")
    out = talk.feed(m.Stop("you pressed stop"))
    assert [e.outcome.result for e in told(out, events.RunEnded)] == [Result.STOPPED] * 3
    assert of_kind(out, m.Hold)[0].latched
    assert talk.session.stopped
    assert [e.still for e in told(talk.feed(m.Stood()), events.Stopped)] == [True]


def test_resume_moves_nothing_and_the_next_command_needs_its_own_yes() -> None:
    talk = Talk()
    talk.start()
    talk.feed(m.Stop("x"))
    talk.say()
    out = talk.feed(m.Interpreted(2, Understanding("x", Intent.COMMAND, STEPS)))
    assert end(out).reason == "I am stopped. Press or say resume first."
    assert [type(effect) for effect in talk.feed(m.Resume())] == [m.Publish]
    act = talk.start()
    assert act.ticket.command_id == 3


def test_a_failed_step_is_tried_once_more() -> None:
    talk = Talk(Rules(retries=1))
    act = talk.start()
    out: list[m.Effect] = []
    for _ in range(3):
        out = talk.finish_attempt(act, done=False)
    assert [e.done for e in told(out, events.StepEnded)] == [False]
    (recover,) = of_kind(out, m.Recover)
    (again,) = of_kind(talk.feed(m.Recovered(recover.ticket)), m.Act)
    assert again.ticket.attempt == 2
    for _ in range(3):
        out = talk.finish_attempt(again, done=False)
    assert end(out).result is Result.FAILED
    assert end(out).reason == "I could not pick up the blue cube. It is not there."
    (hold,) = (effect for effect in out if isinstance(effect, m.Hold))
    assert not hold.latched, "only what is left of the chunk is dropped"
    assert not end(out).claimed


def test_a_step_that_runs_out_of_time_is_judged_a_last_time() -> None:
    talk = Talk(Rules(step_timeout_s=3.0, retries=0))
    act = talk.start()
    talk.feed(m.Acted(act.ticket, 0.1, 10.0))
    assert of_kind(talk.feed(m.Acted(act.ticket, 0.1, 12.9)), m.Act)
    (judge,) = of_kind(talk.feed(m.Acted(act.ticket, 0.1, 13.1)), m.Judge)
    out = talk.feed(m.Judged(judge.ticket, Judgement(False, 0.8, "The gripper is empty.")))
    reason = "I could not pick up the blue cube. The gripper is empty, and the time of 3 s is up."
    assert end(out).reason == reason


def test_a_guard_that_keeps_refusing_ends_the_attempt_with_its_reason() -> None:
    talk = Talk(Rules(retries=0))
    act = talk.start()
    out: list[m.Effect] = []
    for _ in range(5):
        out = talk.feed(m.Acted(act.ticket, 0.1, talk.now, allowed=False, reason="too close to the table"))
    assert end(out).reason == "I could not pick up the blue cube. Too close to the table."


def test_a_hand_that_met_something_three_times_is_judged_a_last_time() -> None:
    talk = Talk(Rules(retries=0))
    act = talk.start()
    for _ in range(2):
        assert of_kind(talk.feed(m.Acted(act.ticket, 0.1, talk.now, gave_way=True)), m.Act)
    assert of_kind(talk.feed(m.Acted(act.ticket, 0.1, talk.now)), m.Act)
    (judge,) = of_kind(talk.feed(m.Acted(act.ticket, 0.1, talk.now, gave_way=True)), m.Judge)
    out = talk.feed(m.Judged(judge.ticket, Judgement(False, 0.8, "The gripper is empty.")))
    reason = "I could not pick up the blue cube. The gripper is empty, and the hand met something 3 times."
    assert end(out).reason == reason


def test_a_drawer_is_pushed_until_it_stops() -> None:
    progress = StepProgress(15.0, most_give_ways(Step("open", Reference("drawer"))))
    ticket = m.Ticket(1, 0, 1, 1)
    assert [progress.acted(m.Acted(ticket, 0.1, 0.2 * n, gave_way=True)) for n in range(6)] == [Next.ACT] * 6


def test_one_high_done_is_not_enough() -> None:
    talk = Talk()
    act = talk.start()
    talk.feed(m.Acted(act.ticket, 0.9, talk.now))
    talk.feed(m.Acted(act.ticket, 0.1, talk.now))
    assert of_kind(talk.feed(m.Acted(act.ticket, 0.9, talk.now)), m.Act)


def test_a_lost_model_ends_the_command_and_holds_the_arm() -> None:
    talk = Talk()
    talk.start()
    out = talk.feed(m.Broke(1, "The model process ended unexpectedly."))
    assert of_kind(out, m.Hold)
    assert end(out).result is Result.FAILED


def test_the_queue_is_bounded_and_says_so() -> None:
    talk = Talk(Rules(queue_length=2))
    talk.start()
    talk.say()
    talk.say()
    out = talk.say()
    assert end(out).reason == "2 commands are waiting already; say it again later."


def test_waiting_commands_follow_in_order() -> None:
    talk = Talk()
    act = talk.start((Step("home"),))
    out = talk.say("second")
    assert [(e.command.id, e.ahead) for e in told(out, events.Queued)] == [(2, 1)]
    out = talk.feed(m.Judged(act.ticket, Judgement(True, 1.0, "home")))
    (interpret,) = of_kind(out, m.Interpret)
    assert interpret.command.text == "second"


def test_empty_words_are_refused() -> None:
    assert end(Talk().say("   ")).result is Result.REFUSED


@pytest.mark.parametrize("steps_done", [1, 2, 3])
def test_a_new_scene_voids_what_is_planned_proposed_or_checked(steps_done: int) -> None:
    """Also a proposal that was confirmed and is being checked: its answer belongs to the old table."""
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, STEPS)))
    if steps_done > 1:
        talk.feed(m.Planned(1, m.Draft(plan(), 7, talk.now)))
    if steps_done > 2:
        talk.feed(m.Confirm(None, "click"))
    out = talk.feed(m.NewScene(5))
    assert end(out).reason == "Cancelled: the table has changed."
    assert of_kind(out, m.Lay) == [m.Lay(5)]
    assert talk.feed(m.Planned(1, m.Draft(plan(), 8, talk.now))) == []
    assert talk.session.idle


def test_no_new_scene_is_laid_while_the_arm_works() -> None:
    talk = Talk()
    talk.start()
    (effect,) = talk.feed(m.NewScene(5))
    assert effect == m.Publish(events.Warned(talk.now, "The arm works; no new scene is laid."))
    assert talk.session.acting


def test_a_cancel_that_nobody_said_tells_its_own_reason() -> None:
    talk = Talk()
    talk.propose()
    out = talk.feed(m.Cancel("nobody", reason="there was no terminal to ask"))
    assert end(out).reason == "Cancelled: there was no terminal to ask."


INTERJECTIONS = ("stop", "pause", "resume", "slower", "faster", "nudge", "correct")


INTERJECTIONS = ("stop", "pause", "resume", "slower", "faster", "nudge", "correct")


def interjected(text: str) -> Interjection | None:
    return Interjection(text, "left", 0.03) if text in INTERJECTIONS else None


def test_a_pause_holds_and_what_was_next_waits_for_going_on() -> None:
    talk = Talk(interjection=interjected)
    act = talk.start()
    out = talk.say("pause")
    assert end(out).result is Result.DONE
    order = [type(effect) for effect in out if isinstance(effect, m.Withhold | m.Hold)]
    assert order == [m.Hold, m.Withhold], "the arm is told first"
    assert not next(effect for effect in out if isinstance(effect, m.Hold)).latched
    assert not any(isinstance(effect, m.Act) for effect in talk.feed(m.Acted(act.ticket, 0.1, talk.now)))
    assert end(talk.say("pause")).result is Result.REFUSED
    talk.now += 100.0  # longer than a step may take
    out = talk.say("resume")
    assert [effect for effect in out if isinstance(effect, m.Act)] == [m.Act(act.ticket, STEPS[0])]
    assert told(out, events.WentOn)
    out = talk.feed(m.Acted(act.ticket, 0.1, talk.now))
    assert any(isinstance(effect, m.Act) for effect in out), "the step has its whole time again"
    assert end(talk.say("resume")).reason == "I am at it already."


def test_cancel_ends_a_paused_motion() -> None:
    talk = Talk(interjection=interjected)
    talk.start()
    talk.say("pause")
    out = talk.say("cancel", Intent.CANCEL)
    assert {event.outcome.result for event in told(out, events.RunEnded)} == {Result.CANCELLED}
    assert not talk.session.acting


def test_the_pace_changes_in_steps_and_has_an_end() -> None:
    talk = Talk(interjection=interjected)
    talk.start()
    shares = [effect.share for _ in range(3) for effect in talk.say("slower") if isinstance(effect, m.Pace)]
    assert shares == [0.7, 0.5]
    assert end(talk.say("slower")).reason == "I cannot go slower than this."
    assert [effect.share for effect in talk.say("faster") if isinstance(effect, m.Pace)] == [0.7]


def test_slowly_said_with_the_command_is_asked_and_kept() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("", Intent.COMMAND, STEPS, manner=frozenset({"slow"}))))
    out = talk.feed(m.Planned(1, m.Draft(plan(), 7, talk.now)))
    assert told(out, events.Said)[0].text.endswith(", slowly?")
    talk.feed(m.Confirm(None, "click"))
    out = talk.feed(m.Planned(1, m.Draft(plan(), 8, talk.now)))
    assert [effect.share for effect in out if isinstance(effect, m.Pace)] == [0.5]


def test_a_correction_holds_the_arm_and_comes_next() -> None:
    talk = Talk(interjection=interjected)
    talk.start()
    talk.say("go home")
    out = talk.say("correct")
    (hold,) = (effect for effect in out if isinstance(effect, m.Hold))
    assert (hold.latched, hold.command_id) == (False, 1)
    assert end(out).reason == "Cancelled: you corrected it."
    assert not any(isinstance(effect, m.Settle) for effect in out), "what it corrects must still be known"
    (interpret,) = (effect for effect in out if isinstance(effect, m.Interpret))
    assert (interpret.command.text, interpret.going) == ("correct", Going.MOVING)


def test_what_a_text_is_said_to() -> None:
    talk = Talk()
    assert talk.say()[-1] == m.Interpret(Command(1, "pick up", Source.TYPED, talk.now), Going.IDLE)
    talk.feed(m.Interpreted(1, Understanding("", Intent.COMMAND, question="Which?")))
    assert [effect.going for effect in talk.say() if isinstance(effect, m.Interpret)] == [Going.ASKED]
    talk.feed(m.Interpreted(2, Understanding("", Intent.COMMAND, STEPS)))
    talk.feed(m.Planned(2, m.Draft(plan(), 7, talk.now)))
    assert [effect.going for effect in talk.say() if isinstance(effect, m.Interpret)] == [Going.WAITING]


def test_what_was_said_last_is_said_again() -> None:
    talk = Talk()
    talk.propose()
    talk.say("say that again")
    out = talk.feed(m.Interpreted(2, Understanding("", Intent.CONTROL, reason="repeat")))
    assert end(out).reason == "Shall I pick up the blue cube, then place it in the red bowl?"


@pytest.mark.parametrize(
    ("why_not", "result", "reason"),
    [("", Result.DONE, "Ready again."), ("The arm stays stopped.", Result.FAILED, "The arm stays stopped.")],
)
def test_a_resume_in_words_ends_as_the_arm_has_answered(why_not: str, result: Result, reason: str) -> None:
    talk = Talk()
    talk.say("resume")
    out = talk.feed(m.Interpreted(1, Understanding("resume", Intent.CONTROL, reason="resume")))
    assert [type(effect) for effect in out if isinstance(effect, m.Release)] == [m.Release]
    assert not told(out, events.RunEnded), "nobody knows yet"
    out = talk.feed(m.Released(why_not))
    assert (end(out).result, end(out).reason) == (result, reason)


def test_what_is_being_understood_ends_with_the_reason_of_the_stop() -> None:
    talk = Talk()
    talk.say()
    talk.say("go home")
    out = talk.feed(m.Stop("the program was told to end"))
    reasons = [event.outcome.reason for event in told(out, events.RunEnded)]
    assert reasons == ["Stopped: the program was told to end.", "Stopped before it began."]


def test_a_stop_in_a_sentence_stops_at_once() -> None:
    talk = Talk(interjection=interjected)
    talk.start()
    out = talk.say("stop")
    assert [effect.latched for effect in out if isinstance(effect, m.Hold)] == [True]
    assert talk.session.stopped


@pytest.mark.parametrize("said", ["pause", "stop", "correct", "faster"])
def test_what_is_said_between_the_yes_and_the_motion_keeps_it_from_beginning(said: str) -> None:
    talk = Talk(interjection=interjected)
    talk.feed(m.Confirm(talk.propose(), "click"))
    count = talk.count
    talk.say(said)
    out = talk.feed(m.Planned(count, m.Draft(plan(), 8, talk.now)))
    assert not any(isinstance(effect, m.Begin | m.Act) for effect in out)


def test_slower_between_the_yes_and_the_motion_is_how_it_begins() -> None:
    talk = Talk(interjection=interjected)
    talk.feed(m.Confirm(talk.propose(), "click"))
    count = talk.count
    assert end(talk.say("slower")).reason == "Slowly."
    out = talk.feed(m.Planned(count, m.Draft(plan(), 8, talk.now)))
    assert [effect.share for effect in out if isinstance(effect, m.Pace)] == [0.7]


def test_a_stop_that_was_being_understood_is_not_put_back() -> None:
    talk = Talk()
    number = talk.propose()
    talk.say("I said stop")
    talk.feed(m.Confirm(number, "click"))
    out = talk.feed(m.Interpreted(talk.count, Understanding("I said stop", Intent.STOP)))
    assert talk.session.stopped
    assert any(isinstance(effect, m.Hold) and effect.latched for effect in out)


def test_what_is_put_back_is_forgotten_until_it_is_understood_anew() -> None:
    talk = Talk()
    number = talk.propose()
    talk.say("go home")
    talk.feed(m.Confirm(number, "click"))
    out = talk.feed(m.Interpreted(talk.count, Understanding("go home", Intent.COMMAND, (Step("home"),))))
    assert m.Forget(talk.count) in out


def test_a_nudge_says_whether_it_was_said_in_a_pause_and_ends_with_its_command() -> None:
    talk = Talk(interjection=interjected)
    talk.start()
    assert [effect.paused for effect in talk.say("nudge") if isinstance(effect, m.Nudge)] == [False]
    talk.say("pause")
    assert [effect.paused for effect in talk.say("nudge") if isinstance(effect, m.Nudge)] == [True]
    assert m.Withhold(1, True) in talk.say("cancel", Intent.CANCEL)


def test_a_yes_to_a_question_is_understood_and_a_no_ends_it() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, question="Should I pick it up first?")))
    assert [e.going for e in talk.say("yes", Intent.YES) if isinstance(e, m.Interpret)] == [Going.ASKED]
    talk.feed(m.Interpreted(2, Understanding("yes", Intent.YES)))  # it was no answer: the question stays open
    assert [e.going for e in talk.say("yes", Intent.YES) if isinstance(e, m.Interpret)] == [Going.ASKED]
    talk.feed(m.Interpreted(3, Understanding("yes", Intent.YES)))
    assert end(talk.say("no", Intent.NO)).reason == "Cancelled."
    assert not [e for e in talk.say("yes", Intent.YES) if isinstance(e, m.Interpret)]


def test_a_cancel_in_other_words_ends_a_question() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("x", Intent.COMMAND, question="Which cup?")))
    talk.say("oh, forget about it")
    assert end(talk.feed(m.Interpreted(2, Understanding("x", Intent.CANCEL)))).reason == "Cancelled."
    assert not [e for e in talk.say("yes", Intent.YES) if isinstance(e, m.Interpret)]


def test_a_strange_table_is_told_with_the_proposal_and_with_a_refusal() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(1, Understanding("pick up", Intent.COMMAND, STEPS)))
    out = talk.feed(m.Planned(1, m.Draft(replace(plan(), familiar=0.2), 7, talk.now)))
    assert said(out)[0].startswith("This does not look like the table I know. Shall I pick up")
    assert not told(out, events.Proposed)[0].proposal.plan.is_familiar
    talk.say()
    talk.feed(m.Interpreted(2, Understanding("pick up", Intent.COMMAND, STEPS)))
    out = talk.feed(m.Planned(2, m.Draft(replace(plan(0.1), familiar=0.2), 7, talk.now)))
    assert end(out).reason == "This does not look like the table I know. I do not see the blue cube."


def test_a_table_that_turned_strange_before_the_yes_is_proposed_anew() -> None:
    talk = Talk()
    talk.feed(m.Confirm(talk.propose(), "click"))
    out = talk.feed(m.Planned(1, m.Draft(replace(plan(), familiar=0.2), 8, talk.now)))
    assert not of_kind(out, m.Act)
    assert said(out)[0] == "The table has changed."
    assert "does not look like the table" in said(out)[1]
    talk.feed(m.Confirm(None, "click"))  # the user says that it is all right
    out = talk.feed(m.Planned(1, m.Draft(replace(plan(), familiar=0.2), 9, talk.now)))
    assert of_kind(out, m.Act)


def test_a_sentence_carries_what_it_is_for() -> None:
    talk = Talk()
    talk.say()
    talk.feed(m.Interpreted(talk.count, Understanding("pick up", Intent.COMMAND, STEPS)))
    out = talk.feed(m.Planned(talk.count, m.Draft(plan(), 7, talk.now)))
    assert [event.saying for event in told(out, events.Said)] == [events.Saying.QUESTION]
    talk.say()
    out = talk.feed(m.Interpreted(talk.count, Understanding("it", Intent.COMMAND, question="Which one?")))
    assert [event.saying for event in told(out, events.Said)] == [events.Saying.QUESTION]
    out = talk.feed(m.Stop("you pressed stop"))
    assert [event.saying for event in told(out, events.Said)] == [events.Saying.STOP]
