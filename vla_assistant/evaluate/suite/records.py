"""What is written down of an episode, and the log that keeps it: one JSON object a line, never changed afterwards."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from vla_assistant.data.files import drop_cut_line
from vla_assistant.errors import InputError
from vla_assistant.evaluate.suite.failures import Failure

VERSION = 3
"""Of the log's format."""
RULES = 3
"""What an episode is and how it is judged. Raise it by hand whenever the expert, the success tests, the suite or what
runs the episodes changes, so that no log mixes episodes of both."""
SUITE = "tabletop"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Judged(_Record):
    """One judgement: what the policy believed, and whether the aim was reached then.

    An attempt has none if the guard ended it, and several if the policy said done too early. `step` numbers the steps
    of the episode that were tried, from 0; `attempt` those attempts at it that were judged, from 1. `chance` is what
    its plan gave the step beforehand; None when it does not say.
    """

    step: int
    skill: str
    attempt: int
    chunk_done: float
    done: bool
    confidence: float
    reached: bool
    chance: float | None = None


class EpisodeRecord(_Record):
    """One episode of one policy.

    Attributes:
        number: Of the episode in its split.
        task: Name of the task in the suite.
        instruction: What was said; several commands are joined by " / ".
        success: The simulator's verdict: everything asked holds and nothing else was moved.
        claimed: The policy said done, of the last command that was begun.
        failure: Its kind; `reason` in a sentence.
        commands: How many there were to do; `fulfilled`: how many succeeded before the first miss.
        attempts: The most that a step took.
        acted: Whether the first thing acted on was "named" or "other"; empty when nothing was.
        seconds: Simulated.
        path_m: Way of the tool [m]; jerk: of the tool, root mean square [m/s^3].
        clipped, refused, held: How often the guard cut a motion, refused one, latched a hold.
        gave_way: How often the arm gave way to what the hand met.
        plan_confidence: The lowest of the episode's plans.
        act_ms: Each inference of a chunk [ms].
        judged: Every judgement of every step.
    """

    number: int
    task: str
    instruction: str
    success: bool
    claimed: bool
    failure: Failure
    reason: str
    commands: int
    fulfilled: int
    acted: str
    attempts: int
    seconds: float
    path_m: float
    jerk: float
    clipped: int
    refused: int
    held: int
    gave_way: int
    plan_confidence: float
    act_ms: tuple[float, ...]
    judged: tuple[Judged, ...]

    @property
    def violations(self) -> int:
        """Safety events: whatever the guard had to step in for."""
        return self.clipped + self.refused + self.held + self.gave_way


def last_attempts(record: EpisodeRecord) -> Iterator[Judged]:
    """The last judgement of each step."""
    for one, following in itertools.zip_longest(record.judged, record.judged[1:]):
        if following is None or following.step != one.step:
            yield one


class LogHeader(_Record):
    """What the episodes of a log have in common; a log is only continued by a run that has the same.

    `weights` is a hash of what the policy is made of, `instructions` "words" or "steps". `settings` are those that the
    figures depend on: name -> value.
    """

    version: int = VERSION
    rules: int = RULES
    suite: str = SUITE
    split: str
    policy: str
    weights: str
    seed: int
    tasks: tuple[str, ...] = ()
    instructions: str
    retries: int
    settings: dict[str, JsonValue] = {}

    def difference(self, wanted: LogHeader) -> str:
        """What of this is not as wanted, with both values, a clause; empty when nothing is."""
        for found, other in ((dict(self), dict(wanted)), (self.settings, wanted.settings)):
            for name in sorted({*found, *other} - {"settings"}):
                if found.get(name) != other.get(name):
                    return f"{name} {found.get(name)!r}, not {other.get(name)!r}"
        return ""


class EpisodeLog:
    """The episodes of one policy on one split, kept in a file or, without one, in memory only."""

    def __init__(self, header: LogHeader, path: Path | None = None) -> None:
        """Read what is there.

        Raises:
            InputError: The file holds episodes of another run, or is damaged.
        """
        self.header, self._path = header, path
        self.records: dict[int, EpisodeRecord] = {}
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = _whole_lines(path)
        if lines:
            self._read(path, lines)
        else:
            _append(path, header.model_dump_json())

    def add(self, record: EpisodeRecord) -> None:
        """Keep one more; it is on the disk as a whole line when this returns. One that is there already stays."""
        if record.number in self.records:
            return
        if self._path is not None:
            _append(self._path, record.model_dump_json())
        self.records[record.number] = record

    def _read(self, path: Path, lines: list[str]) -> None:
        _require_version(path, lines[0])
        try:
            found = LogHeader.model_validate_json(lines[0])
            records = [EpisodeRecord.model_validate_json(line) for line in lines[1:]]
        except ValidationError as error:
            raise InputError(f"The log {path} cannot be read: {error.errors()[0]['msg']}.", _ELSEWHERE) from error
        if difference := found.difference(self.header):
            raise InputError(f"The log {path} was made with {difference}.", _ELSEWHERE)
        self.records = {record.number: record for record in records}


_ELSEWHERE = "Choose another folder with --out; logs are never changed."


def _require_version(path: Path, line: str) -> None:
    """A log of another version may have other keys; that is no damage."""
    try:
        version = json.loads(line)["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"The log {path} cannot be read: its first line is no header.", _ELSEWHERE) from error
    if version != VERSION:
        raise InputError(f"The log {path} was made with version {version!r}, not {VERSION}.", _ELSEWHERE)


def _whole_lines(path: Path) -> list[str]:
    """The lines of a log; what a kill left of a last one is cut off."""
    drop_cut_line(path)
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _append(path: Path, line: str) -> None:
    """One write of one line: other readers see all of it or nothing."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, f"{line}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)
