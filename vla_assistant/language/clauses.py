"""What the grammar of instructions makes of a text: clauses of things as they were said, or the gap that it found."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.language.vocabulary import Phrase

SEVERAL = "several"
"""Quantifier of a bare plural."""


@dataclass(frozen=True)
class NounPhrase:
    """A thing as it was said.

    Attributes:
        said: The words.
        name: Canonical noun; None for a pronoun, "the red one", a missing or an unknown noun.
        colour: Canonical colour or None.
        unknown: Words the vocabulary lacks.
        pronoun: It is "it", "that", ...
        quantifier: "both", "two", ..., "several" for a bare plural, or "".
        held: It is whatever the hand holds.
    """

    said: Phrase
    name: str | None = None
    colour: str | None = None
    unknown: Phrase = ()
    pronoun: bool = False
    quantifier: str = ""
    held: bool = False

    def __str__(self) -> str:
        return " ".join(self.said)


@dataclass(frozen=True)
class Clause:
    """One clause: its frame ("pick", "place", "put_down", "push", "home", "give", "open", "close") and what fills it.

    `relation`: one of types.RELATIONS; "between" has a `second` thing besides the destination.
    """

    frame: str
    object: NounPhrase | None = None
    destination: NounPhrase | None = None
    side: str | None = None
    relation: str = ""
    second: NounPhrase | None = None

    @property
    def things(self) -> tuple[NounPhrase, ...]:
        """What it names."""
        return tuple(thing for thing in (self.object, self.destination, self.second) if thing is not None)


@dataclass(frozen=True)
class Gap:
    """Why a text is no request.

    Attributes:
        kind: What was expected at `at`: "verb", "object", "relation", "destination", "side" or "end".
        at: Index of the word.
        frame: Frame of the clause that broke off, if its verb was found.
        object: The object found so far.
    """

    kind: str
    at: int
    frame: str = ""
    object: NounPhrase | None = None
