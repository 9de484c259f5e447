"""Things that are called by their colour alone, "the red thing": of a shape that the policy may have no noun for.

What the picture takes such a thing for may be wrong, or it may not be listed at all. So where a policy knows things by
their colours alone, it is asked for that: `Reference("thing", "red")`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from vla_assistant.language import words
from vla_assistant.language.capability import Learnt
from vla_assistant.language.vocabulary import UNNAMED, load
from vla_assistant.types import PixelPoint, Reference, SeenThing, Step

_NOUNS = ("thing", "object", "item")
_NOWHERE = PixelPoint("front", 0.5, 0.5, 1.0)
"""The policy finds it by its colour."""


def looking_for(look: Callable[[], tuple[SeenThing, ...]], text: str, learnt: Learnt) -> tuple[SeenThing, ...]:
    """What is seen, and what the text calls by a colour that nothing seen has."""
    seen = look()
    missing = sorted(_colours(text) - {thing.reference.colour for thing in seen})
    things = (Reference(UNNAMED, colour) for colour in missing)
    return (*seen, *(SeenThing(thing, _NOWHERE) for thing in things if not learnt.why_not(Step("pick", thing))))


def by_colour(steps: Sequence[Step], text: str, seen: Sequence[SeenThing], learnt: Learnt) -> tuple[Step, ...]:
    """The steps with what the text calls a thing as that, where only one thing that is seen has its colour."""
    there = [thing.reference.colour for thing in seen]
    alone = frozenset(colour for colour in _colours(text) if there.count(colour) == 1)
    found = [replace(step, **_called(step, alone)) for step in steps] if alone else steps
    return tuple(old if learnt.why_not(new) else new for old, new in zip(steps, found, strict=True))


def is_same(one: Reference | None, other: Reference | None) -> bool:
    """Whether both may be one thing, which one of them names by its colour alone."""
    if one is None or other is None or UNNAMED not in (one.name, other.name):
        return one == other
    return one.colour == other.colour


def _colours(text: str) -> frozenset[str]:
    """The colours by which things are called, unless something else is called by that colour too."""
    said, colours = words.normalised(text), load().lexicon("en").colours
    named = [(colours[(word,)], after) for word, after in zip(said, (*said[1:], ""), strict=True) if (word,) in colours]
    others = {colour for colour, after in named if after not in _NOUNS}
    return frozenset(colour for colour, _ in named) - others


def _called(step: Step, colours: frozenset[str]) -> dict[str, Any]:
    """The fields of the step that name a thing of one of these colours, by the colour alone."""
    named = {"object": step.object, "destination": step.destination, "second": step.second}
    return {
        name: Reference(UNNAMED, reference.colour)
        for name, reference in named.items()
        if reference is not None and reference.colour in colours
    }
