"""What the motion process does: the loop that owns the arm, its guard and, in simulation, the world.

It ticks the arm at 50 Hz, or in lockstep only while a chunk is carried out. Requests come through a queue; the words
that must not wait (stop, signs of life) are read from shared memory before every tick. When the app is gone, the arm
holds, comes to rest, stays energised for a while if it is real, and the process ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from vla_assistant.arms.base import PERIOD_S, Arm
from vla_assistant.arms.guarded import GuardedArm
from vla_assistant.config import SafetySection
from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.runtime.child_process import described
from vla_assistant.runtime.metronome import Beat, Metronome
from vla_assistant.runtime.motion_messages import PICTURE_SIZES, MotionMemory, MotionReport, MotionSetup
from vla_assistant.runtime.motion_pictures import PictureDrawer
from vla_assistant.runtime.motion_tasks import TaskDesk
from vla_assistant.types import ActionChunk, RobotState, Step, Verdict
from vla_assistant.wire import pack

log = logging.getLogger(__name__)

STOPPED = "stop was pressed"
STOP_POLL_S = 0.004
"""A stop is obeyed this soon, in the middle of a period."""
LOCKSTEP_POLL_S = 0.01
_REST_LIMIT_S = 3.0
Request = dict[str, Any]


class MotionServer:
    """Serves one app.

    Args:
        setup: How to run.
        memory: Shared with the app.
        arm: The guarded arm, connected.
        bare: The arm itself, for its simulated world.
        requests: What the app asks; None once it is gone.
        answer: Sends an answer.
    """

    def __init__(
        self,
        setup: MotionSetup,
        memory: MotionMemory,
        arm: GuardedArm,
        bare: Arm,
        requests: SimpleQueue[Request | None],
        answer: Callable[[Request], None],
    ) -> None:
        self._setup = setup
        self._safety = SafetySection.model_validate(setup.safety)
        self._memory = memory
        self._arm = arm
        self._requests = requests
        self._answer = answer
        self._drawer = PictureDrawer(bare.world, memory.pictures, PICTURE_SIZES) if bare.world is not None else None
        self._desk = TaskDesk(bare.world, arm)
        self._metronome = Metronome(PERIOD_S, time.monotonic)
        self._pictures = Beat(1.0 / setup.picture_rate_hz, PERIOD_S / 4)
        self._ticks = 0
        self._stop_number = 0
        self._resumed = 0
        self._leaving = self._serving = False

    def serve(self) -> None:
        """Until the app closes it or is gone."""
        if self._drawer is not None:
            self._new_scene(self._setup.seed, self._setup.steps)
        self._tick()
        self._show_now()
        self._metronome = Metronome(PERIOD_S, time.monotonic)
        if not self._setup.lockstep:
            self._tick()
        self._answer({"id": 0, "value": None})
        try:
            while not self._leaving:
                self._attend()
                self._watch_words()
                if not self._setup.lockstep or self._runs_free:
                    self._tick()
        except Exception as error:  # a bug, or an arm that does not answer
            self._fail(error)
        try:
            self._leave()
        except Exception:  # the same once more, or nobody is there to be told
            log.exception("leaving")

    def close(self) -> None:
        """Let go of everything."""
        if self._drawer is not None:
            self._drawer.close()
        self._arm.close()
        self._memory.close()

    def _fail(self, error: Exception) -> None:
        """The loop cannot go on: the arm holds first, then the app is told why, without having asked."""
        failure = error if isinstance(error, AssistantError) else _bug(error)
        self._arm.hold(failure.message.rstrip("."))
        log.error("the control loop failed", exc_info=error)
        self._answer({"id": 0, "error": described(failure)})

    # Waiting

    def _attend(self) -> None:
        """Answer requests until it is time to tick; a new stop ends the wait at once."""
        if self._setup.lockstep:
            self._serve_next(0.0 if self._runs_free else LOCKSTEP_POLL_S)
            return
        while (left := self._metronome.remaining_s) > 0 and not self._leaving and not self._stop_is_new:
            self._serve_next(min(left, STOP_POLL_S))
        self._metronome.beat()

    def _serve_next(self, timeout_s: float) -> None:
        try:
            request = self._requests.get(timeout=timeout_s) if timeout_s else self._requests.get_nowait()
        except Empty:
            return
        if request is None:
            log.info("the app is gone")
            self._leaving = True
            return
        self._serving = True
        try:
            answer: Request = {"value": getattr(self, f"_do_{request['call']}")(*request["args"])}
        except AssistantError as error:
            answer = {"error": described(error)}
        except Exception as error:  # a bug: the arm holds first
            self._arm.hold("of an error in the motion process")
            log.exception("request %s", request["call"])
            answer = {"error": described(_bug(error))}
        self._serving = False
        self._answer({"id": request["id"]} | answer)

    # What the app may ask

    def _do_submit(self, chunk: ActionChunk, execute: int | None) -> Verdict:
        self._watch_words()
        verdict = self._arm.submit(chunk, execute if self._setup.lockstep else None)
        if self._setup.lockstep and verdict.allowed:
            while self._arm.busy:
                self._tick()
                self._watch_words()
            self._show_now()
            verdict = self._arm.since(verdict)
        self._report()
        return verdict

    def _do_settle(self) -> None:
        """Real time: drop what is left of the chunk and come to rest."""
        if not self._arm.homing:
            self._arm.settle()
            self._report()

    def _do_rest(self, seconds: float) -> None:
        """Lockstep: let simulated time pass without a new motion."""
        for _ in range(round(seconds / PERIOD_S)):
            self._tick()
            self._watch_words()
        self._show_now()

    def _do_go_home(self) -> None:
        self._watch_words()
        self._arm.home()
        self._report()

    def _do_guide(self, on: bool) -> None:
        self._watch_words()
        self._arm.guide(on)
        self._report()

    def _do_resume(self, stop_number: int) -> None:
        """The user wants to go on after that stop; one that was pressed meanwhile has another number and stays."""
        self._clear(stop_number, self._arm.resume)

    def _do_release(self, stop_number: int) -> None:
        """Take that stop back and nothing else: what the arm holds for by itself stays."""
        self._clear(stop_number, self._arm.release)

    def _clear(self, stop_number: int, latch: Callable[[], None]) -> None:
        self._resumed = stop_number
        if self._memory.control.stop_number == stop_number:
            latch()
        self._watch_words()
        self._report()

    def _do_begin_task(self, steps: tuple[Step, ...]) -> None:
        self._desk.begin(steps)

    def _do_task_verdict(self) -> tuple[bool, str] | None:
        return self._desk.verdict()

    def _do_new_scene(self, seed: int, steps: tuple[Step, ...]) -> None:
        self._new_scene(seed, steps)
        self._tick()
        self._show_now()

    def _do_drawing_cost(self) -> float:
        """How long the last set of pictures took [s]; 0 without a simulated world."""
        return self._drawer.cost_s if self._drawer is not None else 0.0

    def _do_close(self) -> None:
        self._leaving = True

    # Moving

    def _tick(self) -> None:
        state = self._arm.tick()
        self._ticks += 1
        self._desk.watch()
        if not self._setup.lockstep:
            self._show_when_due(state)
        elif not (self._serving or self._runs_free):  # a motion that nobody waits for is over: that is looked at
            self._show_now()
        self._report()

    @property
    def _runs_free(self) -> bool:
        """In lockstep: a motion that no request waits for, the way home or the braking of a hold."""
        return self._arm.homing or (bool(self._arm.held) and not self._arm.still)

    @property
    def _idle(self) -> bool:
        """Nothing moves and nothing is about to: a program that stalls now interrupts nothing, so nothing latches.

        A chunk that it sends later ends this, and signs of life are asked for again before the first tick of it.
        """
        return self._arm.still and not self._arm.busy and not self._arm.homing

    @property
    def _stop_is_new(self) -> bool:
        number = self._memory.control.stop_number
        return number not in (self._resumed, self._stop_number)

    def _watch_words(self) -> None:
        """Obey stop, and hold when the app or its window gives no sign of life."""
        if self._stop_is_new:
            self._stop_number = self._memory.control.stop_number
            self._arm.stop(STOPPED)
            self._report()
        if not self._setup.lockstep and not self._arm.held and not self._idle:
            reason = self._why_lifeless()
            if reason:
                log.warning("hold: %s", reason)
                self._arm.hold(reason)

    def _why_lifeless(self) -> str:
        life = self._memory.control.life(time.monotonic_ns())
        if life.heartbeat_age_s is not None and life.heartbeat_age_s > self._safety.heartbeat_timeout_s:
            return f"the program gave no sign of life for {life.heartbeat_age_s:.2f} s"
        if life.gui_age_s is not None and life.gui_age_s > self._safety.gui_timeout_s:
            return f"the window has not moved for {life.gui_age_s:.1f} s"
        return ""

    def _leave(self) -> None:
        """Hold, come to rest, keep a real arm energised, end."""
        self._arm.hold("the program has ended")
        ends_s = time.monotonic() + _REST_LIMIT_S
        while not self._arm.still and time.monotonic() < ends_s:
            self._pause_and_tick()
        log.info("the arm stands still: %s", self._arm.still)
        ends_s = time.monotonic() + (self._safety.energised_s if self._arm.is_real else 0.0)
        while time.monotonic() < ends_s:
            self._pause_and_tick()

    def _pause_and_tick(self) -> None:
        if not self._setup.lockstep:
            time.sleep(max(0.0, self._metronome.remaining_s))
            self._metronome.beat()
        self._tick()

    # Showing

    def _new_scene(self, seed: int, steps: tuple[Step, ...]) -> None:
        if self._drawer is None:
            self._desk.new_scene(seed, steps)
            return
        with self._drawer.idle():
            self._desk.new_scene(seed, steps)
        self._pictures.start()

    def _show_when_due(self, state: RobotState) -> None:
        if self._drawer is not None and self._pictures.has_come(state.time_s):
            self._drawer.take(state)

    def _show_now(self) -> None:
        if self._drawer is not None:
            self._pictures.start(self._arm.state.time_s)
            self._drawer.take_and_wait(self._arm.state)

    def _report(self) -> None:
        counts = self._arm.counts
        report = MotionReport(
            state=self._arm.state,
            at_ns=time.monotonic_ns(),
            still=self._arm.still,
            moving=self._runs_free or self._arm.busy or (not self._setup.lockstep and self._arm.moving),
            held=self._arm.held,
            own_reason=self._arm.own_reason,
            stop_number=self._stop_number,
            ticks=self._ticks,
            overruns=self._metronome.overruns,
            late_p95_s=self._metronome.late_p95_s,
            clipped=counts.clipped,
            refused=counts.refused,
            refusal=self._arm.refusal,
            gave_way=counts.gave_way,
        )
        self._memory.reports.write(pack(report))


def _bug(error: Exception) -> ProcessError:
    return ProcessError(f"The motion process failed ({type(error).__name__}: {error}).", "See motion.log.")
