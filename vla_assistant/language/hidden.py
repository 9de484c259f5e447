"""What may lie in the shut drawer, where no picture shows it: it is believed to be there when the words say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vla_assistant.language import places
from vla_assistant.language.request import ANYTHING, IT, Act, Description, Request
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import SURE, Reference, SeenThing

DRAWER = "drawer"


def drawer_in(seen: Sequence[SeenThing]) -> SeenThing | None:
    """The drawer, when one is seen; its point is that of its handle."""
    return next((thing for thing in seen if thing.reference.name == DRAWER), None)


def from_drawer(thing: Description) -> bool:
    """Whether it is described as lying in the drawer."""
    return thing.relation in places.INSIDE and bool(thing.anchors) and thing.anchors[0].kind == DRAWER


def is_hidden(thing: SeenThing, seen: Sequence[SeenThing]) -> bool:
    """Whether it is one that `with_hidden` has added."""
    drawer = drawer_in(seen)
    return drawer is not None and thing != drawer and thing.point == drawer.point


def lying_in(weights: Sequence[float], things: Sequence[SeenThing]) -> list[float]:
    """The weights of what is seen in the drawer or hidden in it; where nothing is, all as they are."""
    drawer = drawer_in(things)
    if drawer is None:
        return list(weights)
    there = [is_hidden(thing, things) or places.in_drawer(thing.point, drawer.point) for thing in things]
    found = [weight * here for weight, here in zip(weights, there, strict=True)]
    return found if any(found) else list(weights)


def with_hidden(request: Request, seen: Sequence[SeenThing], things: Mapping[str, Thing]) -> tuple[SeenThing, ...]:
    """What is seen, and what the request takes out of the drawer without its being seen, at the drawer's handle."""
    drawer = drawer_in(seen)
    if drawer is None or DRAWER not in things:
        return tuple(seen)
    found = list(seen)
    opened = False
    for act in request.acts:
        wanted = _taken(act, opened)
        if (
            wanted is not None
            and wanted.kind in things[DRAWER].holds
            and not any(_is(wanted, thing) and _may_lie_there(wanted, thing, drawer) for thing in found)
        ):
            found.append(SeenThing(Reference(wanted.kind, wanted.colour), drawer.point))
        opened = opened or act.skill == "open"
    return tuple(found)


def _taken(act: Act, opened: bool) -> Description | None:
    """What the act is about, when it may come out of the drawer."""
    if act.object is None or act.object.kind in (ANYTHING, IT):
        return None
    put_in = bool(act.anchors) and act.anchors[0].kind == DRAWER
    return act.object if not put_in and (opened or from_drawer(act.object)) else None


def _may_lie_there(wanted: Description, thing: SeenThing, drawer: SeenThing) -> bool:
    """Not one that seems to be outside of the drawer, when the words say that it is in there; what surely is, is it."""
    sure = thing.point.confidence >= SURE
    return sure or not from_drawer(wanted) or places.in_drawer(thing.point, drawer.point)


def _is(wanted: Description, thing: SeenThing) -> bool:
    return thing.reference.name == wanted.kind and wanted.colour in (None, thing.reference.colour)
