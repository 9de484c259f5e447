"""What a request becomes before the picture: acts on seen things, a question, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.types import SeenThing


@dataclass(frozen=True)
class ResolvedAct:
    """One act on things that are seen; the fields mean what they mean in `request.Act`.

    Attributes:
        skill: As in `Act`.
        object: What with; None for `move`, `open`, `close` and `home`.
        relation: Of `place`, as in `Act`.
        anchors: What the relation is to; two for "between".
        direction: Of `push` and `move`, as in `Act`.
        amount: How far, as in `Act`; empty when nothing was said.
    """

    skill: str
    object: SeenThing | None = None
    relation: str = ""
    anchors: tuple[SeenThing, ...] = ()
    direction: str = ""
    amount: str = ""

    def __str__(self) -> str:
        anchors = " & ".join(str(anchor.reference) for anchor in self.anchors)
        where = f"{self.relation} {anchors}" if self.relation else ""
        thing = str(self.object.reference) if self.object else ""
        return f"{self.skill}({', '.join(filter(None, (thing, where, self.direction, self.amount)))})"


@dataclass(frozen=True)
class Resolved:
    """Every thing of the request was found.

    Attributes:
        acts: In the order in which they are to be carried out; "both cups" has become two.
        avoid: What must not be touched.
    """

    acts: tuple[ResolvedAct, ...]
    avoid: tuple[SeenThing, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One thing that may be meant, with the words that tell it from the other choices."""

    name: str
    thing: SeenThing


@dataclass(frozen=True)
class Settled:
    """What an answer has settled: the thing (or things: "both") in that slot of that act of the request."""

    act: int
    slot: str
    things: tuple[SeenThing, ...]


@dataclass(frozen=True)
class Question:
    """More than one thing may be meant.

    Attributes:
        text: What to ask; it names the difference.
        choices: From left to right, at most four.
        act: Index into the acts of the request.
        slot: "object", "anchor 0" or "anchor 1".
        candidates: Everything that may be meant, also what found no room among the choices.
        settled: What earlier answers about the same request have settled.
    """

    text: str
    choices: tuple[Choice, ...]
    act: int
    slot: str
    candidates: tuple[SeenThing, ...] = ()
    settled: tuple[Settled, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """It cannot be done: why, and what can be done instead."""

    text: str
