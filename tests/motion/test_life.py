"""The motion process comes and goes: what it says by itself is heard, and closing leaves nothing at any moment."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest

from tests.motion.complaining import FAILURE, STAYS
from tests.motion.moves import until
from vla_assistant import events
from vla_assistant.config import load
from vla_assistant.errors import AssistantError, InputError, ProcessError
from vla_assistant.events import PartState
from vla_assistant.runtime import motion as motion_module
from vla_assistant.runtime import motion_link
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.runtime.child_process import ChildProgram
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.runtime.motion_link import MotionLink
from vla_assistant.runtime.motion_messages import MotionMemory

PATIENT = load(overrides=["safety.heartbeat_timeout_s=10.0"])
"""On a busy machine the app may be without the processor for longer than an arm should wait."""


def kill(motion: MotionProcess) -> None:
    """As the system does when memory runs out."""
    assert motion.pid is not None
    os.kill(motion.pid, signal.SIGKILL)
    until(lambda: not motion.alive)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """No thread, process or open file of the test is there at its end, without waiting for it."""
    threads, open_files = set(threading.enumerate()), descriptors()
    children = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= children
    assert set(threading.enumerate()) <= threads
    assert descriptors() <= open_files


@pytest.fixture(params=["ends", "stays"])
def complaining(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The motion process comes up, says at the first request why it cannot go on, and ends or answers nobody."""
    stays = {STAYS: "yes"} if request.param == "stays" else {}
    program = ChildProgram("tests.motion.complaining", "--complain", "motion.log", stays)
    monkeypatch.setattr(motion_link, "PROGRAM", program)


@pytest.mark.expects_log
@pytest.mark.usefixtures("nothing_left", "complaining")
def test_what_the_process_says_by_itself_reaches_the_program(caplog: pytest.LogCaptureFixture) -> None:
    warned: list[str] = []
    motion = MotionProcess(load(), pace="lockstep", warn=warned.append)
    motion.start()
    assert not motion.stopped
    with pytest.raises(ProcessError, match="ended unexpectedly; the arm does not move. The arm's bus is silent. Is it"):
        motion.go_home()
    assert warned == [str(FAILURE)]
    assert str(FAILURE) in caplog.text
    assert motion.stopped
    assert motion.why_stopped == "the motion process is not running: The arm's bus is silent"
    asked_s = time.monotonic()
    with pytest.raises(ProcessError, match="bus is silent"):
        motion.go_home()
    assert time.monotonic() - asked_s < 30.0
    motion.close()
    assert warned == [str(FAILURE)]


@pytest.mark.expects_log
@pytest.mark.usefixtures("nothing_left", "complaining")
def test_a_real_arm_is_not_brought_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MotionProcess, "_simulated", False)
    motion = MotionProcess(load(overrides=["safety.energised_s=0"]), pace="lockstep")
    changes = motion.start()
    process = motion.pid
    for call in (motion.go_home, motion.resume):
        with pytest.raises(
            ProcessError, match="bus is silent. Is it switched on\\? Look after the arm, then restart the"
        ):
            call()
    motion.close()
    assert motion.pid == process
    ((state, sentence),) = changes
    assert (state, sentence) == (PartState.FAILED, f"{motion_link.GONE} Look after the arm, then restart the program.")


@pytest.mark.parametrize("pace", ["realtime", "lockstep"])
@pytest.mark.usefixtures("nothing_left")
def test_a_killed_process_is_told_and_resume_brings_a_new_one_that_works(pace: str) -> None:
    motion = MotionProcess(PATIENT, pace=pace)
    changes = motion.start()
    motion.new_scene(4)
    laid = motion.observe().frames["front"].image
    motion.stop()
    for _ in range(2):
        kill(motion)
        assert next(changes) == (
            PartState.FAILED,
            f"{motion_link.GONE} Resume starts a new one, with the table laid out anew.",
        )
        assert motion.stopped
        with pytest.raises(ProcessError, match="Resume starts a new one"):
            motion.go_home()
        motion.resume()
        assert [next(changes)[0] for _ in range(2)] == [PartState.LOADING, PartState.READY]
        assert not motion.stopped
        assert np.abs(motion.observe().frames["front"].image.astype(int) - laid).mean() < 1.0, "the same scene again"
        motion.go_home()
        until(lambda: not motion.moving)
        motion.stop()
        until(lambda: motion.still)
    motion.close()
    assert list(changes) == []


