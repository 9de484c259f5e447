"""What was said just now, and what it wants done, before anyone has looked which things are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language.fragments import Fragment
from vla_assistant.language.hearing import Heard
from vla_assistant.language.memory import Memory
from vla_assistant.language.request import Request
from vla_assistant.language.resolution import Settled
from vla_assistant.language.tasks import Task
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import Going, SeenThing


@dataclass(frozen=True)
class Now:
    """What was said just now, before what is seen and in which phase.

    Attributes:
        text, heard: As it was said, and which turn that is.
        seen, phase, language: As for `Dialogue.hear`.
        things: What can be done with each kind of thing; the vocabulary's when None.
    """

    text: str
    heard: Heard
    seen: Sequence[SeenThing]
    phase: Going
    language: str = "en"
    things: Mapping[str, Thing] | None = None

    @property
    def kind(self) -> str:
        """What steps are called that are heard now."""
        if self.heard.corrects and self.phase is Going.MOVING:
            return "instead"
        return "wait-corrected" if self.heard.corrects and self.phase is Going.WAITING else "steps"

    @property
    def waits(self) -> bool:
        """Whether a proposal waits to be confirmed."""
        return self.phase is Going.WAITING

    def correcting(self, part: Fragment) -> Now:
        """The same, heard as a correction by that part."""
        return replace(self, heard=replace(self.heard, kind="part", part=part, corrects=True))


@dataclass(frozen=True)
class Wanted:
    """A request with what is settled of it.

    Attributes:
        request: What to do, with things as they were described.
        settled: Which things of it are known already.
        kind: Of the turn that comes of it.
        first: What is done before it and must not be touched by it.
        memory: What its pronouns mean; that of the conversation when None.
    """

    request: Request
    settled: tuple[Settled, ...] = ()
    kind: str = "steps"
    first: Task = Task(())  # noqa: RUF009  it is frozen
    memory: Memory | None = None
