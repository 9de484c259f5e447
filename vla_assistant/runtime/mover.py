"""What commands send to the arm passes here, so that one that has ended or is paused sends nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.policies.execution import homed, shift
from vla_assistant.policies.posture import is_home
from vla_assistant.session.messages import Ticket
from vla_assistant.types import (
    ActionChunk,
    Judgement,
    Observation,
    Step,
    Verdict,
)

HOME_TIMEOUT_S = 20.0
HOME_POLL_S = 0.02
RELEASE_S = 2.0
WAYS = {
    "left": (0, -1, 0),
    "right": (0, 1, 0),
    "forward": (-1, 0, 0),
    "back": (1, 0, 0),
    "up": (0, 0, 1),
    "down": (0, 0, -1),
}
"""Directions of the user, who sits opposite the arm, in the arm's base frame."""


_INTERRUPTED = Judgement(False, 1.0, "the way home was interrupted")


class Motion(Protocol):
    """What the runner needs of the motion process."""

    def observe(self, after_s: float | None = None) -> Observation: ...

    def submit(self, chunk: ActionChunk, execute: int) -> Verdict: ...

    def wait(self, chunk: ActionChunk, execute: int) -> bool: ...

    def rest(self, seconds: float) -> None: ...

    def begin_task(self, steps: tuple[Step, ...]) -> None: ...

    def task_verdict(self, settle_s: float) -> tuple[bool, str] | None: ...

    def go_home(self) -> None: ...

    def new_scene(self, seed: int, steps: tuple[Step, ...] = ()) -> None: ...

    @property
    def lockstep(self) -> bool: ...

    @property
    def moving(self) -> bool: ...

    @property
    def stopped(self) -> bool: ...


class Mover:
    """One thread moves; `abandon` and `withhold` come from others."""

    def __init__(self, motion: Motion, now: Callable[[], float]) -> None:
        self._motion, self._now = motion, now
        self._sending = threading.Lock()
        self._abandoned: set[int] = set()
        self._withheld: set[int] = set()

    def abandon(self, command_id: int) -> None:
        """Once this has returned, nothing of that command is sent to the arm any more."""
        self._abandoned.add(command_id)
        with self._sending:
            pass  # whoever was sending has finished; everybody after that sees the set

    def withhold(self, command_id: int, on: bool) -> None:
        """Once this has returned, nothing of that command is sent to the arm, until it is called with False."""
        (self._withheld.add if on else self._withheld.discard)(command_id)
        with self._sending:
            pass  # as in `abandon`

    def await_release(self, command_id: int) -> None:
        """The arm may still be coming to rest from what was cancelled before."""
        deadline = self._now() + RELEASE_S
        ended = self._abandoned | self._withheld
        while self._motion.stopped and self._now() < deadline and command_id not in ended:
            time.sleep(HOME_POLL_S)

    def await_release_of_pause(self) -> None:
        """A pause brakes first; what is said in it may move once the arm stands."""
        deadline = self._now() + RELEASE_S
        while self._motion.stopped and self._now() < deadline:
            time.sleep(HOME_POLL_S)

    def send(self, ticket: Ticket, chunk: ActionChunk, execute: int, paused: bool = False) -> Verdict:
        """Let the arm carry out `execute` actions of the chunk, unless the command has ended in the meantime.

        Args:
            ticket: The attempt that it belongs to.
            chunk: The actions.
            execute: How many of them.
            paused: Also while the command is paused.
        """
        with self._sending:
            if ticket.command_id in self._abandoned:
                return Verdict(False, None, ("The command has ended.",))
            if ticket.command_id in self._withheld and not paused:
                return Verdict(False, None, ("The command is paused.",))
            verdict = self._motion.submit(chunk, execute)
        if verdict.allowed:
            self._motion.wait(chunk, execute)
        return verdict

    def shift(self, ticket: Ticket, direction: str, metres: float, paused: bool = False) -> Verdict:
        """Straight that way, with the gripper open unless something is in it."""
        chunk = shift(self._motion.observe().state, np.array(WAYS[direction]) * metres)
        return self.send(ticket, chunk, len(chunk.actions), paused)

    def go_home(self, ticket: Ticket) -> Judgement:
        """Go home and wait for it; done only when nothing came in between."""
        with self._sending:
            if ticket.command_id in self._abandoned | self._withheld:
                return _INTERRUPTED
            try:
                self._motion.go_home()
            except InputError:  # it was stopped just now
                return _INTERRUPTED
        deadline, interrupted = self._now() + HOME_TIMEOUT_S, False
        while self._motion.moving and self._now() < deadline:
            if ticket.command_id in self._abandoned:
                return Judgement(False, 1.0, "the command has ended")
            interrupted = interrupted or self._motion.stopped or ticket.command_id in self._withheld
            time.sleep(HOME_POLL_S)
        interrupted = interrupted or self._motion.moving or self._motion.stopped
        return homed(not interrupted and is_home(self._motion.observe().state))
