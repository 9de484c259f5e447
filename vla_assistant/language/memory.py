"""What earlier turns leave behind: what the hand holds, what was spoken of, where things were before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vla_assistant.types import PixelPoint, SeenThing

SPOKEN_OF = 8
"""How many things are kept for "it" and "the other one"."""


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
        at = kept if kept is not None and thing == self.held else thing.point
        return self._renamed(thing, now)._keeping(now, at)

    def before(self, thing: SeenThing) -> PixelPoint | None:
        """Where it was before it was last moved; None when it never was."""
        return next((entry.at for entry in self.places if entry.thing == thing), None)

    def seeing(self, seen: Sequence[SeenThing]) -> Memory:
        """With everything as it is seen now; what is not seen stays as it was, and so does what the hand has moved."""
        memory = self
        for thing in dict.fromkeys((*self.last, *self.group, *(entry.thing for entry in self.places))):
            now = found_again(thing, seen)
            if now is not None and thing != self.held:
                memory = memory._renamed(thing, now)
        return memory

    def _renamed(self, thing: SeenThing, now: SeenThing) -> Memory:
        def swap(things: tuple[SeenThing, ...]) -> tuple[SeenThing, ...]:
            return tuple(dict.fromkeys(now if one == thing else one for one in things))

        places = tuple(replace(entry, thing=now) if entry.thing == thing else entry for entry in self.places)
        held = now if self.held == thing else self.held
        return Memory(held, swap(self.last), swap(self.group), places)

    def _keeping(self, thing: SeenThing, at: PixelPoint) -> Memory:
        others = tuple(entry for entry in self.places if entry.thing != thing)
        return replace(self, places=(Before(thing, at), *others))


def found_again(thing: SeenThing, seen: Sequence[SeenThing]) -> SeenThing | None:
    """The seen thing of the same kind and colour that lies nearest to where the remembered one was."""
    alike = [other for other in seen if other.reference == thing.reference]
    return min(alike, key=lambda other: distance(other.point, thing.point), default=None)


def distance(first: PixelPoint, second: PixelPoint) -> float:
    """How far apart two points are, as a fraction of the picture."""
    return math.hypot(first.u - second.u, first.v - second.v)
