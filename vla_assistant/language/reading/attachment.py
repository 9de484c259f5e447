"""Which of several places says where to, and which say which thing is meant."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.references import INSIDE
from vla_assistant.language.reading.slots import BROKEN, Slots
from vla_assistant.language.request import ANYTHING, IT, Description

_CARRIERS = ("bowl", "cup", "plate", "cube", "can", "ball")
DESTINATIONS = ("in", "on", "next to", "left of", "right of", "in front of", "behind", "between")
TWO_SOURCES, PREPOSED = 0.3, 0.3
_MOVING = ("in", "on", "to", "into", "onto")


Attached = tuple[list[Description], str, tuple[Description, ...], float]
"""The objects with their places, where they are to go (relation and anchors), and the cost of reading it so."""


def attach(objects: list[Description], ats: list[Item], slots: Slots, codes: str) -> Attached | None:
    """Which relation says where to, and which say which thing is meant; None when it makes no sense."""
    if any(item.value in ("under", "at", "with", "for") for item in ats):
        return None
    sources = [item for item in ats if item.value.startswith("from")]
    places = [item for item in ats if not item.value.startswith("from")]
    if sources and codes.startswith("P") and [item.value in (*_MOVING, "next to") for item in places] == [False]:
        source = sources[0]  # "the ball out of the bowl behind the can"
        sources[0] = replace(source, things=(_lying(source.things[0], places.pop()), *source.things[1:]))
    if sources:
        objects = _located(objects, _source(sources[0]), slots)
    cost = TWO_SOURCES * max(0, len(sources) - 1)
    if not places:
        return objects, "", (), cost
    if codes.startswith("P") and not (len(places) == 1 and places[0].value == "to"):
        found = _of_a_pick(objects, places, slots)
    elif _goes_nowhere(slots, codes):
        found = _of_a_standing_thing(objects, places, slots)
    else:
        found = _of_a_move(objects, places, slots, codes)
    return None if found is None else (*found[:3], found[3] + cost)


def _goes_nowhere(slots: Slots, codes: str) -> bool:
    """Whether the clause already says where to, or its verb takes no place."""
    pushed = slots.direction and slots.direction not in ("back", "down", "up") and "S" in codes
    pushed = pushed or (codes == "LG" and slots.direction in ("left", "right", "forward", "back"))
    takes = not codes or (set(codes) & set("LDSG") and codes not in ("S", "G", "WG"))
    lifted = not codes and slots.direction == "up"
    return bool(not takes or slots.me or slots.table or pushed or lifted)


def _of_a_standing_thing(objects: list[Description], places: list[Item], slots: Slots) -> Attached | None:
    if len(places) > 1 or not slots.things:
        return None
    return _located(objects, places[0], slots), "", (), PREPOSED if _preposed(slots) else 0.0


def _of_a_pick(objects: list[Description], places: list[Item], slots: Slots) -> Attached | None:
    """ "take the ball in the cup" says which ball, "take it into the cup" where to."""
    if len(places) > 2 or (not slots.things and slots.me):
        return None
    if len(places) == 2:
        return (*(_located(objects, places[0], slots), *_destination(places[1])), PREPOSED)
    known = bool(slots.things) and all(thing.kind == IT for thing in slots.things or ())
    if known or places[0].value in ("into", "onto"):
        return (*(objects, *_destination(places[0])), 0.0)
    return _located(objects, places[0], slots), "", (), BROKEN if slots.torn else 0.0


def _of_a_move(objects: list[Description], places: list[Item], slots: Slots, codes: str) -> Attached | None:
    destination = places[0]
    if len(places) > 2:
        return None
    if len(places) == 2:
        first, second = places
        carried = codes in ("SLM", "LG") and second.form == "to" and bool(slots.things)
        if carried or first.value not in _MOVING or (second.value in _MOVING and not _preposed(slots)):
            if not slots.things:
                return None
            objects, destination = _located(objects, first, slots), second
        else:
            destination = replace(first, things=(_lying(first.things[0], second), *first.things[1:]))
    relation, anchors = _destination(destination)
    return (objects, relation, anchors, 0.0) if relation in DESTINATIONS else None


def _preposed(slots: Slots) -> bool:
    return slots.first_at >= 0 and (slots.first_thing < 0 or slots.first_at < slots.first_thing)


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


def _located(objects: list[Description], item: Item, slots: Slots) -> list[Description]:
    """The last thing with its place, as it was said: "the ball in the cup" is not the ball in the bowl from before."""
    if not objects:
        return objects
    said = slots.things[-1] if slots.things else None
    bare = said is not None and said == Description(said.kind) and said.kind not in (ONE, IT, THEM)
    if said is not None and bare and objects[-1] != said and (objects[-1].relation or said.kind == ANYTHING):
        return [*objects[:-1], _lying(said, item)]
    return [*objects[:-1], _lying(objects[-1], item)]


def located(thing: Description, item: Item) -> Description:
    """The thing with the place that the relation gives it."""
    return _lying(thing, _source(item) if item.value.startswith("from") else item)


def _lying(thing: Description, item: Item) -> Description:
    if thing.relation or thing.kind in (IT, THEM):
        return thing
    value = {"next to": "near", "to": "in", "into": "in", "onto": "on"}.get(item.value, item.value)
    return thing.lying(value, *item.things)
