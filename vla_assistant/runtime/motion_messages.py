"""What the app and the motion process tell each other: the set-up at the start and a report after every tick.

Requests and answers travel as `framing` messages over the process's own stdin and stdout, reports and pictures through
the shared memory laid out here, and the words that must never wait through `ControlWords` at its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vla_assistant.runtime.control_words import ControlWords
from vla_assistant.runtime.shared_box import LatestBox
from vla_assistant.runtime.shared_memory import SharedMemory
from vla_assistant.types import RobotState, Step
from vla_assistant.wire import travels

VERSION = 2
PICTURE_SIZES: Mapping[str, int] = {"front": 384, "wrist": 128}
"""View -> height and width of its pictures [pixels]."""
_REPORT_BYTES = 16_384
_PICTURE_BYTES = 3 * sum(size * size for size in PICTURE_SIZES.values()) + 16_384


@travels
@dataclass(frozen=True)
class MotionSetup:
    """What the motion process must know before it can start; tables are checked again on its side.

    Attributes:
        version: Of these messages.
        memory: Token of the shared memory.
        arm: Name of the arm's back end.
        arm_config: Its options.
        safety: The section `safety`.
        lockstep: Whether simulated time passes only while a chunk is carried out.
        picture_rate_hz: Pictures a second in real time.
        seed: Which scene lies on the table.
        steps: The scene contains the things that these steps name.
    """

    version: int
    memory: str
    arm: str
    arm_config: Mapping[str, Any]
    safety: Mapping[str, Any]
    lockstep: bool
    picture_rate_hz: float
    seed: int
    steps: tuple[Step, ...]


@travels
@dataclass(frozen=True, eq=False)
class MotionReport:
    """How the arm does after a tick.

    Attributes:
        state: The arm's own state.
        at_ns: Time of the report on the monotonic clock [ns].
        still: The arm's own state says that it stands still.
        moving: A motion is under way: actions are left, it goes home, or it has not come to rest.
        held: Why it holds until it is resumed; empty when it does not.
        own_reason: The part of that which is the process's own and no stop of the user's.
        stop_number: The last stop that it obeys or obeyed.
        ticks: Control periods so far.
        overruns: How many of them began more than a whole period late.
        late_p95_s: 95th percentile of the recent ticks' lateness [s].
        clipped: Chunks that the guard clipped.
        refused: Chunks and joint targets that the guard refused.
        refusal: The guard's last reason for refusing a joint target of the present chunk; empty when there was none.
        gave_way: How often the arm gave way to what the hand met.
    """

    state: RobotState
    at_ns: int
    still: bool
    moving: bool
    held: str
    own_reason: str
    stop_number: int
    ticks: int
    overruns: int
    late_p95_s: float
    clipped: int
    refused: int
    refusal: str
    gave_way: int


class MotionMemory:
    """The shared memory, divided: control words, reports, pictures. `token` None creates it."""

    def __init__(self, token: str | None = None) -> None:
        reports = ControlWords.SIZE
        pictures = reports + LatestBox.size(_REPORT_BYTES)
        self.block = SharedMemory(pictures + LatestBox.size(_PICTURE_BYTES), token)
        self.control = ControlWords(self.block.buffer)
        self.reports = LatestBox(self.block.buffer[reports:pictures], _REPORT_BYTES)
        self.pictures = LatestBox(self.block.buffer[pictures:], _PICTURE_BYTES)

    def close(self) -> None:
        """Let go of it; may be called twice."""
        self.control.close()
        self.reports.close()
        self.pictures.close()
        self.block.close()
