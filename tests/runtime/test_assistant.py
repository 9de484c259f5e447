"""All parts joined: real processes and the simulated arm in lockstep, a scripted policy from another package."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.conftest import until
from vla_assistant import events
from vla_assistant.config import Settings
from vla_assistant.events import Event, Part, PartState
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.types import Outcome, Result

PICK = "pick up the blue cube"
REALTIME = ("simulation.pace=realtime", "safety.heartbeat_timeout_s=10.0", "safety.stale_s=10.0")
"""A busy machine with two cores must not fail a test that is not about being in time."""
Make = Callable[..., Settings]


class Table:
    """An assistant with what it told so far."""

    def __init__(self, settings: Settings) -> None:
        self.assistant = Assistant(settings, headless=True, program="test")
        self.told: list[Event] = []
        self.assistant.subscribe(self.told.append)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]

    def ask(self, text: str) -> int:
        return self.assistant.add_command(text)

    def proposed(self) -> events.Proposed:
        assert until(lambda: self.assistant.proposal is not None, 60.0), self.told
        return self.of(events.Proposed)[-1]

    def confirm(self) -> None:
        self.assistant.confirm(self.proposed().proposal.id)

    def outcome(self, number: int) -> Outcome:
        def ended() -> list[Outcome]:
            return [event.outcome for event in self.of(events.RunEnded) if event.command.id == number]

        assert until(lambda: bool(ended()), 60.0), self.told[-5:]
        time.sleep(0.05)
        (outcome,) = ended()
        return outcome

    def acting(self) -> None:
        assert until(lambda: bool(self.of(events.Acting)), 60.0), self.told


@contextmanager
def table(settings: Settings) -> Iterator[Table]:
    one = Table(settings)
    with one.assistant:
        yield one


def test_a_command_is_proposed_confirmed_carried_out_and_written_down(settings_with: Make) -> None:
    with table(settings_with()) as one:
        number = one.ask(PICK)
        proposal = one.proposed().proposal
        assert proposal.command.id == number
        assert proposal.frame_id > 0
        assert proposal.first_chunk is not None
        assert proposal.preview is not None
        assert proposal.preview.path.shape == (9, 3)
        assert not one.of(events.Acting)
        one.assistant.confirm(proposal.id)
        outcome = one.outcome(number)
        assert outcome.result is Result.DONE
        assert outcome.claimed
        assert outcome.success is False, "the scripted policy only rises; the simulator is not deceived"
        assert outcome.evidence.startswith("The hand rose by 0.0")
        home = one.ask("go home")
        one.confirm()
        assert one.outcome(home).evidence == "the arm reports that it stands at home"
        assert one.outcome(home).success
    assert (Path(os.environ["VLA_ASSISTANT_DATA"]) / "journal.sqlite").is_file()


def test_a_question_is_answered_and_the_proposal_put_right_in_turns(
    settings_with: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table(settings_with()) as one:
        expected: list[tuple[str, ...]] = []
        monkeypatch.setattr(one.assistant._ears, "expect", expected.append)
        asked = one.ask("pick up the cube")
        assert one.outcome(asked).result is Result.ASKED
        choices = one.of(events.Understood)[-1].understanding.choices
        assert set(choices) == {"the blue cube", "the red cube"}
        assert expected == [choices], "the recognizer listens for an answer"
        one.ask("the red one")
        first = one.proposed().proposal
        assert expected[1:] == [()]
        assert [str(step.object) for step in first.plan.steps] == ["red cube"]
        corrected = one.ask("no, the blue one")
        assert until(lambda: one.proposed().proposal.command.id == corrected, 60.0)
        assert [str(step.object) for step in one.proposed().proposal.plan.steps] == ["blue cube"]
        understood = one.ask("what did you understand?")
        assert one.outcome(understood).reason == "I understood: pick up the blue cube."
        assert one.assistant.proposal is not None, "a question leaves the proposal as it is"


def test_a_motion_is_paused_slowed_and_goes_on(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=never", *REALTIME)) as one:
        number = one.ask(PICK)
        one.confirm()
        one.acting()
        assert one.outcome(one.ask("slower")).reason == "Slower."
        assert one.outcome(one.ask("pause")).result is Result.DONE
        time.sleep(0.5)
        chunks = len(one.of(events.Acting))
        assert not one.assistant.stopped, "a pause latches nothing"
        time.sleep(0.8)
        assert len(one.of(events.Acting)) == chunks, "the arm moved in a pause"
        assert one.outcome(one.ask("go on")).reason == "I go on."
        assert until(lambda: len(one.of(events.Acting)) > chunks, 60.0)
        assert one.of(events.Acting)[-1].chunk.step_s > one.of(events.Acting)[0].chunk.step_s
        corrected = one.ask("no, the red one")
        assert one.outcome(number).reason == "Cancelled: you corrected it."
        assert one.proposed().proposal.command.id == corrected
        assert [str(step.object) for step in one.proposed().proposal.plan.steps] == ["red cube"]


def test_stop_in_motion_latches_and_resume_moves_nothing(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=never", *REALTIME)) as one:
        number = one.ask(PICK)
        one.confirm()
        one.acting()
        waiting = one.ask("go home")
        one.assistant.stop()
        assert one.outcome(number).result is Result.STOPPED
        assert one.outcome(waiting).result is Result.STOPPED
        assert until(lambda: any(event.still for event in one.of(events.Stopped)))
        assert one.assistant.stopped
        assert one.outcome(one.ask("go home")).reason == "I am stopped. Press or say resume first."
        before = one.assistant.robot_state()
        one.assistant.resume()
        assert until(lambda: not one.assistant.stopped)
        time.sleep(0.3)
        after = one.assistant.robot_state()
        assert before is not None
        assert after is not None
        assert abs(before.joints - after.joints).max() < 0.01
        assert one.assistant.proposal is None


def test_closing_in_motion_stops_the_arm_and_ends_the_command(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=never", *REALTIME)) as one:
        number = one.ask(PICK)
        one.confirm()
        one.acting()
        one.assistant.close()
        assert one.outcome(number).reason == "Stopped: the program was closed."


@pytest.mark.parametrize("busy", [True, False])
def test_closing_stops_what_may_begin_to_move_before_it_waits_for_anything(
    settings_with: Make, monkeypatch: pytest.MonkeyPatch, busy: bool
) -> None:
    assistant = Assistant(settings_with(), headless=True)
    order: list[str] = []
    monkeypatch.setattr(assistant, "stop", order.append)
    monkeypatch.setattr(assistant._ears, "close", lambda: order.append("ears"))
    if busy:
        assistant.add_command("go home")
    assistant.close()
    assert order == (["the program was closed", "ears"] if busy else ["ears"])


@pytest.mark.parametrize("moment", ["planned", "proposed", "checked", "queued"])
def test_closing_ends_every_command_once_wherever_it_is(settings_with: Make, moment: str) -> None:
    with table(settings_with("simulation.pace=lockstep")) as one:
        numbers = [one.ask(PICK)]
        if moment == "proposed":
            one.proposed()
        elif moment == "checked":
            one.confirm()
        elif moment == "queued":
            numbers += [one.ask("go home"), one.ask(PICK)]
        one.assistant.close()
        assert [one.outcome(number).result for number in numbers] == [Result.STOPPED] * len(numbers)
        assert not one.of(events.Acting)


def test_a_new_scene_while_a_yes_is_checked_voids_it_and_is_laid_before_anything_new(settings_with: Make) -> None:
    with table(settings_with()) as one:
        number = one.ask(PICK)
        proposal = one.proposed().proposal
        before = one.assistant.latest_frame("front")
        one.assistant.confirm(proposal.id)
        one.assistant.new_scene(77)
        again = one.ask(PICK)
        assert one.outcome(number).reason == "Cancelled: the table has changed."
        renewed = one.proposed().proposal
        assert renewed.command.id == again
        assert not one.of(events.Acting)
        after = one.assistant.latest_frame("front")
        assert before is not None
        assert after is not None
        assert renewed.frame_id == after.id > before.id
        assert (before.image != after.image).any()


def test_on_a_real_arm_a_new_scene_is_refused_and_costs_no_command_its_life(settings_with: Make) -> None:
    settings = settings_with()
    metal = settings.sections.model_copy(update={"use": settings.use.model_copy(update={"arm": "metal"})})
    assistant = Assistant(replace(settings, sections=metal), headless=True)
    told: list[Event] = []
    assistant.subscribe(told.append)
    assistant.new_scene(4)
    assert assistant.idle
    assistant.close()
    (warned,) = told
    assert isinstance(warned, events.Warned)
    assert warned.message == "A real table cannot be laid out anew by the program."


def test_another_eye_makes_the_policy_forget(settings_with: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it saw with the eye before lies elsewhere in the new one's pictures."""
    forgot: list[bool] = []
    monkeypatch.setattr("vla_assistant.runtime.model.ModelProcess.forget", lambda model: forgot.append(True))
    monkeypatch.setattr("vla_assistant.runtime.eyes.Eyes.choose", lambda eyes, name: None)
    assistant = Assistant(settings_with(), headless=True, program="test")
    assistant.choose_camera("simulated")
    assistant.close()
    assert forgot == [True]


