"""Records demonstrations with the connected arm: one after the other, each judged by the user and kept or not.

What is kept is on the disk before the next one begins. Frames in which nothing moved are left out: a person who thinks
about the next key would teach the policy to hover.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from vla_assistant import language
from vla_assistant.data.displacement import displacement, moved
from vla_assistant.data.episode import Episode, EpisodeRecorder
from vla_assistant.data.own_recordings import RESTING_FRAMES
from vla_assistant.data.recording_store import RecordingStore
from vla_assistant.errors import AssistantError, InputError
from vla_assistant.runtime.recording_cell import RecordingCell
from vla_assistant.runtime.recording_drivers import Driver
from vla_assistant.types import Intent, Observation, Step

STOP, RESUME, END, GIVE_UP = " ", "r", "enter", "x"
MOST_FRAMES = 3000
"""Of one step: five minutes of motion."""


@dataclass(frozen=True)
class Task:
    """What is demonstrated: the user's words, and the steps that they mean; none when they are not understood."""

    text: str
    steps: tuple[Step, ...] = ()

    @classmethod
    def of(cls, text: str) -> Task:
        """The task of these words, read without a look at the table."""
        meaning = language.interpret(text, tuple)
        return cls(text, meaning.steps if meaning.intent is Intent.COMMAND and not meaning.question else ())


class Start(Enum):
    """What the user wants before a demonstration."""

    BEGIN = auto()
    DROP_LAST = auto()
    END = auto()


class Mark(Enum):
    """What the user says of a demonstration: keep it as done or as failed, or throw it away and do it again."""

    SUCCESS = auto()
    FAILURE = auto()
    DISCARD = auto()


class User(Protocol):
    """The person at the arm."""

    def start(self, task: Task, number: int, total: int) -> Start:
        """Asked before each demonstration; nothing moves before it returns."""
        ...

    def keys(self, by_keys: bool) -> tuple[str, ...]:
        """Keys pressed since the last call; `by_keys` says whether the arm waits for them."""
        ...

    def mark(self, task: Task) -> Mark:
        """Asked after each demonstration."""
        ...

    def tell(self, sentence: str) -> None:
        """Hears what happens."""
        ...


@dataclass(frozen=True)
class RecordProgress:
    """How far it is: demonstrations kept in this run of those wanted, what the last one was, what the dataset holds."""

    kept: int
    total: int
    task: str
    success: bool
    frames: int
    episodes: int


def record(
    cell: RecordingCell,
    driver: Driver,
    store: RecordingStore,
    tasks: Sequence[Task],
    total: int,
    user: User,
    *,
    sizes: Mapping[str, int],
    seed: int = 0,
) -> Iterator[RecordProgress]:
    """Record `total` demonstrations, the tasks in turn; a task of several steps becomes one episode a step.

    Args:
        cell: Arm and cameras, started.
        driver: Moves the arm.
        store: Takes what is kept.
        tasks: What to demonstrate.
        total: How many to keep.
        user: Starts, judges, and presses keys.
        sizes: Camera -> edge of the recorded pictures [pixels].
        seed: In simulation, of the first scene.

    Raises:
        AssistantError: The arm or a camera does not answer any more.
    """
    kept = 0
    while kept < total:
        task = tasks[kept % len(tasks)]
        wish = user.start(task, kept + 1, total)
        if wish is Start.END:
            return
        if wish is Start.DROP_LAST:
            dropped = store.drop_last()
            kept -= dropped
            user.tell("The last demonstration is thrown away." if dropped else "There is nothing to throw away.")
            continue
        try:
            cell.prepare(seed + kept, task.steps)
        except InputError as error:  # it is stopped, or the things do not fit on the simulated table
            user.tell(str(error))
            continue
        demonstration = Demonstration(cell, driver, task, user, sizes).run()
        if not demonstration:
            user.tell("Nothing is kept of it.")
            continue
        mark = user.mark(task)
        if mark is Mark.DISCARD:
            continue
        success = mark is Mark.SUCCESS
        store.keep(_episodes(task, demonstration, success, seed + kept if cell.simulated else -1))
        kept += 1
        frames = sum(map(len, demonstration))
        yield RecordProgress(kept, total, task.text, success, frames, store.episodes)


def _episodes(task: Task, parts: Sequence[EpisodeRecorder], success: bool, seed: int) -> list[Episode]:
    """One episode a step; all but the last one succeeded, or the user would not have gone on."""
    words = [task.text] if len(parts) == 1 else [language.describe([step]) for step in task.steps]
    last = len(parts) - 1
    return [part.finish(words[i], seed=seed, success=success or i < last) for i, part in enumerate(parts)]


class Demonstration:
    """One demonstration while it is made."""

    def __init__(self, cell: RecordingCell, driver: Driver, task: Task, user: User, sizes: Mapping[str, int]) -> None:
        self._cell, self._driver, self._user, self._sizes = cell, driver, user, sizes
        self._steps: tuple[Step | None, ...] = task.steps or (None,)
        self._told = ""
        self._now = cell.observe()

    def run(self) -> list[EpisodeRecorder]:
        """The frames of each step; nothing when the user gave up or nothing moved."""
        try:
            return self._parts()
        finally:
            self._driver.finish()

    def _parts(self) -> list[EpisodeRecorder]:
        parts = []
        for number, step in enumerate(self._steps, 1):
            if len(self._steps) > 1 and step is not None:
                self._user.tell(f"Step {number} of {len(self._steps)}: {language.describe([step])}.")
            recorder = EpisodeRecorder(self._sizes)
            self._driver.begin(step)
            if not self._drive(recorder) or not len(recorder):
                return []
            self._rest(recorder)
            parts.append(recorder)
        return parts

    def _drive(self, recorder: EpisodeRecorder) -> bool:
        """Until the step is over; False when the user gave up."""
        while len(recorder) < MOST_FRAMES:
            keys = self._user.keys(self._driver.by_keys)
            self._obey(keys)
            if GIVE_UP in keys:
                return False
            order = self._driver.order(self._now, keys)
            if END in keys or order.ended:
                return True
            before = self._now
            self._now, refused = self._cell.act(order.chunk, before)
            self._warn(self._cell.held or refused)
            if moved(before.state, self._now.state):
                _note(recorder, before, self._now)
        return True

    def _rest(self, recorder: EpisodeRecorder) -> None:
        """A few frames of the finished step: what "done" looks like."""
        for _ in range(RESTING_FRAMES):
            before = self._now
            self._now, _ = self._cell.act(None, before)
            _note(recorder, before, self._now)

    def _obey(self, keys: tuple[str, ...]) -> None:
        """What concerns the arm itself, before anything else."""
        if STOP in keys:
            self._cell.stop("you pressed Space")
        elif RESUME in keys and self._cell.held:
            try:
                self._cell.resume()
            except AssistantError as error:
                self._user.tell(str(error))

    def _warn(self, sentence: str) -> None:
        """Tell it once."""
        if sentence and sentence != self._told:
            self._user.tell(sentence)
        self._told = sentence


def _note(recorder: EpisodeRecorder, before: Observation, after: Observation) -> None:
    recorder.add(before, displacement(before.state, after.state))
