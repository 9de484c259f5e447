"""The values that travel between the parts: frozen, typed, with units.

Inside the program everything is SI: metres, radians, seconds of the monotonic clock, RGB. Each device converts at its
own edge. A constructor checks shape and finiteness where data comes from outside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import InputError

FloatArray = NDArray[np.float32]
PoseArray = NDArray[np.float64]
ImageArray = NDArray[np.uint8]

JOINTS = 7
ACTION_WIDTH = 7
ACTION_AXES = ("dx", "dy", "dz", "rx", "ry", "rz", "gripper")


def _finite(name: str, array: np.ndarray, shape: tuple[int | None, ...]) -> None:
    """Raise InputError unless `array` is finite and matches `shape` (None matches any length)."""
    fits = array.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, array.shape, strict=True))
    if not fits:
        wanted = "x".join("n" if n is None else str(n) for n in shape)
        raise InputError(f"{name} has shape {array.shape}; {wanted} was expected.")
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds a value that is not a finite number.")


@dataclass(frozen=True, eq=False)
class Audio:
    """Mono sound: samples float32 (n,) in [-1, 1] at `rate_hz`."""

    samples: FloatArray
    rate_hz: int

    def __post_init__(self) -> None:
        _finite("The sound", self.samples, (None,))
        if self.rate_hz <= 0:
            raise InputError(f"A sound cannot have the sampling rate {self.rate_hz} Hz.")

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Utterance:
    """What a recognizer heard; times are monotonic seconds of the microphone stream, confidence is 0-1.

    `recognizer` says who decided ("closed words", "sphinx", "whisper"); `others` are other readings, the likeliest
    first.
    """

    text: str
    confidence: float
    recognizer: str
    language: str = "en"
    start_s: float = 0.0
    end_s: float = 0.0
    others: tuple[str, ...] = ()


class ListeningState(StrEnum):
    """What the program does with sound; `speech.modes` says what each means."""

    MUTED = "muted"
    OWN_VOICE = "own voice"
    ASLEEP = "asleep"
    LISTENING = "listening"
    HEARING = "hearing"


class Source(StrEnum):
    """Where a command came from."""

    VOICE = "voice"
    TYPED = "typed"
    CLICK = "click"
    PROGRAM = "program"


@dataclass(frozen=True)
class Command:
    """One thing the user said or typed."""

    id: int
    text: str
    source: Source
    time_s: float


@dataclass(frozen=True, eq=False)
class Frame:
    """One camera picture: image uint8 (h, w, 3) RGB."""

    image: ImageArray
    camera: str
    id: int
    time_s: float

    def __post_init__(self) -> None:
        if self.image.dtype != np.uint8 or self.image.ndim != 3 or self.image.shape[2] != 3:
            raise InputError(f"A picture must be uint8 (h, w, 3) RGB, not {self.image.dtype} {self.image.shape}.")


@dataclass(frozen=True, eq=False)
class RobotState:
    """What the arm reports.

    Attributes:
        joints: Joint angles float64 (n,) [rad].
        velocities: Joint velocities float64 (n,) [rad/s].
        gripper: Opening, 0 closed to 1 open, as measured.
        T_base_tool: Measured pose of the tool in the base frame (4, 4) [m].
        T_base_command: Pose that was last commanded after the guard (4, 4) [m]; displacements integrate this one.
        gripper_command: Opening last commanded, 0 closed to 1 open.
        effort: Joint torques float64 (n,) [N m]; zeros where the arm reports none.
        time_s: Monotonic seconds (simulated seconds when the simulation is not paced by the clock).
    """

    joints: PoseArray
    velocities: PoseArray
    gripper: float
    T_base_tool: PoseArray
    T_base_command: PoseArray
    gripper_command: float
    effort: PoseArray
    time_s: float

    def __post_init__(self) -> None:
        _finite("The joint angles", self.joints, (None,))
        _finite("The joint velocities", self.velocities, (len(self.joints),))
        _finite("The tool pose", self.T_base_tool, (4, 4))
        _finite("The commanded pose", self.T_base_command, (4, 4))


@dataclass(frozen=True)
class Reference:
    """A thing or place as the language names it.

    Attributes:
        name: Canonical noun of the vocabulary: a thing ("cube", "cup", ...), or a place ("table", "left", "right").
        colour: Canonical colour, or None when the words gave none.
    """

    name: str
    colour: str | None = None

    def __str__(self) -> str:
        return f"{self.colour} {self.name}" if self.colour else self.name


SKILLS = ("pick", "place", "put_down", "push", "home", "open", "close", "give")
RELATIONS = ("next_to", "left_of", "right_of", "in_front_of", "behind", "between")
DIRECTIONS = ("left", "right", "forward", "back")


@dataclass(frozen=True)
class Step:
    """One canonical step: a skill of SKILLS with what it acts on and where to.

    `pick` needs object. `place` needs object and destination; without a relation the destination (a thing or "drawer")
    decides: in a bowl, cup or drawer, on a plate or cube; with a relation of RELATIONS the object is put on the table
    beside the destination, as the user sees it ("in_front_of": nearer to the user), and "between" needs `second` too.
    `put_down` has object (or None: whatever is held) and the destination "table". `push` has object and as destination
    one of DIRECTIONS as the user sees them ("forward" is away from the user): to that side of the table. `open` and
    `close` have the object "drawer". `give` lays the object on the marked place before the user. `home` has none.
    """

    skill: str
    object: Reference | None = None
    destination: Reference | None = None
    relation: str = ""
    second: Reference | None = None

    def __post_init__(self) -> None:
        if self.skill not in SKILLS:
            raise InputError(f"There is no skill {self.skill!r}; known are {', '.join(SKILLS)}.")
        if self.relation and self.relation not in RELATIONS:
            raise InputError(f"There is no relation {self.relation!r}; known are {', '.join(RELATIONS)}.")


@dataclass(frozen=True)
class PixelPoint:
    """A point in a camera picture as fractions of its size: u to the right, v down, both 0-1; confidence 0-1."""

    camera: str
    u: float
    v: float
    confidence: float


@dataclass(frozen=True)
class SeenThing:
    """A thing that the policy sees in the front picture: never read from the simulator."""

    reference: Reference
    point: PixelPoint


@dataclass(frozen=True, eq=False)
class Grounding:
    """Where a named thing is: heat map float32 (h, w), sum 1, over the picture of `camera`, and its best point."""

    reference: Reference
    camera: str
    heat: FloatArray
    point: PixelPoint


FAMILIAR = 0.5
"""A picture that is less familiar than this is told to the user, and needs the user's own yes."""
STRANGE = "This does not look like the table I know."


