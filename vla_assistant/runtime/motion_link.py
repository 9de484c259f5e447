"""The motion process as a child: starting it, asking it, ending it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from itertools import count
from typing import Any

from vla_assistant import errors, paths
from vla_assistant.errors import ProcessError
from vla_assistant.runtime import framing

log = logging.getLogger(__name__)
_LONGEST_LOG = 1_000_000
GONE = "The motion process ended unexpectedly; the arm does not move."


class MotionLink:
    """Requests over the process's stdin, answers from its stdout. Safe from any thread."""

    def __init__(self, inherited: tuple[int, ...]) -> None:
        self._process = _spawn(inherited)
        self._sending = threading.Lock()
        self._waiting: dict[int, Future[Any]] = {}
        self._ids = count(1)
        self._ended = threading.Event()
        self.ready = False
        self._reader = threading.Thread(target=self._listen, name="motion-answers", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the process runs and answers."""
        return not self._ended.is_set()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def start(self, setup: dict[str, Any], timeout_s: float) -> None:
        """Send the set-up and wait until the process is ready; raises what went wrong there."""
        ready: Future[Any] = Future()
        self._waiting[0] = ready
        self._reader.start()
        self._send(setup)
        self._result(ready, timeout_s)
        self.ready = True

    def call(self, name: str, *args: Any, timeout_s: float) -> Any:
        """What the process answers.

        Raises:
            AssistantError: as raised there, or ProcessError when it is gone or does not answer.
        """
        number, answer = next(self._ids), Future[Any]()
        self._waiting[number] = answer
        try:
            if self._ended.is_set():
                raise ProcessError(GONE)
            self._send({"id": number, "call": name, "args": args})
            return self._result(answer, timeout_s)
        finally:
            self._waiting.pop(number, None)

    def close(self, timeout_s: float, *, at_once: bool = False) -> None:
        """Let it hold and end; one that does not end in time, or must end `at_once`, is killed. May be called twice."""
        if at_once:
            self._process.kill()
        with suppress(ProcessError):
            self._send({"id": next(self._ids), "call": "close", "args": ()})
        self._close(self._process.stdin)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            log.error("the motion process did not end within %g s and was killed", timeout_s)
            self._process.kill()
            self._process.wait()
        if self._reader.is_alive():
            self._reader.join()
        self._close(self._process.stdout)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            with self._sending:
                framing.send(self._process.stdin, message)
        except (OSError, ValueError) as error:
            raise ProcessError(GONE) from error

    def _result(self, answer: Future[Any], timeout_s: float) -> Any:
        try:
            return answer.result(timeout_s)
        except FutureTimeout:
            raise ProcessError(f"The motion process did not answer within {timeout_s:g} s.") from None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (message := framing.receive(self._process.stdout)) is not None:
                self._settle(message)
        except ProcessError:
            log.exception("reading answers")
            self._close(self._process.stdin)  # nobody can talk with it any more: it holds and ends
        self._ended.set()
        for answer in list(self._waiting.values()):
            if not answer.done():
                answer.set_exception(ProcessError(GONE, f"See {paths.logs() / 'motion.log'}."))

    def _settle(self, message: dict[str, Any]) -> None:
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return
        if "error" in message:
            name, text, hint = message["error"]
            answer.set_exception(getattr(errors, name, ProcessError)(text, hint))
        else:
            answer.set_result(message["value"])

    def _close(self, pipe: Any) -> None:
        with suppress(OSError):
            pipe.close()


def _spawn(inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """A fresh motion process; Ctrl-C in the terminal does not reach it, so that it can hold first."""
    folder = paths.logs()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "motion.log"
    mode = "wb" if file.is_file() and file.stat().st_size > _LONGEST_LOG else "ab"
    arguments = ["--motion-process"] if getattr(sys, "frozen", False) else ["-m", "vla_assistant.runtime.motion_main"]
    with file.open(mode) as stderr:
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            pass_fds=inherited,
            # Mesa's cache thread runs at the lowest priority: on a busy machine its process takes seconds to end.
            env={"MESA_SHADER_CACHE_DISABLE": "true"} | os.environ,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
