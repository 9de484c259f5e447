"""What follows from one thing that was said in a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.language.request import Request
from vla_assistant.language.resolution import Question, ResolvedAct
from vla_assistant.types import SeenThing

WITH_ACTS = ("steps", "wait-corrected", "instead", "return")
"""Kinds of turns that bring acts."""


@dataclass(frozen=True)
class Turn:
    """What follows from what was said.

    Attributes:
        kind: "steps"; "wait-corrected" (steps in place of the proposed ones); "instead" (steps in place of those under
            way); "return" (steps that bring things back); "ask"; "confirm", "cancel", "slower", "faster", "pause",
            "resume", "nudge", "stop"; "help", "repeat", "understood"; "unsupported"; "nothing".
        acts: Of steps. The skill "return" brings `object` to its only anchor, the same thing as it lay before.
        manner: Of "slow", "fast", "careful".
        avoid: What must not be touched.
        question: Of "ask".
        direction, amount: Of "nudge".
        wanted: The request that the acts come from, or that is asked about; None when they come from none, as those of
            "undo" do.
        confidence: How surely the words were read, 0-1.
        repairs: Words that were read as others: (as said, as understood).
        answers: Whether it settles what was asked.
        says: What the user hears; empty where the acts are told by whoever plans them.
    """

    kind: str
    acts: tuple[ResolvedAct, ...] = ()
    manner: frozenset[str] = frozenset()
    avoid: tuple[SeenThing, ...] = ()
    question: Question | None = None
    direction: str = ""
    amount: str = ""
    wanted: Request | None = None
    confidence: float = 1.0
    repairs: tuple[tuple[str, str], ...] = ()
    answers: bool = False
    says: str = ""
