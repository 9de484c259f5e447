"""The app's side of the motion process: the only way from the program to an arm.

Safe to call from any thread. `stop` and `gui_tick` never block. When the process dies, calls fail with ProcessError and
nothing moves any more. It is not started again by itself: in simulation `resume` starts a new one, and a real arm waits
for people to look at it, because nobody knows how it was left.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.events import PartState
from vla_assistant.runtime.motion_link import GONE, MotionLink
from vla_assistant.runtime.motion_messages import VERSION, MotionMemory, MotionReport, MotionSetup
from vla_assistant.runtime.motion_view import MotionView
from vla_assistant.types import ActionChunk, Frame, Observation, RobotState, Step, Verdict

log = logging.getLogger(__name__)

BEAT_S = 0.05
START_TIMEOUT_S = 60.0
CALL_TIMEOUT_S = 30.0
CLOSE_TIMEOUT_S = 6.0
_POLL_S = 0.005
_FRESH_S = 2.0
SETTLE_S = 1.6
_SETTLE_STEP_S = 0.2
_CLOSED = "The arm was closed before it was up."
_RESUME = "Resume starts a new one, with the table laid out anew."
_LOOK = "Look after the arm, then restart the program."
Change = tuple[PartState, str]
"""What became of the arm, and the sentence for the user."""


class MotionProcess:
    """Client of the motion process.

    Args:
        settings: Which arm, its limits and the simulation.
        steps_in_scene: The simulated scene contains the things that these steps name.
        seed: Which scene; None takes the settings'.
        pace: "realtime" or "lockstep"; None takes the settings'.
        warn: Hears the sentence with which the process says that it cannot go on, from a thread of this object.
    """

    def __init__(
        self,
        settings: Settings,
        steps_in_scene: tuple[Step, ...] = (),
        seed: int | None = None,
        pace: str | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        simulation = settings.simulation
        self._settings = settings
        self._lockstep = (pace or simulation.pace) == "lockstep"
        self._seed = simulation.seed if seed is None else seed
        self._steps = tuple(steps_in_scene)
        self._memory: MotionMemory | None = None
        self._link: MotionLink | None = None
        self._heart: threading.Thread | None = None
        self._warn = warn
        self._opening = threading.Lock()  # nothing comes into being beside `close`, and nothing is freed twice at once
        self._closing = threading.Event()
        self._gui_tick_ns = 0
        self._stop_number = 0
        self._resumed = 0
        self._reason = ""
        self._view: MotionView | None = None
        self._changes: SimpleQueue[Change | None] = SimpleQueue()

    # Life

    def start(self) -> Iterator[Change]:
        """Start the process and return once the arm is connected and, in simulation, the first picture is there.

        Returns:
            What becomes of the arm from now on, until `close`: lost, starting again, ready again.

        Raises:
            AssistantError: the arm or the simulated world does not come up; the sentence says why.
        """
        try:
            memory, link = self._open()
            link.start({"setup": self._setup(memory)}, START_TIMEOUT_S)
        except BaseException as error:
            closed = self._closing.is_set()
            self.close()
            if closed and isinstance(error, ProcessError):
                raise ProcessError(_CLOSED) from None
            raise
        return iter(self._changes.get, None)

    def close(self) -> None:
        """Let the arm hold, end the process and free everything; may be called twice, and while `start` is under way.

        A real arm stays energised for `safety.energised_s` first, and this waits for it.
        """
        self._closing.set()
        with self._opening:
            if self._link is not None:
                self._link.close(
                    CLOSE_TIMEOUT_S + (0.0 if self._simulated else self._settings.safety.energised_s),
                    at_once=self._simulated and not self._link.ready,  # a world not laid out yet has nothing to hold
                )
            if self._heart is not None:
                self._heart.join()
            if self._memory is not None:
                self._memory.close()
        self._changes.put(None)

    def __enter__(self) -> MotionProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._link is not None and self._link.alive

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._link.pid if self._link is not None else None

    @property
    def lockstep(self) -> bool:
        """Whether simulated time passes only while a chunk is carried out."""
        return self._lockstep

    def gui_tick(self) -> None:
        """The window lives. Cheap; from its first call on the motion process holds when it stays away for a second."""
        self._gui_tick_ns = time.monotonic_ns()

    # Seeing

    def observe(self, after_s: float | None = None) -> Observation:
        """The latest pictures with the arm's state of the same instant; a real arm's have no pictures.

        Args:
            after_s: Wait for pictures taken at or after this time (`RobotState.time_s`); None takes what is there.

        Raises:
            ProcessError: the process is gone, or nothing new came within two seconds.
        """
        deadline = time.monotonic() + _FRESH_S
        while True:
            observation = self._observation()
            if observation is not None and (after_s is None or observation.state.time_s >= after_s - 1e-6):
                return observation
            self._require_alive()
            if time.monotonic() > deadline:
                raise ProcessError("The simulated cameras sent no new picture for 2 s.")
            time.sleep(_POLL_S)

    def latest_frame(self, camera: str) -> Frame | None:
        """The newest picture of "front" or "wrist"; None before the first. The same object until a newer one comes."""
        observation = self._observation()
        return None if observation is None else observation.frames.get(camera)

    def state(self) -> RobotState:
        """What the arm reported last.

        Raises:
            ProcessError: the process is gone.
        """
        self._require_alive()
        return self.report().state

    def report(self) -> MotionReport:
        """The whole last report.

        Raises:
            ProcessError: there is none yet.
        """
        report = self._latest_report()
        if report is None:
            raise ProcessError("The motion process has not reported yet.")
        return report

    # Moving

    def submit(self, chunk: ActionChunk, execute: int) -> Verdict:
        """Let the arm carry out a chunk under guard.

        In lockstep this returns when exactly `execute` actions are done and simulated time stands still again. In real
        time it returns at once; the chunk replaces what is left of the one before, from the action that belongs to now.
        """
        verdict: Verdict = self._call("submit", chunk, execute)
        return verdict

    def wait(self, chunk: ActionChunk, execute: int) -> bool:
        """Real time: until the first `execute` actions of a submitted chunk are over; False when it was stopped."""
        until = chunk.observed_s + execute * chunk.step_s
        while not self._lockstep and not self.stopped and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, BEAT_S))
        return not self.stopped

    def rest(self, seconds: float) -> None:
        """Drop what is left of the chunk and let time pass: simulated time in lockstep, else real time."""
        if self._lockstep:
            self._call("rest", seconds)
        else:
            self._call("settle")
            self._closing.wait(seconds)

    def go_home(self) -> None:
        """Begin to go home; `moving` tells until when.

        Raises:
            InputError: the arm is stopped.
        """
        self._call("go_home")

    def guide(self, on: bool) -> None:
        """Let the user move the arm by hand from now on, or let it hold its place again.

        Raises:
            AssistantError: the arm cannot be guided by hand, or it is stopped.
        """
        self._call("guide", on)

    @property
    def moving(self) -> bool:
        """Whether a motion is under way or has not come to rest yet."""
        report = self._latest_report()
        return self.alive and report is not None and report.moving

    # Stopping

    def stop(self, reason: str = "you pressed stop") -> int:
        """Stop now and stay stopped until `resume`. From any thread, never blocks. Returns the number of this stop.

        A process that is not started yet begins with it.
        """
        self._reason = reason
        self._stop_number = number = time.monotonic_ns()
        if self._memory is not None:
            self._memory.control.stop(number)
        return number

    def resume(self, number: int | None = None) -> None:
        """Clear the latch of the stop of that number, or of the last one; nothing moves by that. A later stop stays.

        Where the process is gone, a new one is started first, in simulation.

        Raises:
            AssistantError: the process is gone and the arm is real, or no new one comes up.
        """
        if self._simulated and self._link is not None and not self.alive and not self._closing.is_set():
            self._start_again(self._link)
        if number is None:
            number = self._memory.control.stop_number if self._memory is not None else 0
        self._call("resume", number)
        self._resumed = number

    def release(self, number: int) -> None:
        """Take the stop of that number back, and only that: what the arm holds for by itself stays until `resume`.

        Raises:
            ProcessError: the process is gone.
        """
        self._call("release", number)
        self._resumed = number

    @property
    def stopped(self) -> bool:
        """Whether the arm was told to stop, or holds by itself, and was not resumed; also when the process is gone."""
        return self._stop_is_latched or self.holds_by_itself

    @property
    def holds_by_itself(self) -> bool:
        """Whether the arm holds although nobody told it to stop; also when the process is gone."""
        report = self._latest_report()
        return not self.alive or (report is not None and bool(report.own_reason))

    @property
    def why_stopped(self) -> str:
        """The reason as a clause; empty when it is not stopped."""
        if not self.stopped:
            return ""
        if not self.alive:
            failure = self._link.failure if self._link is not None else None
            why = f": {failure.message.rstrip('.')}" if failure is not None else ""
            return f"the motion process is not running{why}"
        return self.report().own_reason or self._reason

    @property
    def still(self) -> bool:
        """Whether the arm's own state, read after the last stop, says that it stands still."""
        report = self._latest_report()
        if report is None or self._memory is None:
            return False
        number = self._memory.control.stop_number
        return report.still and (number == self._resumed or report.stop_number == number)

    # The simulated table

    def begin_task(self, steps: tuple[Step, ...]) -> None:
        """Let the simulator watch from now on whether these steps get done; nothing on a real arm."""
        self._call("begin_task", tuple(steps))

    def task_verdict(self, settle_s: float = SETTLE_S) -> tuple[bool, str] | None:
        """The simulator's own verdict and a sentence; None on a real arm.

        An effect counts once it has lasted a second, so a task that is not done yet gets `settle_s` to come to rest.
        """
        verdict: tuple[bool, str] | None = self._call("task_verdict")
        for _ in range(round(settle_s / _SETTLE_STEP_S)):
            if verdict is None or verdict[0]:
                break
            self.rest(_SETTLE_STEP_S)
            verdict = self._call("task_verdict")
        return verdict

    def new_scene(self, seed: int, steps: tuple[Step, ...] = ()) -> None:
        """Lay out another scene with the things that the steps name; a stop stays a stop.

        Raises:
            AssistantError: the arm is real, or the things do not fit.
        """
        self._call("new_scene", seed, tuple(steps))
        self._seed, self._steps = seed, tuple(steps)

    def drawing_cost_s(self) -> float:
        """How long the last set of simulated pictures took [s]."""
        return float(self._call("drawing_cost"))

    # Inside

    @property
    def _simulated(self) -> bool:
        return self._settings.use.arm == "simulated"

    @property
    def _advice(self) -> str:
        """What to do about a process that is gone."""
        return _RESUME if self._simulated else _LOOK

    @property
    def _stop_is_latched(self) -> bool:
        return self._memory is None or self._memory.control.stop_number != self._resumed

    def _open(self) -> tuple[MotionMemory, MotionLink]:
        """Make everything that `close` frees.

        Raises:
            ProcessError: it is closed already.
        """
        with self._opening:
            if self._closing.is_set():
                raise ProcessError(_CLOSED)
            memory = self._memory = MotionMemory()
            while memory.control.stop_number != self._stop_number:  # once, unless `stop` comes in between
                memory.control.stop(self._stop_number)
            self._view = MotionView(memory)
            link = self._link = self._linked(memory)
            self._heart = threading.Thread(target=self._beat, args=(memory,), name="heartbeat", daemon=True)
            self._heart.start()
            return memory, link

    def _linked(self, memory: MotionMemory) -> MotionLink:
        return MotionLink(memory.block.inherited, self._warn, self._lose, self._advice)

    def _lose(self) -> None:
        self._changes.put((PartState.FAILED, f"{GONE} {self._advice}"))

    def _start_again(self, gone: MotionLink) -> None:
        """A new process in place of one that is gone, on the same memory: a stop in it stays a stop.

        Raises:
            AssistantError: it does not come up.
        """
        with self._opening:
            if self._closing.is_set() or self._link is not gone or self._memory is None:
                return
            gone.close(CLOSE_TIMEOUT_S, at_once=True)
            link, memory = self._linked(self._memory), self._memory
            self._link = link
        self._changes.put((PartState.LOADING, "The simulated arm is starting again."))
        try:
            link.start({"setup": self._setup(memory)}, START_TIMEOUT_S)
        except AssistantError as error:
            link.close(CLOSE_TIMEOUT_S, at_once=True)
            self._changes.put((PartState.FAILED, f"{error} {self._advice}"))
            raise
        self._changes.put((PartState.READY, "The simulated arm is ready again; its table is laid out anew."))

    def _setup(self, memory: MotionMemory) -> MotionSetup:
        settings = self._settings
        return MotionSetup(
            version=VERSION,
            memory=memory.block.token,
            arm=settings.use.arm,
            arm_config=settings.backend("arms", settings.use.arm).model_dump(mode="json"),
            safety=settings.safety.model_dump(mode="json"),
            lockstep=self._lockstep,
            picture_rate_hz=settings.simulation.picture_rate_hz,
            seed=self._seed,
            steps=self._steps,
        )

    def _beat(self, memory: MotionMemory) -> None:
        while not self._closing.is_set():
            memory.control.beat(time.monotonic_ns(), self._gui_tick_ns)
            self._closing.wait(BEAT_S)

    def _call(self, name: str, *args: Any) -> Any:
        if self._link is None:
            raise ProcessError("The motion process is not started.")
        return self._link.call(name, *args, timeout_s=CALL_TIMEOUT_S)

    def _require_alive(self) -> None:
        if not self.alive:
            raise ProcessError("The motion process is not running; the arm does not move.", self._advice)

    def _latest_report(self) -> MotionReport | None:
        return self._view.report() if self._view is not None else None

    def _observation(self) -> Observation | None:
        if not self._simulated:
            report = self._latest_report()
            return None if report is None else Observation({}, report.state)
        return self._view.observation() if self._view is not None else None
