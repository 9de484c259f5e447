"""What a network has learnt: the words that its training data held. It travels with the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.networks import tokens
from vla_assistant.types import RELATIONS, SKILLS, Reference, Step

_VERBS = {
    "pick": "pick things up",
    "place": "place things",
    "put_down": "put things down",
    "push": "push things",
    "home": "move home",
    "open": "open a drawer",
    "close": "close a drawer",
    "give": "bring things to the user",
}


@dataclass(frozen=True)
class Learnt:
    """Words that these weights know, in the order of `tokens`.

    Attributes:
        skills: Of types.SKILLS.
        shapes: Of tokens.SHAPES.
        colours: Of tokens.COLOURS.
        directions: Of tokens.DIRECTIONS: sides of a push and relations.
    """

    skills: tuple[str, ...]
    shapes: tuple[str, ...]
    colours: tuple[str, ...]
    directions: tuple[str, ...]

    def why_not(self, step: Step) -> str:
        """What these weights have not learnt of the step, as a sentence; empty when they have learnt all of it."""
        if step.skill not in self.skills:
            return f"These weights of the compact policy have not learnt to {_VERBS[step.skill]}."
        direction = tokens.direction_of(step)
        if direction and direction not in self.directions:
            return f"These weights of the compact policy have not learnt to {step.skill} things {_spoken(direction)}."
        named = (reference for reference in tokens.named_things(step) if reference is not None)
        return next(filter(None, map(self._why_unknown, named)), "")

    def knows(self, reference: Reference) -> bool:
        """Whether these weights have learnt the colour and the shape, together or apart."""
        return not self._why_unknown(reference)

    def __or__(self, other: Learnt) -> Learnt:
        """What is known by either, as after training goes on with other recordings."""
        pairs = zip(vars(EVERYTHING).values(), vars(self).values(), vars(other).values(), strict=True)
        return Learnt(*(tuple(word for word in words if word in {*mine, *theirs}) for words, mine, theirs in pairs))

    def as_json(self) -> dict[str, list[str]]:
        """The entry in the header of a weights file."""
        return {name: list(words) for name, words in asdict(self).items()}

    @classmethod
    def from_json(cls, entry: Mapping[str, Sequence[str]]) -> Learnt:
        """Undo `as_json`; KeyError when something is missing."""
        return cls(*(tuple(entry[name]) for name in ("skills", "shapes", "colours", "directions")))

    def _why_unknown(self, reference: Reference) -> str:
        if reference.name not in self.shapes:
            return f"These weights of the compact policy have not learnt the word {reference.name!r}."
        if reference.colour is not None and reference.colour not in self.colours:
            return f"These weights of the compact policy have not learnt the colour {reference.colour}."
        return ""


EVERYTHING = Learnt(SKILLS, tokens.SHAPES, tokens.COLOURS, tokens.DIRECTIONS)
NOTHING = Learnt((), (), (), ())
VERSION_1 = Learnt(
    ("pick", "place", "put_down", "push", "home"),
    ("cube", "ball", "can", "cup", "bowl", "plate"),
    ("red", "green", "blue", "yellow", "purple", "orange", "white", "black"),
    ("", "left", "right"),
)
"""The words of format version 1: all of them were learnt."""


def learnt_from(steps: NDArray[np.int64], things: NDArray[np.int64], *, names_by_colour: bool = False) -> Learnt:
    """What a dataset can teach.

    Args:
        steps: Step codes (n, 8).
        things: Colour and shape of everything on the table (n, k, 2), -1 for nothing.
        names_by_colour: Whether training replaces some shapes by "thing".
    """
    shapes = _numbers(things[..., 1], steps[:, tokens.NAMED_SHAPES]) | ({tokens.THING} if names_by_colour else set())
    return Learnt(
        _words(SKILLS, _numbers(steps[:, tokens.SKILL])),
        _words(tokens.SHAPES, shapes),
        _words(tokens.COLOURS, _numbers(things[..., 0], steps[:, tokens.NAMED_COLOURS])),
        _words(tokens.DIRECTIONS, _numbers(steps[:, tokens.DIRECTION]) | {0}),
    )


def _numbers(*codes: NDArray[np.int64]) -> set[int]:
    """The numbers that occur in codes of any shape; -1 is nothing."""
    return {int(number) for part in codes for number in np.flatnonzero(np.bincount(part.ravel() + 1)) - 1}


def _words(names: Sequence[str], numbers: set[int]) -> tuple[str, ...]:
    """The names with these numbers; the number behind the last name means nothing, or any."""
    return tuple(name for number, name in enumerate(names) if number in numbers)


def _spoken(direction: str) -> str:
    if direction not in RELATIONS:
        return {"left": "to the left", "right": "to the right"}.get(direction, direction)
    words = direction.replace("_", " ")
    words = f"to the {words}" if words in ("left of", "right of") else words
    return f"{words} others"