@dataclass(frozen=True, eq=False)
class Plan:
    """Steps with what they were grounded on; confidence 0-1; `summary` is what the user hears.

    `chances` holds for each step the probability that it succeeds once its turn comes; empty when the policy does not
    say. `familiar` says how much the picture looks like those that the policy knows, 0-1; 1 when it cannot tell.
    """

    steps: tuple[Step, ...]
    summary: str
    confidence: float
    groundings: tuple[Grounding, ...] = ()
    alternatives: tuple[str, ...] = ()
    chances: tuple[float, ...] = ()
    familiar: float = 1.0

    @property
    def is_familiar(self) -> bool:
        """Whether the picture looks like the table that the policy knows."""
        return self.familiar >= FAMILIAR

    @property
    def chance(self) -> float | None:
        """Probability that all steps succeed, one after the other; None when the policy does not say."""
        return math.prod(self.chances) if self.chances else None


@dataclass(frozen=True, eq=False)
class Preview:
    """What the motion will look like: path of the tool (n, 3) [m], duration, top speed [m/s], predicted end."""

    path: FloatArray
    duration_s: float
    top_speed: float
    predicted_end: str = ""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A plan that waits for the user's yes; it belongs to one frame and expires.

    `sure` says whether the words were surely understood; only then, and only if the plan's picture is a familiar one,
    does a yes that was given beforehand count. `language` is the one in which it is put.
    """

    id: int
    command: Command
    plan: Plan
    frame_id: int
    frame_time_s: float
    expires_s: float
    preview: Preview | None = None
    first_chunk: ActionChunk | None = None
    sure: bool = True
    language: str = "en"


@dataclass(frozen=True, eq=False)
class Observation:
    """What a policy may look at: frames by camera name, the arm's state, the instruction. Never object state."""

    frames: Mapping[str, Frame]
    state: RobotState
    instruction: str = ""
    history: tuple[FloatArray, ...] = ()