@pytest.mark.usefixtures("nothing_left")
def test_a_stop_while_a_new_process_comes_up_stays() -> None:
    with closing(MotionProcess(PATIENT, pace="lockstep")) as motion:
        changes = motion.start()
        number = motion.stop()
        kill(motion)
        resuming = threading.Thread(target=motion.resume, args=(number,))
        resuming.start()
        assert [next(changes)[0] for _ in range(2)] == [PartState.FAILED, PartState.LOADING]
        motion.stop("you pressed stop")
        resuming.join(30.0)
        assert motion.stopped
        assert motion.why_stopped == "you pressed stop"
        with pytest.raises(InputError, match="The arm is stopped"):
            motion.go_home()


@pytest.mark.usefixtures("nothing_left")
def test_closing_while_a_new_process_comes_up_leaves_nothing() -> None:
    motion = MotionProcess(PATIENT, pace="lockstep")
    changes = motion.start()
    kill(motion)
    failures: list[AssistantError] = []

    def resume() -> None:
        try:
            motion.resume()
        except AssistantError as error:
            failures.append(error)

    resuming = threading.Thread(target=resume)
    resuming.start()
    assert [next(changes)[0] for _ in range(2)] == [PartState.FAILED, PartState.LOADING]
    motion.close()
    resuming.join(15.0)
    assert not resuming.is_alive()
    assert len(failures) == 1


@pytest.mark.usefixtures("nothing_left")
def test_a_new_process_that_does_not_come_up_is_told_and_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closing(MotionProcess(PATIENT, pace="lockstep")) as motion:
        changes = motion.start()
        kill(motion)
        with monkeypatch.context() as broken:
            broken.setattr(motion_link, "PROGRAM", replace(motion_link.PROGRAM, module="tests.motion.moves"))
            with pytest.raises(ProcessError, match="ended unexpectedly"):
                motion.resume()
        states, sentences = zip(*[next(changes) for _ in range(3)], strict=True)
        assert states == (PartState.FAILED, PartState.LOADING, PartState.FAILED)
        assert sentences[-1].endswith("motion.log. Resume starts a new one, with the table laid out anew.")
        motion.resume()
        assert not motion.stopped


@pytest.mark.usefixtures("nothing_left")
def test_a_stop_before_the_start_holds_the_arm_until_it_is_resumed() -> None:
    with closing(MotionProcess(load(), pace="lockstep")) as motion:
        motion.stop("first")
        number = motion.stop("you pressed stop")
        motion.start()
        assert motion.stopped
        assert motion.why_stopped == "you pressed stop"
        with pytest.raises(InputError, match="The arm is stopped: stop was pressed"):
            motion.go_home()
        until(lambda: motion.still)
        motion.release(number)
        assert not motion.stopped
        motion.go_home()


@pytest.mark.expects_log
@pytest.mark.usefixtures("complaining")
def test_what_the_process_says_by_itself_is_an_event_for_the_user() -> None:
    heard: list[events.Event] = []
    settings = load(overrides=["use.speaker=silent", "use.microphone=wav", "simulation.pace=lockstep"])
    with Assistant(settings, headless=True) as assistant:
        assistant.subscribe(heard.append)
        until(lambda: assistant._arm.ready)
        with suppress(ProcessError):
            assistant._motion.go_home()
        until(lambda: any(isinstance(event, events.Stopped) for event in heard))
    (stopped,) = [event for event in heard if isinstance(event, events.Stopped)]
    assert stopped.reason == "the motion process is not running: The arm's bus is silent"


