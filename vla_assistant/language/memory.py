"""What earlier turns leave behind: what the hand holds, what was spoken of, where things were before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from vla_assistant.language import places
from vla_assistant.types import PixelPoint, SeenThing

SPOKEN_OF = 8
"""How many things are kept for "it" and "the other one"."""
_BESIDE_M = 0.07
"""So far from each other two things lie on one plate."""


@dataclass(frozen=True)
class Before:
    """Where a thing was before it was last moved.

    Attributes:
        thing: As it is seen now.
        at: Where it was then.
    """

    thing: SeenThing
    at: PixelPoint


@dataclass(frozen=True)
class Memory:
    """What a conversation has left behind; nothing in it at its start.

    Attributes:
        held: What the hand holds, as it was seen when it was taken.
        last: What was spoken of or acted on, the latest first: the first is "it"; "the other one" is none of them.
        group: What the last turn was about when it was several things at once, from left to right: "them".
        places: Where things were before they were last moved, one entry a thing.
    """

    held: SeenThing | None = None
    last: tuple[SeenThing, ...] = ()
    group: tuple[SeenThing, ...] = ()
    places: tuple[Before, ...] = ()

    def spoke_of(self, *things: SeenThing) -> Memory:
        """With these things spoken of just now, the one that "it" means first; several become "them"."""
        earlier = tuple(thing for thing in self.last if thing not in things)
        return replace(self, last=(*things, *earlier)[:SPOKEN_OF], group=things if len(things) > 1 else ())

    def took(self, thing: SeenThing) -> Memory:
        """With that thing in the hand and its place kept."""
        return replace(self._keeping(thing, thing.point), held=thing)

    def let_go(self) -> Memory:
        """With nothing in the hand."""
        return replace(self, held=None)

    def moved(self, thing: SeenThing, to: PixelPoint) -> Memory:
        """With that thing at `to`, and the place it had kept; in the hand, it keeps the place it was taken from."""
        now = replace(thing, point=to)
        kept = self.before(thing)
        now = apart(now, [other for other in self.known if other != thing])
        at = kept if kept is not None and thing == self.held else thing.point
        return self.renamed({thing: now})._keeping(now, at)

    def before(self, thing: SeenThing) -> PixelPoint | None:
        """Where it was before it was last moved; None when it never was."""
        return next((entry.at for entry in self.places if entry.thing == thing), None)

    def seeing(self, seen: Sequence[SeenThing]) -> Memory:
        """With everything as it is seen now; what is not seen stays as it was, and so does what the hand has moved."""
        return self.renamed(found_again_all([thing for thing in self.known if thing != self.held], seen))

    def renamed(self, now: Mapping[SeenThing, SeenThing]) -> Memory:
        """With these things as they are now."""
        swap = partial(_swapped, now=now)
        before = tuple(replace(entry, thing=now.get(entry.thing, entry.thing)) for entry in self.places)
        held = now.get(self.held, self.held) if self.held is not None else None
        return Memory(held, swap(self.last), swap(self.group), before)

    @property
    def known(self) -> tuple[SeenThing, ...]:
        """Everything that it remembers."""
        return tuple(dict.fromkeys((*self.last, *self.group, *(entry.thing for entry in self.places))))

    def _keeping(self, thing: SeenThing, at: PixelPoint) -> Memory:
        others = tuple(entry for entry in self.places if entry.thing != thing)
        return replace(self, places=(Before(thing, at), *others))


def apart(thing: SeenThing, others: Sequence[SeenThing]) -> SeenThing:
    """The thing beside where one like it lies already, for two never lie in the same place."""
    beside = (places.shifted(thing.point, direction, _BESIDE_M) for direction in places.MOTIONS)
    found = (thing, *(replace(thing, point=point) for point in beside))
    return next((one for one in found if one not in others), thing)


def found_again(thing: SeenThing, seen: Sequence[SeenThing]) -> SeenThing | None:
    """The seen thing of the same kind and colour that lies nearest to where the remembered one was."""
    alike = [other for other in seen if other.reference == thing.reference]
    return min(alike, key=lambda other: distance(other.point, thing.point), default=None)


def found_again_all(things: Iterable[SeenThing], seen: Sequence[SeenThing]) -> dict[SeenThing, SeenThing]:
    """Each remembered thing with the seen one that it is: the nearest pairs first, and no seen thing twice.

    What finds no thing of its own is taken for the nearest one.
    """
    pairs = [(thing, other) for thing in things for other in seen if other.reference == thing.reference]
    found: dict[SeenThing, SeenThing] = {}
    taken: set[SeenThing] = set()
    for thing, other in sorted(pairs, key=lambda pair: distance(pair[0].point, pair[1].point)):
        if thing not in found and other not in taken:
            found[thing] = other
            taken.add(other)
    lost = {thing: found_again(thing, seen) for thing, _ in pairs if thing not in found}
    return found | {thing: other for thing, other in lost.items() if other is not None}


def _swapped(things: tuple[SeenThing, ...], now: Mapping[SeenThing, SeenThing]) -> tuple[SeenThing, ...]:
    return tuple(dict.fromkeys(now.get(thing, thing) for thing in things))


def distance(first: PixelPoint, second: PixelPoint) -> float:
    """How far apart two points are, as a fraction of the picture."""
    return math.hypot(first.u - second.u, first.v - second.v)