@dataclass(frozen=True, eq=False)
class ActionChunk:
    """The next actions of a policy.

    Attributes:
        actions: float32 (horizon, 7): dx dy dz [m] and rotation vector [rad] in the base frame, gripper 0-1.
        step_s: Duration of one action [s].
        observed_s: Time of the state the chunk was computed from; its displacements start at the pose commanded then.
        done: Probability 0-1 that the step is finished.
        progress: Estimated share of the step that is finished, 0-1.
    """

    actions: FloatArray
    step_s: float
    observed_s: float
    done: float = 0.0
    progress: float = 0.0

    def __post_init__(self) -> None:
        _finite("The action chunk", self.actions, (None, ACTION_WIDTH))
        if self.step_s <= 0:
            raise InputError(f"An action cannot last {self.step_s} s.")


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the guard says of a chunk: allowed or not, the chunk as clipped, and why.

    `gave_way`: since the chunk before, the hand met something and the arm gave way.
    """

    allowed: bool
    chunk: ActionChunk | None
    reasons: tuple[str, ...] = ()
    clipped: bool = False
    gave_way: bool = False


@dataclass(frozen=True)
class Judgement:
    """What the policy concludes from picture and gripper about a finished step."""

    done: bool
    confidence: float
    evidence: str


class Result(StrEnum):
    """How a command ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    REFUSED = "refused"
    ASKED = "asked"


@dataclass(frozen=True)
class Outcome:
    """The one end of a command; `str(outcome)` is what the user hears."""

    result: Result
    reason: str
    evidence: str = ""
    seconds: float = 0.0
    claimed: bool = False
    success: bool | None = None

    def __str__(self) -> str:
        return self.reason


class Intent(StrEnum):
    """What kind of thing the user said; the closed ones (stop, yes, no, cancel) never pass through a model."""

    COMMAND = "command"
    STOP = "stop"
    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    QUESTION = "question"
    CORRECTION = "correction"
    CONTROL = "control"
    TEACH = "teach"
    UNSUPPORTED = "unsupported"


SURE = 0.8
"""Confidence from which on words count as surely understood."""


@dataclass(frozen=True)
class Understanding:
    """What `language.understand` made of a text.

    Attributes:
        text: The text as given.
        intent: See Intent.
        steps: Canonical steps; empty unless the intent is a command.
        confidence: 0-1.
        question: What to ask back when something is missing or ambiguous; empty otherwise.
        reason: Why it is unsupported and what can be done instead, or which control word it is ("resume"); else empty.
        notes: What the user should know about how the words were read: "I took X as Y."
        choices: What the question can be answered with, each a whole answer in words.
        completes: The command that an answer completes, with {} where the answer belongs, or that a yes asks for where
            there is no {}; the first that makes sense counts. Empty when the answer is no part of a command.
        manner: How to move: "slow", "fast", "careful".
        language: Of the words: its key of the vocabulary file.
    """

    text: str
    intent: Intent
    steps: tuple[Step, ...] = ()
    confidence: float = 1.0
    question: str = ""
    reason: str = ""
    notes: tuple[str, ...] = field(default=())
    choices: tuple[str, ...] = ()
    completes: tuple[str, ...] = ()
    manner: frozenset[str] = frozenset()
    language: str = "en"

    @property
    def is_sure(self) -> bool:
        """Whether the words were understood for sure; if not, the user is told so and asked whether that is meant."""
        return self.confidence >= SURE


class Going(StrEnum):
    """What is going on while something is said."""

    IDLE = "idle"
    ASKED = "asked"
    WAITING = "waiting"
    MOVING = "moving"


@dataclass(frozen=True)
class Interjection:
    """What is said about a motion while it is under way, and takes effect on it at once.

    Attributes:
        kind: "pause", "resume", "slower", "faster", "nudge", "repeat" (of what was said last), "louder", "softer"
            (our voice), "correct" (something else was meant: what is said comes after it) or "cancel".
        direction: Of a nudge: "left", "right", "forward" (away from the user), "back", "up" or "down".
        metres: Of a nudge: how far [m].
    """

    kind: str
    direction: str = ""
    metres: float = 0.0
