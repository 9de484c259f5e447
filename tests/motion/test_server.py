"""The loop of the motion process, run in a thread of the test, with an arm that says it is real."""

import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest

from tests.motion.moves import until
from vla_assistant.arms.guarded import guarded
from vla_assistant.arms.simulated import Config, SimulatedArm
from vla_assistant.config import SafetySection
from vla_assistant.errors import DeviceError
from vla_assistant.runtime.motion_messages import VERSION, MotionMemory, MotionReport, MotionSetup
from vla_assistant.runtime.motion_server import STOPPED, MotionServer
from vla_assistant.types import ActionChunk
from vla_assistant.wire import unpack

ENERGISED_S = 0.6


class MetalArm(SimulatedArm):
    """Behaves like a real one: no world to draw or lay out, and it counts what it is sent."""

    def __init__(self) -> None:
        super().__init__(Config(), clock=time.monotonic)
        self.sent = 0
        self.fails_at = -1
        self.silent = False
        self.closed_s = 0.0

    @property
    def is_real(self) -> bool:
        return True

    @property
    def world(self) -> None:
        return None

    def send(self, command: Any) -> Any:
        self.sent += 1
        if self.silent:
            raise DeviceError("The arm on /dev/ttyACM0 does not answer.", "Is it plugged in?")
        if self.sent == self.fails_at:
            raise RuntimeError("the bus is silent")
        return super().send(command)

    def close(self) -> None:
        self.closed_s = time.monotonic()
        super().close()


class Loop:
    """A served arm and the app's end of it."""

    def __init__(self) -> None:
        self.metal = MetalArm()
        safety = SafetySection(energised_s=ENERGISED_S)
        arm = guarded(self.metal, safety)
        arm.connect()
        self.memory = MotionMemory()
        self.requests: SimpleQueue[dict | None] = SimpleQueue()
        self.answers: SimpleQueue[dict] = SimpleQueue()
        setup = MotionSetup(VERSION, "", "metal", {}, safety.model_dump(), False, 20.0, 0, ())
        self.server = MotionServer(setup, self.memory, arm, self.metal, self.requests, self.answers.put)
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self.answers.get(timeout=60.0)

    def ask(self, call: str, *args: object) -> dict:
        self.requests.put({"id": 1, "call": call, "args": args})
        return self.answers.get(timeout=60.0)

    @property
    def report(self) -> MotionReport:
        payload = self.memory.reports.read()
        assert payload is not None
        return unpack(payload)

    def move(self) -> dict:
        actions = np.zeros((10, 7), np.float32)
        actions[:, 1] = 0.02
        return self.ask("submit", ActionChunk(actions, 0.1, self.report.state.time_s), 10)


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.requests.put(None)
    loop.thread.join(10.0)
    assert not loop.thread.is_alive()
    loop.server.close()


def test_a_real_arm_is_slower_and_has_no_pictures(loop: Loop) -> None:
    verdict = loop.move()["value"]
    assert verdict.allowed
    assert not verdict.clipped
    fast = np.zeros((3, 7), np.float32)
    fast[:, 1] = 0.045
    verdict = loop.ask("submit", ActionChunk(fast, 0.1, loop.report.state.time_s), 3)["value"]
    assert verdict.clipped
    assert np.linalg.norm(verdict.chunk.actions[0, :3]) == pytest.approx(0.025, rel=1e-4)
    assert loop.memory.pictures.count == 0
    assert loop.ask("task_verdict")["value"] is None


def test_without_the_app_a_real_arm_holds_and_stays_energised_for_a_while(loop: Loop) -> None:
    loop.move()
    time.sleep(0.3)
    assert not loop.report.still
    gone_s, sent = time.monotonic(), loop.metal.sent
    loop.requests.put(None)
    loop.thread.join(10.0)
    energised = time.monotonic() - gone_s
    assert energised >= ENERGISED_S
    assert loop.metal.closed_s == 0.0
    assert loop.metal.sent - sent > 0.5 * ENERGISED_S / 0.02
    assert loop.report.still
    assert loop.report.held == "the program has ended"


