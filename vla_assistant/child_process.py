"""A child process of the program that speaks `framing` messages over its stdin and stdout: what both sides need.

The app's side starts it (`ChildProgram`) and makes values and errors of its answers (`settle`, `restored`); the child's
side takes its pipes (`take_pipes`) and describes its errors (`described`).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vla_assistant import errors, paths
from vla_assistant.errors import AssistantError, ProcessError

_LONGEST_LOG = 1_000_000
"""A log of more bytes than this is begun anew."""
Described = tuple[str, str, str]
"""An error as it crosses the border: class name, message, hint."""


@dataclass(frozen=True)
class ChildProgram:
    """Which program is started, and how.

    Attributes:
        module: What Python runs.
        flag: The argument by which the frozen program becomes this child.
        log: Name of the file in the folder of logs that takes its stderr.
        environment: Variables that are set unless the user has set them.
    """

    module: str
    flag: str
    log: str
    environment: Mapping[str, str]

    @property
    def log_file(self) -> Path:
        """Where its stderr goes."""
        return paths.logs() / self.log

    def start(self, inherited: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        """A fresh process; Ctrl-C in the terminal does not reach it.

        Args:
            inherited: File descriptors that it shares with us.
        """
        file = self.log_file
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if file.is_file() and file.stat().st_size > _LONGEST_LOG else "ab"
        arguments = [self.flag] if getattr(sys, "frozen", False) else ["-m", self.module]
        with file.open(mode) as stderr:
            return subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                pass_fds=inherited,
                env={**self.environment, **os.environ},
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """In the child, first of all: where messages come from, and where they go.

    What a library prints goes to stderr, which is the log, and Ctrl-C is the app's business.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return sys.stdin.buffer, messages


def settle(answer: Future[Any], message: Mapping[str, Any]) -> None:
    """Give what the child answered to who waits for it, once."""
    if answer.done():
        return
    if "error" in message:
        answer.set_exception(restored(message["error"]))
    else:
        answer.set_result(message["value"])


def described(error: AssistantError) -> Described:
    """The error, so that it can cross the border."""
    return type(error).__name__, error.message, error.hint


def restored(description: Described) -> AssistantError:
    """The error that was described on the other side."""
    name, message, hint = description
    kind: type[AssistantError] = getattr(errors, name, ProcessError)
    return kind(message, hint)


def close_quietly(pipe: IO[bytes] | None) -> None:
    """Close our end of a pipe; what the child did not read any more is of no use."""
    if pipe is not None:
        with suppress(OSError):
            pipe.close()