@pytest.mark.parametrize("by_word", [True, False])
def test_the_lamp_of_the_arm_follows_a_kill_and_a_resume(by_word: bool) -> None:
    quiet = ["use.speaker=silent", "use.microphone=wav", "simulation.pace=lockstep"]
    heard: list[events.Event] = []

    def lamp() -> PartState:
        arm = [e for e in heard if isinstance(e, events.PartChanged) and e.part is events.Part.ARM]
        return arm[-1].state

    with Assistant(load(overrides=quiet), headless=True) as assistant:
        assistant.subscribe(heard.append)
        until(lambda: assistant._arm.ready)
        kill(assistant._motion)
        until(lambda: assistant._worker.stopped)
        until(lambda: lamp() is PartState.FAILED)
        if by_word:
            assistant.add_command("resume")
        else:
            assistant.resume()
        until(lambda: any(isinstance(event, events.Resumed) for event in heard))
        until(lambda: lamp() is PartState.READY)
        assistant._motion.go_home()
    assert len([event for event in heard if isinstance(event, events.Stopped) and not event.still]) == 1


@pytest.mark.parametrize("moment", ["memory", "link"])
@pytest.mark.usefixtures("nothing_left")
def test_closing_while_start_makes_its_parts_leaves_nothing(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """`close` comes in the middle of what `start` makes, and stays there for a while if it can."""
    made = threading.Event()

    class SlowMemory(MotionMemory):
        def __init__(self) -> None:
            super().__init__()
            made.set()
            time.sleep(0.3)

    class SlowLink(MotionLink):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            made.set()
            time.sleep(0.3)

    if moment == "memory":
        monkeypatch.setattr(motion_module, "MotionMemory", SlowMemory)
    else:
        monkeypatch.setattr(motion_module, "MotionLink", SlowLink)
    motion = MotionProcess(load(), pace="realtime")

    def close() -> None:
        made.wait()
        motion.close()

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(ProcessError, match="closed before it was up"):
        motion.start()
    closer.join()
    assert not motion.alive


@pytest.mark.parametrize("delay_s", [0.0, 0.002, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0, 1.5])
@pytest.mark.usefixtures("nothing_left")
def test_closing_at_any_moment_of_start_leaves_nothing(delay_s: float) -> None:
    motion = MotionProcess(load(), pace="realtime")
    failures: list[AssistantError] = []

    def start() -> None:
        try:
            motion.start()
        except AssistantError as error:
            failures.append(error)

    starter = threading.Thread(target=start)
    starter.start()
    time.sleep(delay_s)
    closers = [threading.Thread(target=motion.close) for _ in range(2)]
    for thread in closers:
        thread.start()
    for thread in (*closers, starter):
        thread.join(15.0)
        assert not thread.is_alive()
    assert not motion.alive
    assert [str(error) for error in failures] in ([], ["The arm was closed before it was up."])


@pytest.mark.usefixtures("nothing_left")
def test_what_was_closed_does_not_start() -> None:
    motion = MotionProcess(load())
    motion.close()
    with pytest.raises(ProcessError, match="closed before it was up"):
        motion.start()


@pytest.mark.usefixtures("nothing_left")
def test_a_process_that_cannot_be_started_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(ChildProgram, "start", fail)
    with pytest.raises(OSError, match="no more processes"):
        MotionProcess(load()).start()


@pytest.mark.usefixtures("nothing_left")
def test_a_process_closed_before_its_setup_ends_by_itself() -> None:
    memory = MotionMemory()
    link = MotionLink(memory.block.inherited, lambda _: None)
    with suppress(ProcessError):
        link.close(10.0)
    until(lambda: not link.alive)
    memory.close()
    assert "Traceback" not in motion_link.PROGRAM.log_file.read_text(encoding="utf-8")
