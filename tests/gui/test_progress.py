"""The plan follows the events: a pure value."""

from __future__ import annotations

from dataclasses import replace

from tests.gui import story
from vla_assistant.events import (
    Acting,
    Confirmed,
    Event,
    Proposed,
    RunEnded,
    StepEnded,
    StepStarted,
    Stopped,
    Understood,
    Withdrawn,
)
from vla_assistant.gui.progress import Phase, Progress, StepState
from vla_assistant.types import Intent, Outcome, Result, Understanding


def follow(*events: Event) -> Progress:
    progress = Progress()
    for event in events:
        progress = progress.after(event)
    return progress


def test_a_command_goes_from_proposal_to_done() -> None:
    shown = follow(*story.heard_and_proposed())
    assert shown.phase is Phase.PROPOSED
    assert [row.state for row in shown.rows] == [StepState.WAITING, StepState.WAITING]
    outcome = Outcome(Result.DONE, "Done.", claimed=True)
    ended = follow(*story.working(), StepEnded(115.0, 1, True, "it rests"), RunEnded(115.0, story.COMMAND, outcome))
    assert ended.phase is Phase.ENDED
    assert [row.state for row in ended.rows] == [StepState.DONE, StepState.DONE]
    assert ended.outcome is outcome


def test_a_retry_is_shown_with_its_number_and_what_follows_waits_again() -> None:
    retried = follow(*story.working()[:-3])
    assert retried.rows[0].state is StepState.RETRYING
    assert retried.rows[0].attempt == 2
    dropped = follow(*story.working(), StepEnded(115.0, 1, False, "it fell"), StepStarted(115.1, 0, story.STEPS[0], 3))
    assert [row.state for row in dropped.rows] == [StepState.RETRYING, StepState.WAITING]


def test_progress_of_a_step_stays_between_zero_and_one() -> None:
    acting = Acting(113.0, 1, replace(story.chunk(), progress=1.7), story.state())
    assert follow(*story.working(), acting).rows[1].progress == 1.0


def test_a_stop_ends_what_runs_and_voids_the_proposal() -> None:
    stopped = follow(*story.working(), Stopped(113.5, "you pressed stop", False))
    assert stopped.rows[1].state is StepState.STOPPED
    assert stopped.phase is Phase.ENDED
    assert follow(*story.heard_and_proposed(), Stopped(101.0, "you pressed stop", False)).proposal is None


def test_only_its_own_proposal_is_confirmed_or_withdrawn() -> None:
    proposed = follow(*story.heard_and_proposed())
    assert proposed.after(Confirmed(101.0, 99, "click")) is proposed
    assert proposed.after(Withdrawn(101.0, 99, "too late")) is proposed
    assert proposed.after(Withdrawn(101.0, 3, "nobody confirmed it in time")).note == "nobody confirmed it in time"


def test_the_end_of_another_command_changes_nothing() -> None:
    working = follow(*story.working())
    other = replace(story.COMMAND, id=99)
    assert working.after(RunEnded(114.0, other, Outcome(Result.CANCELLED, "Cancelled."))) is working


def test_a_question_back_does_not_replace_the_plan() -> None:
    proposed = follow(*story.heard_and_proposed())
    asked = Understanding("the cube", Intent.COMMAND, story.STEPS, question="Which cube?")
    assert proposed.after(Understood(101.0, replace(story.COMMAND, id=8), asked)) is proposed


def test_a_new_proposal_replaces_the_old_rows() -> None:
    ended = follow(*story.working(), Stopped(113.5, "you pressed stop", False))
    again = ended.after(Proposed(120.0, story.proposal()))
    assert [row.state for row in again.rows] == [StepState.WAITING] * 2
    assert again.note == ""
