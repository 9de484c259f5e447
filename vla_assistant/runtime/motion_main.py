"""The motion process as a program: it alone holds the arm. `motion_link` starts it with pipes and shared memory.

Ctrl-C does not end it: the app does, by closing its stdin or by being gone, and then the arm holds first.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import IO

from vla_assistant import registry
from vla_assistant.arms.base import Arm
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.config import SafetySection
from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import described, take_pipes
from vla_assistant.runtime.motion_messages import VERSION, MotionMemory, MotionSetup
from vla_assistant.runtime.motion_server import MotionServer, Request

log = logging.getLogger(__name__)
_PRIORITY = -10


def _read_all(pipe: IO[bytes], requests: SimpleQueue[Request | None]) -> None:
    """Hand requests to the owner of the arm until the app closes the pipe."""
    try:
        while (request := framing.receive(pipe)) is not None:
            requests.put(request)
    except (AssistantError, OSError):
        log.exception("reading requests")
    requests.put(None)


def _connected(setup: MotionSetup) -> tuple[GuardedArm, Arm]:
    """The arm of the settings under guard.

    Raises:
        AssistantError: there is no such arm, or it does not answer.
    """
    if setup.version != VERSION:
        raise ProcessError(f"The motion process speaks version {VERSION}, the program version {setup.version}.")
    backend = registry.backend("arms", setup.arm)
    parts = {} if setup.lockstep or setup.arm != "simulated" else {"clock": time.monotonic}
    bare: Arm = backend.create(backend.config_class.model_validate(setup.arm_config), **parts)
    arm = guarded(bare, SafetySection.model_validate(setup.safety))
    arm.connect()
    return arm, bare


def _hurry() -> None:
    """The control loop comes before everything else on this machine, where the system allows it."""
    if hasattr(os, "setpriority"):
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)


def main() -> None:
    """Serve the app that started this process, then end."""
    pipe, answers = take_pipes()
    _hurry()
    requests: SimpleQueue[Request | None] = SimpleQueue()
    signal.signal(signal.SIGTERM, lambda *_: requests.put(None))
    first = framing.receive(pipe)
    if first is None or "setup" not in first:  # the app closed it before it began
        return
    threading.Thread(target=_read_all, args=(pipe, requests), name="requests", daemon=True).start()
    _serve(first["setup"], requests, lambda message: _send(answers, message))
    sys.stderr.flush()
    os._exit(0)  # the thread that reads stdin may be blocked in it for ever


def _serve(setup: MotionSetup, requests: SimpleQueue[Request | None], answer: Callable[[Request], None]) -> None:
    memory = MotionMemory(setup.memory)
    try:
        arm, bare = _connected(setup)
        server = MotionServer(setup, memory, arm, bare, requests, answer)
    except AssistantError as error:
        answer({"id": 0, "error": described(error)})
        memory.close()
        return
    try:
        server.serve()
    except AssistantError as error:
        log.exception("serving")
        answer({"id": 0, "error": described(error)})
    finally:
        server.close()


def _send(answers: IO[bytes], message: Request) -> None:
    try:
        framing.send(answers, message)
    except (OSError, ValueError):
        log.info("the app does not read any more")


if __name__ == "__main__":
    main()
