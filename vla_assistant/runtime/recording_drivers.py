"""Who moves the arm while a demonstration is recorded: keys, a policy, or a hand at the arm itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vla_assistant.data.displacement import STEP_S
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.policies.base import Policy, forget
from vla_assistant.session.progress import DONE_ABOVE, DONE_CHUNKS
from vla_assistant.types import ACTION_WIDTH, ActionChunk, Observation, Step

MOVES = {"left": (0, -1, 0), "right": (0, 1, 0), "up": (-1, 0, 0), "down": (1, 0, 0), "w": (0, 0, 1), "s": (0, 0, -1)}
"""Keys -> where they move the tool, as the user sees it who sits opposite the arm: up is away from the user."""
TURNS = {"a": (0, 0, 1), "d": (0, 0, -1), "i": (0, 1, 0), "k": (0, -1, 0), "j": (1, 0, 0), "l": (-1, 0, 0)}
"""Keys -> the axis about which they turn the tool; a turns it against the clock as seen from above."""
GRIP, FINER, COARSER = "g", "-", "+"
STEP_M, STEP_RAD = 0.016, 0.08
"""What one key press moves, or turns, in 0.1 s."""
SIZES = (0.125, 0.25, 0.5, 1.0, 2.0)
KEYS_HELP = (
    "Arrows move over the table, w up, s down, a and d turn, i k j l tilt, g opens and closes, - and + finer and "
    "coarser; Space stops, r resumes, Enter ends the step, x throws the demonstration away."
)


@dataclass(frozen=True, eq=False)
class Order:
    """What to do next: actions (None: go on resting), or that the step is over."""

    chunk: ActionChunk | None = None
    ended: bool = False


class Guidable(Protocol):
    """An arm that may be able to give way to a hand."""

    @property
    def guidable(self) -> bool:
        """Whether it can."""
        ...

    @property
    def held(self) -> str:
        """Why it is stopped; empty when it is not."""
        ...

    def guide(self, on: bool) -> None:
        """Give way from now on, or hold its place again."""
        ...


class Driver(Protocol):
    """Drives one step after the other. One thread."""

    by_keys: bool
    """Whether nothing happens unless a key is pressed."""

    def begin(self, step: Step | None) -> None:
        """A step begins; None when the words of the task mean none."""
        ...

    def order(self, now: Observation, keys: tuple[str, ...]) -> Order:
        """What to do in the next 0.1 s, given what was pressed since."""
        ...

    def finish(self) -> None:
        """The demonstration is over."""
        ...


class KeyboardDriver:
    """Each key press is a small displacement; keys pressed together add up."""

    by_keys = True

    def __init__(self, time_s: Callable[[], float], tool_speed: float) -> None:
        """`time_s`: the arm's clock; `tool_speed`: top speed of the tool [m/s], which no key exceeds."""
        self._time_s = time_s
        self._step_m = min(STEP_M, 0.9 * tool_speed * STEP_S / max(SIZES))
        self._size = SIZES.index(1.0)
        self._moving = False

    def begin(self, step: Step | None) -> None:
        self._moving = False

    def order(self, now: Observation, keys: tuple[str, ...]) -> Order:
        """One action for what is pressed; one that comes to rest when nothing is pressed any more."""
        pressed = dict.fromkeys(keys)
        for key in keys:
            self._size += (key == COARSER) - (key == FINER)
        self._size = min(max(self._size, 0), len(SIZES) - 1)
        action = self._action(now, pressed)
        if action is None and not self._moving:
            return Order()
        self._moving = action is not None
        rows = np.zeros((2, ACTION_WIDTH), np.float32) if action is None else np.stack([action, action])
        if action is None:
            rows[:, 6] = now.state.gripper_command
        return Order(ActionChunk(rows, STEP_S, self._time_s()))

    def finish(self) -> None:
        """The last key has been obeyed already."""

    def _action(self, now: Observation, pressed: dict[str, None]) -> np.ndarray | None:
        moves = [MOVES[key] for key in pressed if key in MOVES]
        turns = [TURNS[key] for key in pressed if key in TURNS]
        if not (moves or turns or GRIP in pressed):
            return None
        action = np.zeros(ACTION_WIDTH, np.float32)
        action[:3] = np.sum(moves, axis=0) * self._step_m * SIZES[self._size] if moves else 0.0
        action[3:6] = np.sum(turns, axis=0) * STEP_RAD * SIZES[self._size] if turns else 0.0
        opening = now.state.gripper_command
        action[6] = float(opening < 0.5) if GRIP in pressed else opening
        return action


class PolicyDriver:
    """A policy drives until it says done, as in the running program, or until time is up."""

    by_keys = False

    def __init__(self, policy: Policy, execute: int, timeout_s: float = 20.0) -> None:
        """`execute`: actions between two looks; `timeout_s`: of a step, in the arm's time."""
        self._policy, self._execute, self._timeout_s = policy, execute, timeout_s

    def begin(self, step: Step | None) -> None:
        """A step begins.

        Raises:
            InputError: The policy cannot know what to do.
        """
        if step is None:
            raise InputError(
                "A policy can only demonstrate what the program understands.",
                'Say for example --task "pick up the red cup".',
            )
        self._step, self._agreed, self._carried_out = step, 0, 0
        self._chunk: ActionChunk | None = None
        self._ends_s: float | None = None

    def order(self, now: Observation, keys: tuple[str, ...]) -> Order:
        """What is left of the last chunk, or a new one."""
        self._ends_s = self._ends_s or now.state.time_s + self._timeout_s
        if now.state.time_s >= self._ends_s:
            return Order(ended=True)
        if self._chunk is None or self._carried_out >= min(self._execute, len(self._chunk.actions)):
            self._chunk, self._carried_out = self._policy.act(now, self._step), 0
            self._agreed = self._agreed + 1 if self._chunk.done > DONE_ABOVE else 0
            if self._agreed >= DONE_CHUNKS:
                return Order(ended=True)
        done, chunk = self._carried_out, self._chunk
        self._carried_out += 1
        return Order(ActionChunk(chunk.actions[done:], chunk.step_s, chunk.observed_s + done * chunk.step_s))

    def finish(self) -> None:
        """The next chunk is asked for anew, on another table."""
        self._chunk = None
        forget(self._policy)


class HandDriver:
    """The user moves the arm itself; its own measured motion is what is recorded."""

    by_keys = False

    def __init__(self, arm: Guidable) -> None:
        """Nothing moves yet.

        Raises:
            UnsupportedError: The arm cannot be guided by hand.
        """
        if not arm.guidable:
            raise UnsupportedError("The arm of these settings cannot be guided by hand.", "Record with --by keyboard.")
        self._arm, self._gives_way = arm, False

    def begin(self, step: Step | None) -> None:
        """The arm gives way from the first order on."""

    def order(self, now: Observation, keys: tuple[str, ...]) -> Order:
        """Nothing: the hand moves. An arm that was stopped gives way again once it is resumed."""
        if self._arm.held:
            self._gives_way = False
        elif not self._gives_way:
            self._arm.guide(True)
            self._gives_way = True
        return Order()

    def finish(self) -> None:
        """The arm holds its place again."""
        if self._gives_way:
            self._arm.guide(False)
            self._gives_way = False
