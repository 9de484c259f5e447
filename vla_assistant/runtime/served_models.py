"""The app's side of a process that holds models: starting it, asking it, starting it again when it dies.

When the process dies, the calls that wait fail with ProcessError and it is started again by itself.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from itertools import count
from typing import Any

from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.events import Part, PartState
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import ChildProgram, close_quietly, restored, settle
from vla_assistant.runtime.model_server import LANES

log = logging.getLogger(__name__)

Tell = Callable[[Part, PartState, str, float | None], None]
PARTS = {"policies": Part.POLICY, "recognizers": Part.RECOGNIZER}

LOAD_TIMEOUT_S = 180.0
CALL_TIMEOUT_S = 30.0
STABLE_S = 60.0
"""A process that lived this long was healthy: its crash does not count towards MAX_CRASHES."""
MAX_CRASHES = 3
PROGRAM = ChildProgram(
    "vla_assistant.runtime.model_server",
    "--model-process",
    "model.log",
    {"GOMP_SPINCOUNT": "0"},  # OpenMP threads that spin while they wait starve the arm's process on small machines
)
CRASHED = "The model process ended unexpectedly; it is started again."


class _Lane:
    """What is known of one lane of the process: loading, ready, or failed with an error."""

    def __init__(self, name: str, config: Mapping[str, Any]) -> None:
        self.name, self.config = name, dict(config)
        self.settled = threading.Event()
        self.error: AssistantError | None = None


class ServedModels:
    """Client of one process with one model for each kind of back end. Safe to call from any thread.

    Attributes:
        generation: How often the process was started; changes when a crash is followed by a new one.
    """

    def __init__(self, settings: Settings, tell: Tell) -> None:
        """`tell` hears of loading, readiness and failures; it is called from a thread of this object."""
        self._settings, self._tell = settings, tell
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        self._pending: dict[int, Future[Any]] = {}
        self._ids = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._supervise, name="models", daemon=True)
        self.generation = 0

    def start(self) -> None:
        """Start the process; returns at once."""
        self._reader.start()

    def serve(self, kind: str, name: str) -> None:
        """Let the process load the back end `name` of that kind too, now or when it starts.

        Raises:
            BackendError: there is no such back end.
        """
        with self._lock:
            if kind not in self._lanes:
                self._lanes[kind] = _Lane(name, self._settings.backend(kind, name).model_dump(mode="json"))
                self._load_lane(kind)

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process and wait for it; may be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._kill()  # it holds nothing that needs saving, and a library that is being loaded does not listen
        if self._reader.is_alive():
            self._reader.join(timeout=5.0)

    def ready(self, kind: str) -> bool:
        """Is the model of that kind loaded?"""
        lane = self._lanes[kind]
        return lane.settled.is_set() and lane.error is None

    def call(self, name: str, *args: Any) -> Any:
        """What the model answers; waits until it is loaded.

        Raises:
            AssistantError: as raised there, or ProcessError when the process dies or does not answer.
        """
        self.await_loaded(LANES[name])
        number, answer = next(self._ids), Future[Any]()
        try:
            with self._lock:
                self._pending[number] = answer
                self._send({"id": number, "call": name, "args": args})
            return answer.result(CALL_TIMEOUT_S)
        except FutureTimeout:
            self._kill()
            raise ProcessError(f"The model did not answer within {CALL_TIMEOUT_S:g} s; it is started again.") from None
        finally:
            self._pending.pop(number, None)

    def await_loaded(self, kind: str) -> None:
        """Return when the model of that kind is loaded.

        Raises:
            AssistantError: it could not be loaded, or nobody started the process.
        """
        lane = self._lanes[kind]
        if self._reader.ident is None:
            raise ProcessError("The model was not started, because nothing was to move.")
        deadline = time.monotonic() + LOAD_TIMEOUT_S
        while not lane.settled.wait(0.1):
            if self._closing.is_set():
                raise ProcessError("The model process is closed.")
            if time.monotonic() > deadline:
                raise ProcessError(f"The model was not loaded within {LOAD_TIMEOUT_S:g} s.")
        if lane.error is not None:
            raise lane.error

    def _send(self, message: dict[str, Any]) -> None:
        """Write to the process; the caller holds the lock."""
        if self._process is None or self._process.stdin is None or self._closing.is_set():
            between = self.generation and not self._closing.is_set()
            raise ProcessError(CRASHED if between else "The model process is not running.")
        try:
            framing.send(self._process.stdin, message)
        except (OSError, ValueError) as error:
            raise ProcessError(CRASHED) from error

    def _load_lane(self, kind: str) -> None:
        lane = self._lanes[kind]
        if self._process is not None:
            self._send({"id": 0, "call": "load", "args": (kind, lane.name, lane.config)})

    def _supervise(self) -> None:
        crashes = 0
        while not self._closing.is_set():
            began = time.monotonic()
            self._run_once()
            if self._closing.is_set():
                return
            crashes = 1 if time.monotonic() - began > STABLE_S else crashes + 1
            if crashes > MAX_CRASHES:
                self._give_up()
                return
            for lane in list(self._lanes.values()):
                lane.settled.clear()
            self._tell_all(PartState.LOADING, CRASHED, 0.0)

    def _run_once(self) -> None:
        process = PROGRAM.start()
        self.generation += 1
        try:
            with self._lock:
                self._process = process
                for kind in self._lanes:
                    self._load_lane(kind)
                if self._closing.is_set():
                    process.kill()
            self._listen(process)
        except ProcessError as error:
            if not self._closing.is_set():
                log.warning("model process: %s", error)
        finally:
            self._bury(process)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        while (message := framing.receive(process.stdout)) is not None:
            if "kind" in message:
                self._noticed(message)
            elif (answer := self._pending.get(message["id"])) is not None:
                settle(answer, message)

    def _noticed(self, message: dict[str, Any]) -> None:
        lane, state = self._lanes[message["kind"]], PartState(message["state"])
        if state in (PartState.READY, PartState.FAILED):
            lane.error = restored(message["error"]) if message["error"] else None
            lane.settled.set()
        self._tell(PARTS[message["kind"]], state, message["detail"], message["progress"])

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Reap the process and fail what waits for it."""
        try:
            process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with self._lock:
            self._process = None
            close_quietly(process.stdin)
            close_quietly(process.stdout)
            waiting = list(self._pending.values())
        for answer in waiting:
            if not answer.done():
                answer.set_exception(ProcessError(CRASHED))

    def _give_up(self) -> None:
        error = ProcessError(f"The model process crashed {MAX_CRASHES + 1} times in a row.", f"See {PROGRAM.log_file}.")
        for lane in list(self._lanes.values()):
            lane.error = error
            lane.settled.set()
        self._tell_all(PartState.FAILED, str(error), None)

    def _tell_all(self, state: PartState, detail: str, progress: float | None) -> None:
        for kind in list(self._lanes):
            self._tell(PARTS[kind], state, detail, progress)

    def _kill(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()
