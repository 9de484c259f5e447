"""The motion process as a child: starting it, asking it, ending it."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from itertools import count
from typing import Any

from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import ChildProgram, close_quietly, restored, settle

log = logging.getLogger(__name__)
PROGRAM = ChildProgram(
    "vla_assistant.runtime.motion_main",
    "--motion-process",
    "motion.log",
    # Mesa's cache thread runs at the lowest priority: on a busy machine its process takes seconds to end.
    {"MESA_SHADER_CACHE_DISABLE": "true"},
)
GONE = "The motion process ended unexpectedly; the arm does not move."
_UNASKED = 0
"""The number of what the process says by itself: first that it is ready, then only why it cannot go on."""


class MotionLink:
    """Requests over the process's stdin, answers from its stdout. Safe from any thread.

    Args:
        inherited: File descriptors that the process shares with us.
        warn: Hears why the process cannot go on, from a thread of this object.
        lost: Called once when a process that was ready cannot go on or ends unasked, from a thread of this object.
        advice: What to do then, a sentence.

    Attributes:
        failure: Why the process said that it cannot go on; None while it did not.
    """

    def __init__(
        self,
        inherited: tuple[int, ...],
        warn: Callable[[str], None],
        lost: Callable[[], None] = lambda: None,
        advice: str = "",
    ) -> None:
        self._process = PROGRAM.start(inherited)
        self._warn, self._lost, self._advice = warn, lost, advice
        self._closing = False
        self._sending = threading.Lock()
        self._ready: Future[Any] = Future()
        self._waiting: dict[int, Future[Any]] = {_UNASKED: self._ready}
        self._ids = count(1)
        self._ended = threading.Event()
        self.failure: AssistantError | None = None
        self._reader = threading.Thread(target=self._listen, name="motion-answers", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Whether the process runs and answers."""
        return not self._ended.is_set() and self.failure is None

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def ready(self) -> bool:
        """Whether the arm came up."""
        return self._ready.done() and self._ready.exception() is None

    def start(self, setup: dict[str, Any], timeout_s: float) -> None:
        """Send the set-up and wait until the process is ready; raises what went wrong there."""
        self._send(setup)
        self._result(self._ready, timeout_s)

    def call(self, name: str, *args: Any, timeout_s: float) -> Any:
        """What the process answers.

        Raises:
            AssistantError: as raised there, or ProcessError when it is gone or does not answer.
        """
        number, answer = next(self._ids), Future[Any]()
        self._waiting[number] = answer
        try:
            if not self.alive:
                raise self._gone()
            self._send({"id": number, "call": name, "args": args})
            return self._result(answer, timeout_s)
        finally:
            self._waiting.pop(number, None)

    def close(self, timeout_s: float, *, at_once: bool = False) -> None:
        """Let it hold and end; one that does not end in time, or must end `at_once`, is killed. May be called twice."""
        self._closing = True
        if at_once:
            self._process.kill()
        with suppress(ProcessError):
            self._send({"id": next(self._ids), "call": "close", "args": ()})
        close_quietly(self._process.stdin)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            log.error("the motion process did not end within %g s and was killed", timeout_s)
            self._process.kill()
            self._process.wait()
        self._reader.join()
        close_quietly(self._process.stdout)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            with self._sending:
                framing.send(self._process.stdin, message)
        except (OSError, ValueError) as error:
            raise self._gone() from error

    def _result(self, answer: Future[Any], timeout_s: float) -> Any:
        try:
            return answer.result(timeout_s)
        except FutureTimeout:
            raise ProcessError(f"The motion process did not answer within {timeout_s:g} s.") from None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (message := framing.receive(self._process.stdout)) is not None:
                self._take(message)
        except ProcessError:
            log.exception("reading answers")
            close_quietly(self._process.stdin)  # nobody can talk with it any more: it holds and ends
        self._ended.set()
        if self.ready and self.failure is None and not self._closing:
            self._lost()
        self._disappoint()

    def _disappoint(self) -> None:
        """Nobody gets an answer any more."""
        for answer in list(self._waiting.values()):
            if not answer.done():
                answer.set_exception(self._gone())

    def _take(self, message: dict[str, Any]) -> None:
        if message["id"] == _UNASKED and self._ready.done():
            self._fail(restored(message["error"]))
        elif (answer := self._waiting.get(message["id"])) is not None:
            settle(answer, message)

    def _fail(self, failure: AssistantError) -> None:
        """It may live on, to keep a real arm energised, but it answers nobody. What it says later follows from this."""
        log.error("the motion process cannot go on: %s", failure)
        if self.failure is None:
            self.failure = failure
            self._lost()
            self._disappoint()
            self._warn(str(failure))

    def _gone(self) -> ProcessError:
        if self.failure is not None:
            return ProcessError(f"{GONE} {self.failure.message}", f"{self.failure.hint} {self._advice}".strip())
        return ProcessError(GONE, self._advice if self.ready else f"See {PROGRAM.log_file}.")
