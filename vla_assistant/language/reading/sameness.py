"""When two wordings mean one thing, and which of both together."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import Description


def same(first: Description, second: Description) -> Description | None:
    if first == second:
        return first
    if second in first.anchors or first in second.anchors:
        return None  # "the thing in the cup, then the cup"
    if "it" in (first.kind, second.kind) or "them" in (first.kind, second.kind):
        return None
    if first.kind == "thing" and first.number == 0 and second.number == 1 and second.kind not in (ONE, "thing"):
        return None
    if first.kind != second.kind and ONE not in (first.kind, second.kind) and first.kind != "thing":
        return None
    if second.without and not first.without and first == Description(second.kind):
        return second
    if first.without or second.without:
        return None
    if first.colour and second.colour and first.colour != second.colour:
        return None
    if first.number != second.number and not {0, 1} & {first.number, second.number}:
        return None
    if (first.choice == "other") != (second.choice == "other"):
        return None
    if (first.side and second.side and first.side != second.side) or (
        first.relation and second.relation and first != second
    ):
        return None
    if first.kind == second.kind and not (
        first.colour is None or second.colour is None or first.colour == second.colour
    ):
        return None
    kind = second.kind if first.kind in (ONE, "thing") else first.kind
    base = (
        first
        if first.relation or not second.relation
        else replace(first, relation=second.relation, anchors=second.anchors)
    )
    if second.kind == ONE and second.side and first.number == 0:
        first = replace(first, number=1)
    number = (
        first.number if first.number > 1 else second.number if second.number > 1 else min(first.number, second.number)
    )
    return replace(
        base, kind=kind, colour=first.colour or second.colour, side=first.side or second.side,
        rank=max(first.rank, second.rank), number=number, choice=first.choice or second.choice,
        without=first.without or second.without,
    )  # fmt: skip