@pytest.mark.expects_log
def test_a_bug_in_a_request_holds_the_arm(loop: Loop) -> None:
    loop.move()
    answer = loop.ask("submit", "nonsense", 3)
    assert answer["error"][0] == "ProcessError"
    assert "The motion process failed" in answer["error"][1]
    deadline = time.monotonic() + 3.0
    while not (loop.report.held and loop.report.still):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert loop.report.held == "of an error in the motion process"


def test_a_scene_of_a_real_table_cannot_be_laid(loop: Loop) -> None:
    name, message, _ = loop.ask("new_scene", 3, ())["error"]
    assert name == "UnsupportedError"
    assert "real table" in message


@pytest.mark.expects_log
def test_no_sign_of_life_is_a_hold(loop: Loop) -> None:
    loop.memory.control.beat(time.monotonic_ns(), 0)
    loop.move()
    time.sleep(0.15)
    assert not loop.report.held
    deadline = time.monotonic() + 2.0
    while not loop.report.held:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert "no sign of life for 0." in loop.report.held
    assert loop.move()["value"].allowed is False


@pytest.mark.expects_log
def test_a_release_clears_the_stop_and_leaves_a_hold_that_the_process_decided_on(loop: Loop) -> None:
    """The program was silent for a moment, then cancelled: what it takes back is its own stop only."""
    loop.memory.control.beat(time.monotonic_ns(), 0)
    loop.move()
    until(lambda: "no sign of life" in loop.report.held, 60.0)
    loop.memory.control.stop(7)
    until(lambda: loop.report.stop_number == 7 and loop.report.still, 60.0)
    loop.ask("release", 7)
    assert "no sign of life" in loop.report.held
    assert loop.report.own_reason == loop.report.held
    assert loop.move()["value"].allowed is False
    loop.ask("resume", 7)
    assert (loop.report.held, loop.report.own_reason) == ("", "")


def test_a_release_of_a_stop_alone_leaves_nothing(loop: Loop) -> None:
    loop.memory.control.stop(7)
    until(lambda: loop.report.stop_number == 7, 60.0)
    assert (loop.report.held, loop.report.own_reason) == (STOPPED, "")
    loop.ask("release", 6)
    assert loop.report.held == STOPPED
    loop.ask("release", 7)
    assert loop.report.held == ""


@pytest.mark.expects_log
def test_a_program_that_stalls_while_nothing_moves_latches_nothing_but_may_not_start(loop: Loop) -> None:
    loop.memory.control.beat(time.monotonic_ns(), 0)
    time.sleep(0.6)
    assert not loop.report.held
    before = loop.report.state.joints
    loop.move()
    deadline = time.monotonic() + 2.0
    while not loop.report.held:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert "no sign of life" in loop.report.held
    np.testing.assert_allclose(loop.report.state.joints, before, atol=1e-3)


@pytest.mark.expects_log
def test_a_failing_tick_holds_the_arm_and_is_told_before_the_process_ends(loop: Loop) -> None:
    loop.move()
    loop.metal.fails_at = loop.metal.sent + 10
    told = loop.answers.get(timeout=60.0)
    assert told["id"] == 0
    assert told["error"][:2] == ("ProcessError", "The motion process failed (RuntimeError: the bus is silent).")
    loop.thread.join(timeout=60.0)
    assert not loop.thread.is_alive()
    assert loop.report.held == "The motion process failed (RuntimeError: the bus is silent)"
    assert loop.report.still


@pytest.mark.expects_log
def test_an_arm_that_stays_silent_is_told_once(loop: Loop) -> None:
    """It is silent while the process leaves, too; that is no news."""
    loop.move()
    loop.metal.silent = True
    told = loop.answers.get(timeout=60.0)
    assert told["error"] == ("DeviceError", "The arm on /dev/ttyACM0 does not answer.", "Is it plugged in?")
    loop.thread.join(timeout=60.0)
    assert not loop.thread.is_alive()
    assert loop.answers.empty()
