"""How well each seen thing fits a description: words, place and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from vla_assistant.language import hidden, places
from vla_assistant.language.memory import Memory, found_again
from vla_assistant.language.request import ALL, ANYTHING, IT, Description
from vla_assistant.types import PixelPoint, SeenThing

DOUBT = 0.5
"""Share of the best thing's weight from which on another thing may be meant too; `calibration` makes it a setting for
what is asked about; for what a thing is described by ("near the bowl") it stays as it is."""
Weights = list[float]
Named = tuple[Description, tuple[int, ...]]


@dataclass(frozen=True)
class View:
    """What is known at one act of a request; things go by their index.

    Attributes:
        seen: As it is seen while the request is made.
        now: The same things where they will be when the act begins.
        memory: What earlier turns left behind, as it is seen now.
        held: What the hand will hold.
        spoken: What earlier acts of this request were about, the latest first.
        names: How they were described, and what that meant.
        doubt: See `DOUBT`.
    """

    seen: tuple[SeenThing, ...]
    now: tuple[SeenThing, ...]
    memory: Memory = field(default_factory=Memory)
    held: int | None = None
    spoken: tuple[int, ...] = ()
    names: tuple[Named, ...] = ()
    doubt: float = DOUBT

    @staticmethod
    def of(seen: Sequence[SeenThing], memory: Memory, doubt: float = DOUBT) -> View:
        """The view at the first act."""
        memory = memory.seeing(seen)
        things = tuple(dict.fromkeys((*seen, *((memory.held,) if memory.held else ()))))
        held = things.index(memory.held) if memory.held else None
        return View(things, things, memory, held, doubt=doubt)

    def index(self, thing: SeenThing) -> int | None:
        """Which of the seen things a remembered or chosen one is."""
        found = thing if thing in self.seen else found_again(thing, self.seen)
        return self.seen.index(found) if found is not None else None

    def remembered(self, things: Sequence[SeenThing]) -> tuple[int, ...]:
        """The indices of those remembered things that are seen."""
        return tuple(i for i in map(self.index, things) if i is not None)

    def moved(self, index: int, to: PixelPoint, held: bool = False) -> View:
        """After the thing was brought there, with what lies in or on it."""
        carried = [i for i, other in enumerate(self.now) if i == index or places.inside(other, self.now[index])]
        now = tuple(replace(t, point=_at(t.point, to)) if i in carried else t for i, t in enumerate(self.now))
        still = index if held else None if self.held == index else self.held
        return replace(self, now=now, held=still)

    def after(self, named: Sequence[Named]) -> View:
        """After an act about things that were described so."""
        spoken = (*(i for _, indices in named for i in indices), *self.spoken)
        return replace(self, spoken=tuple(dict.fromkeys(spoken)), names=(*named, *self.names))

    def called(self, thing: Description) -> list[int]:
        """What the same words have meant earlier in this request: "the cup ... the cup".

        "The other one" and "any cup" only just before: "pick(other cup); place(other cup, ...)" is of one cup.
        """
        if thing.kind == IT or thing.number != 1:
            return []
        if thing.choice:
            return list(self.names[0][1]) if self.names and self.names[0][0] == thing else []
        return next((list(indices) for name, indices in self.names if name == thing), [])


def _at(old: PixelPoint, to: PixelPoint) -> PixelPoint:
    return replace(old, u=to.u, v=to.v)


def kept(weights: Sequence[float], doubt: float) -> tuple[int, ...]:
    """The indices of those that may be meant: the best, and those of at least `doubt` of its weight."""
    best = max(weights, default=0.0)
    return tuple(i for i, weight in enumerate(weights) if weight > 0 and weight >= doubt * best)


def fits(thing: Description, view: View, among: Sequence[int] | None = None) -> Weights:
    """The weight of every seen thing, 0 where it cannot be meant; 1 at most. `among`: only one of these is meant."""
    if thing.kind == IT:
        return _pronoun(thing, view)
    weights = [_called(thing, other) * other.point.confidence for other in view.seen]
    if among is not None:
        weights = [weight * (i in among) for i, weight in enumerate(weights)]
    if thing.choice in ("other", "same"):
        weights = _spoken_of(thing, weights, view)
    if hidden.from_drawer(thing):
        weights = hidden.lying_in(weights, view.seen)
    elif thing.relation:
        weights = _placed(thing, weights, view)
    if thing.without is not None:
        left_out = kept(fits(_inherited(thing.without, thing), view), DOUBT)
        weights = [0.0 if i in left_out else weight for i, weight in enumerate(weights)]
    if thing.side:
        weights = _sided(thing, weights, view)
    return weights


def _called(thing: Description, other: SeenThing) -> float:
    kind = thing.kind in (ANYTHING, other.reference.name)
    return float(kind and thing.colour in (None, other.reference.colour))


def _inherited(without: Description, thing: Description) -> Description:
    """ "all the cups except the blue one": the blue cup."""
    return replace(without, kind=thing.kind) if without.kind == ANYTHING else without


def _pronoun(thing: Description, view: View) -> Weights:
    if view.spoken:
        meant: tuple[int, ...] = view.spoken[:1]
    elif thing.number != 1 and view.memory.group:
        meant = view.remembered(view.memory.group)
    elif view.held is not None:
        meant = (view.held,)
    else:
        meant = view.remembered(view.memory.last[:1])
    return [float(i in meant) for i in range(len(view.seen))]


def _spoken_of(thing: Description, weights: Weights, view: View) -> Weights:
    """Weights after "other" or "same", which compare with what was spoken of last."""
    earlier = tuple(dict.fromkeys((*view.spoken, *view.remembered(view.memory.last))))
    alike = [i for i in earlier if weights[i] > 0]
    if thing.choice == "same":
        return [weight * (i in alike[:1]) for i, weight in enumerate(weights)] if alike else weights
    if not alike:
        return weights
    for spoken in (alike, alike[:1]):
        rest = [0.0 if i in spoken else weight for i, weight in enumerate(weights)]
        rest = _as_before(thing, rest, view.seen[alike[0]], view)
        if any(rest):
            return rest
    return [0.0] * len(weights)


def _as_before(thing: Description, weights: Weights, before: SeenThing, view: View) -> Weights:
    """ "the other one" is of the same kind as the one before, and where there is such a one, of the same colour."""
    wanted = Description(thing.kind if thing.kind != ANYTHING else before.reference.name, before.reference.colour)
    for like in (wanted, replace(wanted, colour=None)):
        found = [weight * _called(like, other) for weight, other in zip(weights, view.seen, strict=True)]
        if any(found):
            return found
    return weights if thing.kind != ANYTHING or thing.colour else [0.0] * len(weights)


def _placed(thing: Description, weights: Weights, view: View) -> Weights:
    """Weights after the place: as seen now, else as it will be; what lies in or on something, the other way round."""
    orders = (view.now, view.seen) if thing.relation in places.INSIDE else (view.seen, view.now)
    for things in orders:
        found = [weight * fit for weight, fit in zip(weights, _relations(thing, weights, things, view), strict=True)]
        if any(found):
            return found
    return [0.0] * len(weights)


def _relations(thing: Description, weights: Weights, things: Sequence[SeenThing], view: View) -> Weights:
    anchors = [fits(anchor, view) for anchor in thing.anchors]
    chosen = [kept(found, DOUBT) for found in anchors]
    rows = [combination for combination in product(*chosen) if len(set(combination)) == len(combination)]
    found = [0.0] * len(things)
    for i, other in enumerate(things):
        if weights[i] > 0 and (i != view.held or things is view.seen):
            found[i] = max((places.lies(thing.relation, other, [things[a] for a in row]) for row in rows), default=0.0)
    return places.compared(found) if thing.relation in places.BESIDE else found


def _sided(thing: Description, weights: Weights, view: View) -> Weights:
    """Weights after "left", "nearest" and the like among those that fit so far; "two left cups": the two leftmost."""
    among = kept(weights, DOUBT)
    if thing.number > 1:
        ordered = places.ranked([view.seen[i] for i in among], thing.side) if thing.side != "middle" else []
        chosen = [view.seen.index(other) for other in ordered[: thing.number]]
        return [weight * (i in chosen) for i, weight in enumerate(weights)]
    if thing.number == ALL:
        return [weight * (not places.opposite(thing.side, view.seen[i], 0.0)) for i, weight in enumerate(weights)]
    if len(among) == 1 and places.opposite(thing.side, view.seen[among[0]]) and not thing.relation:
        return [0.0] * len(weights)
    standing = places.standing_out([view.seen[i] for i in among], thing.side, thing.rank)
    found = [0.0] * len(weights)
    for i, fit in zip(among, standing, strict=True):
        found[i] = weights[i] * fit
    return found
