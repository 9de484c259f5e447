"""What goes into the session and what comes out of it: inputs and effects, frozen.

A `Ticket` names one attempt at one step of one command. Results that come back with an old ticket or an old command id
belong to something that has ended in the meantime and are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.events import Event
from vla_assistant.types import (
    ActionChunk,
    Command,
    Going,
    Intent,
    Judgement,
    Plan,
    Preview,
    Proposal,
    Step,
    Understanding,
)


@dataclass(frozen=True)
class Ticket:
    """One attempt (from 1) at step `index` (from 0) of a command; `serial` tells apart two visits of the same step."""

    command_id: int
    index: int
    attempt: int
    serial: int


@dataclass(frozen=True, eq=False)
class Draft:
    """A plan with the picture it was made on, before it becomes a proposal.

    `obstructed`: an empty arm away from home may hide things in that picture.
    """

    plan: Plan
    frame_id: int
    frame_time_s: float
    preview: Preview | None = None
    first_chunk: ActionChunk | None = None
    obstructed: bool = False


@dataclass(frozen=True)
class Input:
    """Base of everything that can happen to a session."""


@dataclass(frozen=True)
class Given(Input):
    """Somebody said or typed something; `closed` is set when it is one of the closed words."""

    command: Command
    closed: Intent | None = None


@dataclass(frozen=True)
class Interpreted(Input):
    """The language layer has understood a command."""

    command_id: int
    understanding: Understanding


@dataclass(frozen=True, eq=False)
class Planned(Input):
    """The policy has grounded the steps; also the answer to `Recheck`."""

    command_id: int
    draft: Draft


@dataclass(frozen=True)
class Broke(Input):
    """Something the command needs has failed; the reason is a sentence."""

    command_id: int
    reason: str


@dataclass(frozen=True)
class Confirm(Input):
    """The user says yes to a proposal (None: to the one that is shown)."""

    proposal_id: int | None
    by: str


@dataclass(frozen=True)
class Cancel(Input):
    """The user says no, or cancel; `reason` is a clause that says why where nobody said it."""

    by: str
    reason: str = ""


@dataclass(frozen=True)
class Unclear(Input):
    """Somebody answered yes or no, but it could not be told which."""


@dataclass(frozen=True)
class Stop(Input):
    """The arm was told to stop."""

    reason: str


@dataclass(frozen=True)
class Stood(Input):
    """The stopped arm's own state says that it stands still."""


@dataclass(frozen=True)
class Resume(Input):
    """The user clears the latch of a stop."""


@dataclass(frozen=True)
class Released(Input):
    """The answer to `Release`; the reason, a sentence, says why the arm stays stopped; empty when it does not."""

    reason: str = ""


@dataclass(frozen=True)
class SceneChanged(Input):
    """What lies on the table is not what was planned for."""


@dataclass(frozen=True)
class NewScene(Input):
    """The user wants another simulated scene."""

    seed: int


@dataclass(frozen=True)
class Acted(Input):
    """A chunk was executed (`allowed`) or refused by the guard with a reason.

    Attributes:
        ticket: The attempt it belongs to.
        done: The policy's probability 0-1 that the step is finished.
        time_s: Clock of the arm [s]; the step's time-out counts on it.
        allowed: False when the guard refused the chunk.
        reason: Why it was refused.
        gave_way: Since the chunk before, the hand met something and the arm gave way.
    """

    ticket: Ticket
    done: float
    time_s: float
    allowed: bool = True
    reason: str = ""
    gave_way: bool = False


@dataclass(frozen=True)
class Judged(Input):
    """What the policy concludes about the step."""

    ticket: Ticket
    judgement: Judgement


@dataclass(frozen=True)
class Recovered(Input):
    """The arm is ready for another attempt."""

    ticket: Ticket


@dataclass(frozen=True)
class Tick(Input):
    """Time has passed."""


@dataclass(frozen=True)
class Effect:
    """Base of everything a session asks for."""


@dataclass(frozen=True)
class Publish(Effect):
    """Tell the subscribers."""

    event: Event


@dataclass(frozen=True)
class Interpret(Effect):
    """Let the language layer understand the command; answer with `Interpreted`. `going`: what it is said to."""

    command: Command
    going: Going = Going.IDLE


@dataclass(frozen=True)
class Forget(Effect):
    """What that command was understood to ask for does not count; it is understood anew later."""

    command_id: int


@dataclass(frozen=True)
class Settle(Effect):
    """A command has ended: what it was understood to ask for was carried out, or not."""

    command_id: int
    done: bool


@dataclass(frozen=True)
class Ground(Effect):
    """Let the policy ground the steps; answer with `Planned` or `Broke`."""

    command: Command
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Recheck(Effect):
    """Ground the confirmed proposal again in the picture of now; answer with `Planned` or `Broke`."""

    proposal: Proposal


@dataclass(frozen=True)
class Begin(Effect):
    """The confirmed motion of these steps begins."""

    command: Command
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Act(Effect):
    """Execute the next chunk of the step; answer with `Acted` or `Broke`."""

    ticket: Ticket
    step: Step


@dataclass(frozen=True)
class Judge(Effect):
    """Conclude whether the step is done; `last`: let things come to rest first. Answer with `Judged` or `Broke`."""

    ticket: Ticket
    step: Step
    last: bool


@dataclass(frozen=True)
class Recover(Effect):
    """Bring the arm into a pose from which the step can be tried again; answer with `Recovered` or `Broke`."""

    ticket: Ticket
    step: Step


@dataclass(frozen=True)
class Withhold(Effect):
    """From now on nothing of that command is sent to the arm, or, when not `on`, it may be sent again."""

    command_id: int
    on: bool


@dataclass(frozen=True)
class Pace(Effect):
    """From now on chunks are carried out at this share of the policy's own pace, above 0 and at most 1."""

    share: float


@dataclass(frozen=True)
class Nudge(Effect):
    """Move the tool a little, because the user said so.

    Attributes:
        ticket: The attempt during which it was said; nothing moves once its command has ended.
        direction: "left", "right", "forward" (away from the user), "back", "up" or "down".
        metres: How far [m].
        paused: Whether it was said in a pause: then it moves the arm although the command is withheld.
    """

    ticket: Ticket
    direction: str
    metres: float
    paused: bool = False


@dataclass(frozen=True)
class Hold(Effect):
    """Less motion: the arm holds where it is, now.

    Attributes:
        reason: Why.
        latched: Until the user resumes; otherwise only what is under way is dropped.
        command_id: The command whose motion ends, if there was one; nothing of it may be sent any more.
    """

    reason: str
    latched: bool
    command_id: int | None = None


@dataclass(frozen=True)
class Lay(Effect):
    """Lay another simulated scene, after what was asked before and before what is asked later."""

    seed: int


@dataclass(frozen=True)
class Release(Effect):
    """The user asked in words to clear the latch of a stop; answer with `Resume` once the arm has heard of it."""
