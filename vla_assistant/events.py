"""What happened: frozen events that the session and the workers publish.

The window, the terminal, the journal and `--json` are subscribers of the same stream. `to_json` gives the public JSON
line of an event; its format is versioned (`VERSION`), and the last line of a run is always `run_ended`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from vla_assistant.types import (
    ActionChunk,
    Command,
    ListeningState,
    Outcome,
    Plan,
    Proposal,
    RobotState,
    SeenThing,
    Step,
    Understanding,
    Utterance,
)

VERSION = 4


class Part(StrEnum):
    """The parts whose state the window shows."""

    MICROPHONE = "microphone"
    RECOGNIZER = "recognizer"
    SPEAKER = "speaker"
    CAMERA = "camera"
    POLICY = "policy"
    ARM = "arm"
    SESSION = "session"


class PartState(StrEnum):
    """OFF: not wanted. LOADING: on its way. READY. WARNING: works with a limit. FAILED: the detail says what to do."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Event:
    """Base of all events; time in monotonic seconds."""

    time_s: float


@dataclass(frozen=True)
class PartChanged(Event):
    """A part came up, failed or has something to say; progress 0-1 while loading, else None."""

    part: Part
    state: PartState
    detail: str = ""
    progress: float | None = None


@dataclass(frozen=True)
class Heard(Event):
    """A recognizer finished an utterance."""

    utterance: Utterance


@dataclass(frozen=True)
class NothingHeard(Event):
    """Sound came in and nothing is done about it; the reason is a sentence, empty for talk that is not for us.

    `text` is what it may have been, where the words are not believed.
    """

    reason: str
    text: str = ""


@dataclass(frozen=True)
class VolumeAsked(Event):
    """The user wants our voice louder, or softer."""

    louder: bool


@dataclass(frozen=True)
class SpeechStarted(Event):
    """The segmenter noticed that somebody speaks."""


@dataclass(frozen=True)
class PartialHeard(Event):
    """Words of an utterance that is still being spoken; `Heard` tells what it became."""

    text: str


@dataclass(frozen=True)
class ListeningChanged(Event):
    """What the program does with sound from now on, in which mode, and what wakes it where it sleeps."""

    state: ListeningState
    mode: str
    wake_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Queued(Event):
    """A command waits behind `ahead` others."""

    command: Command
    ahead: int = 0


@dataclass(frozen=True)
class Understood(Event):
    """What the language layer made of a command."""

    command: Command
    understanding: Understanding


@dataclass(frozen=True)
class Proposed(Event):
    """A plan waits for confirmation."""

    proposal: Proposal


@dataclass(frozen=True)
class Confirmed(Event):
    """The user said yes (by voice, click, key or --yes)."""

    proposal_id: int
    by: str


@dataclass(frozen=True)
class Withdrawn(Event):
    """A proposal is void: cancelled, expired or replaced."""

    proposal_id: int
    reason: str


@dataclass(frozen=True)
class StepStarted(Event):
    """Step `index` (from 0) of the plan begins; `attempt` counts from 1. `language` is the one to say it in."""

    index: int
    step: Step
    attempt: int = 1
    language: str = "en"


@dataclass(frozen=True)
class Acting(Event):
    """A chunk was sent to the arm."""

    index: int
    chunk: ActionChunk
    state: RobotState
    plan: Plan | None = None


@dataclass(frozen=True)
class StepEnded(Event):
    """Step `index` ended: the policy's judgement of picture and gripper, or why it failed."""

    index: int
    done: bool
    evidence: str
    language: str = "en"


@dataclass(frozen=True)
class Stopped(Event):
    """The arm was told to stop and stays stopped until `Resumed`; `still` once its own state says it stands."""

    reason: str
    still: bool


@dataclass(frozen=True)
class Resumed(Event):
    """The latch of a stop was cleared; nothing moves by that."""


@dataclass(frozen=True)
class Paused(Event):
    """The motion of a command holds where it is until `WentOn`, or until the command ends."""

    command: Command


@dataclass(frozen=True)
class WentOn(Event):
    """A paused motion goes on."""

    command: Command


class Saying(StrEnum):
    """What a sentence is for: an ANSWER, a QUESTION that somebody may settle, the words after a STOP."""

    ANSWER = "answer"
    QUESTION = "question"
    STOP = "stop"


@dataclass(frozen=True)
class Said(Event):
    """A sentence for the user; the speaker speaks it, with a voice of its language."""

    text: str
    saying: Saying = Saying.ANSWER
    language: str = "en"


@dataclass(frozen=True)
class SceneSeen(Event):
    """What the policy sees on the table now."""

    things: tuple[SeenThing, ...]
    frame_id: int


@dataclass(frozen=True)
class SceneLaid(Event):
    """Another simulated scene lies on the table."""

    seed: int


@dataclass(frozen=True)
class Warned(Event):
    """Something the user should know: a stale camera, a clipped action, a lost process."""

    message: str


@dataclass(frozen=True)
class RunEnded(Event):
    """The one end of a command."""

    command: Command
    outcome: Outcome


def name_of(event: Event) -> str:
    """`RunEnded` -> `run_ended`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def to_json(event: Event) -> str:
    """One JSON line; pictures and heat maps are left out, numbers are rounded to 6 digits."""
    if isinstance(event, RunEnded):
        outcome = event.outcome
        body: dict[str, Any] = {
            "command": event.command.text,
            "outcome": str(outcome.result),
            "reason": outcome.reason,
            "seconds": round(outcome.seconds, 3),
            "claimed": outcome.claimed,
            "success": outcome.success,
        }
    else:
        body = {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name != "time_s"}
    return json.dumps({"event": name_of(event), "version": VERSION, "time_s": round(event.time_s, 4)} | body)


_LEFT_OUT = {"heat", "image", "path", "groundings", "completes"}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, Step):
        things = {name: _text(getattr(value, name)) for name in ("object", "destination", "second")}
        return {"skill": value.skill, "relation": value.relation} | things
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in _LEFT_OUT}
    if isinstance(value, np.ndarray):
        return np.round(value.astype(float), 6).tolist()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6)
    return value


def _text(value: object) -> str | None:
    return None if value is None else str(value)
