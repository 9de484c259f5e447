"""The items of a clause sorted by the part they play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vla_assistant.language.reading.items import THEM, Item
from vla_assistant.language.reading.sameness import same
from vla_assistant.language.request import IT, Description

_SKIPS = {
    "comma": 0.02,
    "then": 0.02,
    "order": 0.3,
    "unknown": 1.0,
    "remark": 0.3,
    "choice": 0.0,
    "manner": 0.0,
    "avoid": 0.0,
}
BROKEN = 0.5
MIXED = 0.6
"""One pronoun after two things, a thing after the place of another, a receiver before what is given."""
SUBJECT = 1.6
"""Somebody else does it, or did."""


@dataclass
class Slots:
    verb: Item | None = None
    things: list[Description] | None = None
    ats: list[Item] | None = None
    direction: str = ""
    amount: str = ""
    me: bool = False
    table: bool = False
    home: bool = False
    hand: str = ""
    cost: float = 0.0
    first_at: int = -1
    first_thing: int = -1
    subject: bool = False
    torn: bool = False
    there: bool = False
    too: bool = False
    state: bool = False


def collect(items: Sequence[Item]) -> Slots | None:
    slots = Slots(things=[], ats=[])
    assert slots.things is not None
    assert slots.ats is not None
    last, broken = "", False
    for index, item in enumerate(items):
        if item.kind not in ("skip", "comma", "then"):
            before, after_comma = last, broken
            last, broken = item.kind, False
        match item.kind:
            case "verb":
                if slots.verb is not None:
                    if slots.verb.value in ("LMH",) and not slots.things:
                        slots.verb = item
                        continue
                    return None
                slots.verb = item
                slots.subject = bool(slots.things) or bool(slots.hand and before in ("hand", "manner"))
            case "thing":
                if item.thing.kind in (IT, THEM) and slots.things:
                    slots.cost += MIXED if item.thing.kind == IT and len(slots.things) > 1 else 0.0
                    continue
                if slots.subject and slots.verb is not None and item.thing.kind not in (IT, THEM):
                    return None
                if slots.too and slots.things and slots.verb is None:
                    return None
                if slots.things and slots.ats and before == "at" and same(slots.things[-1], item.thing) is None:
                    slots.cost += MIXED
                if slots.first_thing < 0:
                    slots.first_thing = index
                slots.things.append(item.thing)
            case "at":
                if item.value in ("with", "for") and item.things and item.thing.kind == IT:
                    continue
                if not item.things:
                    if item.value in ("in", "into", "on", "onto", "for", "at", "to", "with", "next to"):
                        slots.cost += 0.15
                        continue
                    return None
                if slots.first_at < 0:
                    slots.first_at = index
                slots.torn = slots.torn or (after_comma and before == "thing")
                slots.ats.append(item)
            case "direction":
                if slots.direction and slots.direction != item.value:
                    if {slots.direction, item.value} == {"up", "down"}:
                        return None
                    if item.value == "back" or slots.direction == "back":
                        slots.direction = item.value if slots.direction == "back" else slots.direction
                        continue
                    if item.value in ("up", "down") or slots.direction in ("up", "down"):
                        slots.direction = item.value if slots.direction in ("up", "down") else slots.direction
                        slots.cost += 0.3
                        continue
                    return None
                slots.direction = item.value
            case "amount":
                if slots.amount:
                    return None
                slots.amount = item.value
            case "me":
                slots.cost += MIXED if slots.verb is None and not slots.things and not slots.me else 0.0
                slots.me = True
            case "table":
                slots.table = True
            case "home":
                slots.home = True
            case "hand":
                slots.hand = item.value
            case "not" | "repair" | "doubt":
                return None
            case "comma" | "then":
                complete = (
                    (slots.ats and (slots.things or slots.verb))
                    or slots.direction
                    or slots.me
                    or slots.table
                    or slots.amount
                )
                coordinated = item.kind == "comma" or (last == "thing" and not slots.ats)
                slots.cost += _SKIPS[item.kind] if coordinated and not complete else BROKEN
                broken = True
            case "skip":
                slots.there = slots.there or item.value == "there"
                slots.too = slots.too or item.value == "too"
                slots.state = slots.state or item.value == "state"
            case "remark" if item.value in ("subject", "past"):
                slots.cost += SUBJECT
            case "unknown":
                slots.cost += (
                    4.0
                    if item.value == "act"
                    else 2.2
                    if slots.verb is not None and not slots.things and not slots.ats
                    else 2.0
                    if item.value == "object"
                    else 1.0
                )
            case kind:
                slots.cost += _SKIPS[kind]
    return slots