def test_cancel_in_motion_holds_and_the_next_command_may_follow(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=never")) as one:
        number = one.ask(PICK)
        one.confirm()
        one.acting()
        assert one.outcome(one.ask("cancel")).reason == "Cancelled."
        assert one.outcome(number).result is Result.CANCELLED
        home = one.ask("go home")
        one.confirm()
        assert one.outcome(home).result is Result.DONE
        assert not one.of(events.Stopped)


def test_a_model_that_is_killed_in_motion_ends_the_command_and_comes_back(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=never")) as one:
        number = one.ask(PICK)
        one.confirm()
        one.acting()
        pid = one.assistant._model.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        outcome = one.outcome(number)
        assert outcome.result is Result.FAILED
        assert "ended unexpectedly; it is started again" in outcome.reason
        ready = PartState.READY
        assert until(
            lambda: [e.state for e in one.of(events.PartChanged) if e.part is Part.POLICY].count(ready) == 2, 60.0
        )
        one.ask(PICK)
        assert one.proposed()


def test_missing_weights_are_one_clear_sentence_and_home_still_works(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=missing")) as one:
        outcome = one.outcome(one.ask(PICK))
        assert outcome.result is Result.FAILED
        assert outcome.reason == "The weights of the scripted policy are missing. Write some."
        home = one.ask("go home")
        one.confirm()
        assert one.outcome(home).result is Result.DONE


def test_what_is_not_seen_is_refused(settings_with: Make) -> None:
    with table(settings_with("policies.scripted.mood=blind")) as one:
        outcome = one.outcome(one.ask(PICK))
        assert outcome.result is Result.REFUSED
        assert outcome.reason == "I do not see the blue cube. I see the red bowl."


def test_a_vanished_camera_as_the_policys_eye_is_told_and_nothing_moves(settings_with: Make, tmp_path: Path) -> None:
    gone = f"cameras.opencv.source={tmp_path / 'gone.mp4'}"
    with table(settings_with("use.camera=opencv", gone)) as one:
        outcome = one.outcome(one.ask(PICK))
        assert outcome.result is Result.FAILED
        assert outcome.reason.startswith("The policy's eye sees nothing.")
        assert "gone.mp4" in outcome.reason
        failed = [e for e in one.of(events.PartChanged) if e.part is Part.CAMERA and e.state is PartState.FAILED]
        assert failed


def test_missing_ears_and_voice_are_told_and_the_rest_works(settings_with: Make, tmp_path: Path) -> None:
    missing = f"microphones.wav.file={tmp_path / 'none.wav'}"
    with table(settings_with(missing, "use.recognizer=whisper", f"recognizers.whisper.folder={tmp_path}")) as one:
        one.assistant.start_listening()
        home = one.ask("go home")
        one.confirm()
        assert one.outcome(home).result is Result.DONE

        def failed() -> set[Part]:
            return {e.part for e in one.of(events.PartChanged) if e.state is PartState.FAILED}

        assert until(lambda: {Part.MICROPHONE, Part.RECOGNIZER} <= failed(), 60.0), one.of(events.PartChanged)


def test_closing_while_everything_starts_leaves_nothing(settings_with: Make) -> None:
    assistant = Assistant(settings_with(), headless=True)
    assistant.start()
    assistant.start_listening()
    assistant.close()
    assistant.close()
    assert list(assistant.events()) == []
