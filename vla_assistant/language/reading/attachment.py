"""Which of several places says where to, and which say which thing is meant."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import THEM, Item
from vla_assistant.language.reading.references import INSIDE
from vla_assistant.language.reading.slots import BROKEN, Slots
from vla_assistant.language.request import IT, Description

_CARRIERS = ("bowl", "cup", "plate", "cube", "can", "ball")
DESTINATIONS = ("in", "on", "next to", "left of", "right of", "in front of", "behind", "between")
_MOVING = ("in", "on", "to", "into", "onto")


def attach(
    objects: list[Description], ats: list[Item], slots: Slots, codes: str
) -> tuple[list[Description], str, tuple[Description, ...], float] | None:
    """Which relation says where to, and which say which thing is meant."""
    cost = 0.0
    if not ats:
        return objects, "", (), cost
    sources = [item for item in ats if item.value.startswith("from")]
    if sources:
        objects = _located(objects, _source(sources[0]))
        ats = [item for item in ats if not item.value.startswith("from")]
        cost += 0.3 * (len(sources) - 1)
    if any(item.value in ("under", "at", "with", "for") for item in ats):
        return None
    takes = not codes or (bool(set(codes) & set("LDSG")) and codes != "S" and codes != "G")
    if codes in ("S",):
        takes = False
    if not ats:
        return objects, "", (), cost
    preposed = slots.first_at >= 0 and (slots.first_thing < 0 or slots.first_at < slots.first_thing)
    if (
        not takes
        or slots.me
        or slots.table
        or (slots.direction and slots.direction not in ("back", "down", "up") and "S" in codes)
    ):
        if len(ats) > 1 or not slots.things:
            if codes.startswith("P") and len(ats) == 1 and not slots.things:
                pass
            return None
        if preposed:
            cost += 0.3
        return _located(objects, ats[0]), "", (), cost
    if codes.startswith("P") and not (len(ats) == 1 and ats[0].value == "to"):
        known = bool(slots.things) and all(thing.kind == IT for thing in slots.things or ())
        if len(ats) == 1 and (ats[0].value in ("into", "onto") or known):
            return objects, *_destination(ats[0]), cost
        if len(ats) == 1:
            return _located(objects, ats[0]), "", (), cost + (BROKEN if slots.torn else 0.0)
        if len(ats) == 2:
            return _located(objects, ats[0]), *_destination(ats[1]), cost + 0.3
        return None
    if len(ats) == 1:
        destination = ats[0]
    elif len(ats) == 2:
        first, second = ats
        static = first.value not in _MOVING
        moving = second.value in _MOVING
        if static or (moving and not preposed):
            if not slots.things:
                return None
            objects, destination = _located(objects, first), second
        else:
            destination = replace(first, things=(_lying(first.things[0], second), *first.things[1:]))
    else:
        return None
    relation, anchors = _destination(destination)
    if relation not in DESTINATIONS:
        return None
    return objects, relation, anchors, cost


def _destination(item: Item) -> tuple[str, tuple[Description, ...]]:
    """The relation in the words of the request; what is in or on is decided by the thing below."""
    relation = {"into": "in", "onto": "on"}.get(item.value, item.value)
    if relation in ("in", "on", "to") and (relation == "to" or item.things[0].kind in _CARRIERS):
        relation = "in" if item.things[0].kind in INSIDE else "on"
    return relation, item.things


def _source(item: Item) -> Item:
    if item.value != "from":
        return replace(item, value=item.value.removeprefix("from "))
    return replace(item, value="in" if item.things[0].kind in INSIDE else "on")


def _located(objects: list[Description], item: Item) -> list[Description]:
    if not objects:
        return objects
    return [*objects[:-1], _lying(objects[-1], item)]


def located(thing: Description, item: Item) -> Description:
    """The thing with the place that the relation gives it."""
    return _lying(thing, _source(item) if item.value == "from" else item)


def _lying(thing: Description, item: Item) -> Description:
    if thing.relation or thing.kind in (IT, THEM):
        return thing
    value = {"next to": "near", "to": "in", "into": "in", "onto": "on"}.get(item.value, item.value)
    return thing.lying(value, *item.things)
