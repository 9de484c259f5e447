"""What to call things so that each is told from the others: "the red cup on the left or the one near the plate"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vla_assistant.language import places
from vla_assistant.language.phrasing import listed
from vla_assistant.types import SeenThing

MOST_CHOICES = 4
SIDE_BY_SIDE_M = 0.055
"""From this distance on, people see at once which of two things is farther left or nearer [m]."""
LANDMARK_M = 0.16
"""A thing farther away than this is no landmark [m]."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_OPPOSITES = {"left": "right", "near": "far"}
_SIDES = {"left": "on the left", "right": "on the right", "near": "nearest to you", "far": "farthest from you"}


def names(things: Sequence[SeenThing], seen: Sequence[SeenThing]) -> tuple[str, ...]:
    """A name for each of the things that fits none of the others; shorter where nothing is to be told apart."""
    wheres = [_where(thing, things, seen) for thing in things]
    return tuple(
        f"the {thing.reference}{f' {where}' if where else ''}" for thing, where in zip(things, wheres, strict=True)
    )


def question(things: Sequence[SeenThing], seen: Sequence[SeenThing], more: bool = False, where: str = "") -> str:
    """ "The red cup on the left or the one near the plate?"

    Args:
        things: What is offered.
        seen: Everything that is seen, for landmarks.
        more: There are others besides.
        where: "in", "next to", ... when a place is asked for: "In the red bowl or the blue one?"
    """
    told = [_after(name, i, things) for i, name in enumerate(names(things, seen))]
    text = f"{where} {listed([*told, 'another one'] if more else told, 'or')}".strip()
    return f"{text[0].upper()}{text[1:]}?"


def shown(things: Sequence[SeenThing]) -> tuple[SeenThing, ...]:
    """Those that are offered, from left to right: the most confidently seen where there are too many."""
    best = sorted(things, key=lambda thing: -thing.point.confidence)[:MOST_CHOICES]
    return tuple(places.ranked(best, "left"))


def _after(name: str, index: int, things: Sequence[SeenThing]) -> str:
    """The name without what the name before it has said: "the blue one", "the one on the right"."""
    if index == 0 or things[index].reference.name != things[index - 1].reference.name:
        return name
    reference = things[index].reference
    if reference == things[index - 1].reference:
        return name.replace(f"the {reference}", "the one", 1)
    return name.replace(f"the {reference}", f"the {reference.colour} one" if reference.colour else "the one", 1)


def _where(thing: SeenThing, things: Sequence[SeenThing], seen: Sequence[SeenThing]) -> str:
    """The words for the place that tell it from the others of its kind and colour; "" when there are none."""
    alike = [other for other in things if other.reference == thing.reference]
    if len(alike) < 2:
        return ""
    return (
        _resting(thing, alike, seen) or _standing(thing, alike) or _beside(thing, alike, seen) or _counted(thing, alike)
    )


def _resting(thing: SeenThing, alike: Sequence[SeenThing], seen: Sequence[SeenThing]) -> str:
    carriers = [other for other in seen if places.inside(thing, other) and _only(other, seen)]
    for carrier in carriers:
        if sum(bool(places.inside(other, carrier)) for other in alike) == 1:
            return f"{'in' if carrier.reference.name in ('bowl', 'cup') else 'on'} the {carrier.reference}"
    return ""


def _standing(thing: SeenThing, alike: Sequence[SeenThing]) -> str:
    """A side, where the thing stands out on it and no other one could be meant."""
    for side, words in _SIDES.items():
        ordered = places.ranked(alike, side)
        if ordered[0] is thing and places.towards(side, thing.point, ordered[1].point) >= SIDE_BY_SIDE_M:
            return words
    ordered = places.ranked(alike, "left")
    if len(alike) == 3 and ordered[1] is thing:
        gaps = [abs(places.towards("left", other.point, thing.point)) for other in alike if other is not thing]
        return "in the middle" if min(gaps) >= SIDE_BY_SIDE_M else ""
    return ""


def _beside(thing: SeenThing, alike: Sequence[SeenThing], seen: Sequence[SeenThing]) -> str:
    """Near a thing that is the only one of its kind and colour and much nearer to this one than to the others."""
    for mark in sorted(seen, key=lambda other: places.gap(other.point, thing.point)):
        away = places.gap(mark.point, thing.point)
        if away > LANDMARK_M:
            break
        others = [places.gap(mark.point, other.point) for other in alike if other is not thing]
        if _only(mark, seen) and mark not in alike and min(others) > away * 1.5 + places.CLOSE_CALL_M:
            return f"near the {mark.reference}"
    return ""


def _counted(thing: SeenThing, alike: Sequence[SeenThing]) -> str:
    """The place in the row of them, across or away, whichever is easier to see."""
    if len(alike) == 2:
        easier = max(("left", "near"), key=lambda side: abs(places.towards(side, alike[0].point, alike[1].point)))
        first = places.ranked(alike, easier)[0] is thing
        return _SIDES[easier if first else _OPPOSITES[easier]]
    easier = max(("left", "near"), key=lambda side: _narrowest(places.ranked(alike, side), side))
    place = places.ranked(alike, easier).index(thing)
    return f"that is the {_ORDINALS[place]} from the {'left' if easier == 'left' else 'front'}"


def _narrowest(row: Sequence[SeenThing], side: str) -> float:
    return min(places.towards(side, a.point, b.point) for a, b in pairwise(row))


def _only(thing: SeenThing, seen: Sequence[SeenThing]) -> bool:
    return sum(other.reference == thing.reference for other in seen) == 1
