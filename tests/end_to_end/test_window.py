"""The main job through the real window: a real display, a (virtual) microphone, a mouse and a keyboard, and kills.

The program runs in a process of its own and is watched from outside only: the pixels of the screen, the sound that
comes out, the journal, and the arm's own reports in the memory of the motion process.
"""

from __future__ import annotations

import time

import psutil
import pytest

from tests.end_to_end import wander
from tests.end_to_end.conftest import Launch
from tests.end_to_end.display import Display
from tests.end_to_end.program import ArmWatch, Program
from tests.speech.voices import say
from tests.virtual_sound import VirtualSoundCard, wait_for
from vla_assistant.gui.theme import LIGHT
from vla_assistant.gui.window import TITLE
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.types import Reference

SEED = 5
THING = Reference("cup", "yellow")
COMMAND = f"pick up the {THING}"
SWING = "pick up the blue cube"
SCENE = f"[simulation]\nseed = {SEED}\n"
SWINGING = f'[use]\npolicy = "{wander.NAME}"\nmicrophone = "wav"\nspeaker = "silent"\n'
"""The arm swings until it is stopped; see `wander`."""
PATIENT = "[safety]\nheartbeat_timeout_s = 3.0\ngui_timeout_s = 10.0\n[session]\nstep_timeout_s = 20.0\nretries = 0\n"
"""On a machine that tests share, the program may be without the processor for longer than an arm should wait."""
MOVING = 0.05
"""A joint faster than this moves [rad/s]."""
SLOW_S = 60.0
"""Generous: a shared machine with two cores."""

pytestmark = pytest.mark.timeout(240)


def test_the_thing_lies_on_the_table_of_that_seed() -> None:
    assert THING in [thing.reference for thing in scene_for_steps((), SEED).things]


def press_confirm(display: Display, program: Program) -> None:
    """Click the big green button where it is on the screen."""
    places: list[tuple[int, int]] = []

    def shown() -> bool:
        place = display.find(LIGHT.good, at_least=3000)
        places[:] = [place] if place else []
        return bool(places)

    wait_for(shown, SLOW_S, "the confirm button on the screen")
    display.click(*places[0])


def type_command(display: Display, program: Program) -> None:
    """Type the command into the window."""
    wait_for(lambda: bool(display.window(TITLE)), SLOW_S, "the window")
    display.focus(TITLE)
    display.do("type", "--delay", "20", SWING)
    display.key("Return")
    program.wait_for_event("proposed", SLOW_S)


def set_in_motion(display: Display, program: Program) -> ArmWatch:
    """Type the command, confirm it with a click and wait until the arm moves."""
    program.wait_until_ready("arm", "camera", "policy")
    arm = program.watch_arm()
    type_command(display, program)
    press_confirm(display, program)
    wait_for(lambda: arm.speed > MOVING, SLOW_S, "the arm to move")
    return arm


def room_is_known(program: Program) -> bool:
    """The microphone has measured the noise of the room."""
    return any("Room noise" in change["detail"] for change in program.events("part_changed"))


def stays_still(arm: ArmWatch, seconds: float) -> bool:
    """The arm's own reports say so for this long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not arm.report.still:
            return False
        time.sleep(0.02)
    return True


def test_a_spoken_sentence_leads_to_a_plan_a_click_to_motion_and_the_answer_is_heard(
    display: Display, sound_card: VirtualSoundCard, launch: Launch
) -> None:
    program = launch(SCENE + PATIENT)
    program.wait_until_ready("arm", "camera", "policy", "recognizer", "microphone", "speaker")
    arm = program.watch_arm()
    wait_for(lambda: room_is_known(program), SLOW_S, "the calibration to the room")
    sound_card.play(say(COMMAND, "flite:slt"))
    assert program.wait_for_event("heard", SLOW_S)["utterance"]["text"] == COMMAND
    proposal = program.wait_for_event("proposed", SLOW_S)["proposal"]
    assert [step["object"] for step in proposal["plan"]["steps"]] == [str(THING)]
    assert not arm.report.moving, "nothing moves before it is confirmed"
    press_confirm(display, program)
    wait_for(lambda: arm.speed > MOVING, SLOW_S, "the arm to move")
    with sound_card.recording() as recorded:
        outcome = program.wait_for_event("run_ended", SLOW_S, command=COMMAND)
        wait_for(lambda: recorded.level_dbfs(0.3) > -45, SLOW_S, "the spoken answer")
    assert outcome["outcome"] == "done", program.output
    assert outcome["success"], "the simulator agrees"
    assert not program.has_torch
    assert program.end() == 0
    arm.close()


def test_stop_in_mid_motion_latches_until_resume(display: Display, launch: Launch) -> None:
    program = launch(SWINGING + PATIENT)
    arm = set_in_motion(display, program)
    display.key("space")
    took = wait_for(lambda: arm.report.still, SLOW_S, "the arm to stand still")
    assert took < 5.0, "the benchmark stop_latency measures this with care; here is a busy machine"
    assert stays_still(arm, 2.0)
    assert arm.report.held
    program.wait_for_event("stopped", SLOW_S, still=True)
    assert program.wait_for_event("run_ended", SLOW_S, command=SWING)["outcome"] == "stopped"
    resume = display.find(LIGHT.good, at_least=2000)
    assert resume is not None, "resume is prominent now"
    display.click(*resume)
    program.wait_for_event("resumed", SLOW_S)
    wait_for(lambda: not arm.report.held, SLOW_S, "the latch to be cleared")
    assert stays_still(arm, 1.0), "resume moves nothing"
    arm.close()


def test_when_the_app_is_killed_the_arm_holds_and_nothing_is_left(display: Display, launch: Launch) -> None:
    program = launch(SWINGING + PATIENT)
    arm = set_in_motion(display, program)
    family = psutil.Process(program.process.pid).children(recursive=True)
    assert len(family) >= 2
    program.process.kill()
    gone, alive = psutil.wait_procs(family, timeout=60)
    assert not alive, [process.cmdline() for process in alive]
    assert len(gone) == len(family)
    assert arm.report.held
    assert arm.report.still
    arm.close()


def test_when_the_model_is_killed_the_arm_holds_and_the_model_comes_back(display: Display, launch: Launch) -> None:
    program = launch(SWINGING + PATIENT)
    arm = set_in_motion(display, program)
    model = program.child("runtime.model_server")
    assert model is not None
    model.kill()
    assert program.wait_for_event("run_ended", SLOW_S, command=SWING)["outcome"] == "failed"
    wait_for(lambda: arm.report.still, 10.0, "the arm to stand still")
    assert stays_still(arm, 1.0)

    def is_back() -> bool:
        again = program.child("runtime.model_server")
        return again is not None and again.pid != model.pid

    wait_for(is_back, SLOW_S, "a new model process")
    wait_for(lambda: policy_came_up(program) >= 2, SLOW_S, "the policy to be ready again")
    assert program.end() == 0
    arm.close()


def policy_came_up(program: Program) -> int:
    """How often the policy became ready."""
    changes = program.events("part_changed")
    return sum(change["part"] == "policy" and change["state"] == "ready" for change in changes)
