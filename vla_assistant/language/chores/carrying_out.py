"""Tasks of several steps on what is seen: which acts they come to, one after the other, or why they cannot be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from vla_assistant.language import places
from vla_assistant.language.resolution import Refusal, ResolvedAct
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import SeenThing

CHORES = ("swap", "tower", "sort", "clear")
"""Skills of acts that stand for several steps."""
_DISHES = ("bowl", "plate")
_DRAWER = "drawer"
_FEWEST_CUBES = 3


def acts_of(
    skill: str, meant: Sequence[SeenThing], among: Sequence[str], seen: Sequence[SeenThing], things: Mapping[str, Thing]
) -> tuple[ResolvedAct, ...] | Refusal:
    """The acts of the task.

    Args:
        skill: Of CHORES.
        meant: What it is about: the two to swap, the cubes of a tower; nothing for the others.
        among: Of "sort": the kinds of containers that count; all dishes when empty.
        seen: Where everything lies when it begins.
        things: What can be done with each kind of thing.
    """
    table = _Table(seen, things)
    if skill == "swap":
        return table.swap(*meant)
    if skill == "tower":
        return table.tower(meant)
    return table.sort(among or _DISHES) if skill == "sort" else table.clear()


class _Table:
    def __init__(self, seen: Sequence[SeenThing], things: Mapping[str, Thing]) -> None:
        self._seen, self._things = seen, things

    def swap(self, first: SeenThing, second: SeenThing) -> tuple[ResolvedAct, ...] | Refusal:
        """Each comes to where the other is; on the bare table no step could say where that was."""
        one, other = self._carrier(first), self._carrier(second)
        if one is None or other is None or one == other:
            return Refusal(
                "I can only swap two things that each lie in or on a bowl, a plate, a cup or a cube of their own. "
                f"{_stands(first, one)} {_stands(second, other)}"
            )
        for thing, carrier in ((second, one), (first, other)):
            if not self._holds(carrier, thing):
                where = carrier.reference.name
                return Refusal(f"I cannot swap them: a {thing.reference.name} does not stay in or on a {where}.")
        aside = ResolvedAct("pick", first), ResolvedAct("put_down", first)
        return (*aside, _placed(second, one), _placed(first, other))

    def tower(self, cubes: Sequence[SeenThing]) -> tuple[ResolvedAct, ...] | Refusal:
        """From the first, which stays where it is, upwards."""
        if len(cubes) < _FEWEST_CUBES:
            return Refusal(f"A tower takes {_FEWEST_CUBES} cubes, and I see {len(cubes)}.")
        return tuple(_placed(above, below) for below, above in pairwise(cubes))

    def sort(self, among: Sequence[str]) -> tuple[ResolvedAct, ...] | Refusal:
        """Each loose thing into the only container of its colour; what has none stays where it is."""
        acts = []
        for thing in self._loose():
            fitting = [
                dish
                for dish in self._seen
                if dish.reference.name in among
                and dish.reference.colour == thing.reference.colour is not None
                and self._holds(dish, thing)
            ]
            if fitting and self._carrier(thing) not in fitting:
                acts.append(_placed(thing, min(fitting, key=lambda dish: places.gap(dish.point, thing.point))))
        return tuple(acts) or Refusal("I see nothing to sort: no loose thing has the colour of a bowl or plate here.")

    def clear(self) -> tuple[ResolvedAct, ...] | Refusal:
        """Everything loose that fits into the drawer, which is shut then."""
        drawer = next((thing for thing in self._seen if thing.reference.name == _DRAWER), None)
        if drawer is None:
            return Refusal("I see no drawer that I could put the things into.")
        loose = [thing for thing in self._loose() if self._holds(drawer, thing)]
        loose = [thing for thing in loose if not places.in_drawer(thing.point, drawer.point)]
        if not loose:
            return Refusal("I see nothing loose on the table that fits in the drawer.")
        return (*(_placed(thing, drawer) for thing in loose), ResolvedAct("close", drawer))

    def _loose(self) -> list[SeenThing]:
        """What can be lifted, from left to right."""
        lifted = [thing for thing in self._seen if (known := self._things.get(thing.reference.name)) and known.lift]
        return places.ranked(lifted, "left")

    def _carrier(self, thing: SeenThing) -> SeenThing | None:
        """What it lies in or on."""
        under = [other for other in self._seen if other != thing and places.inside(thing, other) > 0]
        fitting = [other for other in under if self._holds(other, thing)]
        return min(fitting, key=lambda other: places.gap(other.point, thing.point), default=None)

    def _holds(self, carrier: SeenThing, thing: SeenThing) -> bool:
        known = self._things.get(carrier.reference.name)
        return known is not None and known.takes(thing.reference.name)


def _placed(thing: SeenThing, carrier: SeenThing) -> ResolvedAct:
    return ResolvedAct("place", thing, "on", (carrier,))


def _stands(thing: SeenThing, carrier: SeenThing | None) -> str:
    where = "on the table" if carrier is None else f"in or on the {carrier.reference}"
    return f"The {thing.reference} is {where}."
