"""The acts in the order in which they are to be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.reading.items import Item
from vla_assistant.language.reading.sameness import same
from vla_assistant.language.request import Act


def motions(acts: Sequence[Act]) -> tuple[Act, ...]:
    """The acts without a pick that the next act on the same thing makes anyhow."""
    after = (*acts[1:], None)
    carried = ("place", "give", "put_down")
    return tuple(
        act
        for act, following in zip(acts, after, strict=True)
        if not (act.skill == "pick" and following and following.skill in carried and following.object == act.object)
    )


def ordered(items: Sequence[Item], acts: Sequence[tuple[int, tuple[Act, ...]]]) -> list[Act]:
    """The acts in the order in which they are to be carried out."""
    row = [(at, list(found)) for at, found in acts]
    row = _first_at_last(items, row)
    for mark in reversed([index for index, item in enumerate(items) if item.kind == "order"]):
        row = _reordered(items, row, mark)
    ordered = [act for _, found in row for act in found]
    kept: list[Act] = []
    for act in ordered:
        if kept and (once := _said_twice(kept[-1], act)) is not None:
            kept[-1] = once
        else:
            kept.append(act)
    return kept


def _said_twice(first: Act, second: Act) -> Act | None:
    """The one act that two wordings of it mean, or None when they are two."""
    if first.skill != second.skill or first.direction != second.direction or first.relation != second.relation:
        return None
    if first.amount and second.amount and first.amount != second.amount:
        return None
    if first.skill in ("push", "move") and first.amount == second.amount != "":
        return None
    if len(first.anchors) != len(second.anchors):
        return None
    anchors = tuple(same(a, b) for a, b in zip(first.anchors, second.anchors, strict=True))
    if first.object is None or second.object is None:
        thing = first.object or second.object
    else:
        thing = second.object if first.object.kind == "it" else same(first.object, second.object)
        if thing is None:
            return None
    if any(anchor is None for anchor in anchors):
        return None
    return replace(first, object=thing, anchors=tuple(a for a in anchors if a), amount=first.amount or second.amount)


def _reordered(items: Sequence[Item], row: list[tuple[int, list[Act]]], mark: int) -> list[tuple[int, list[Act]]]:
    before = [entry for entry in row if entry[0] < mark]
    after = [entry for entry in row if entry[0] > mark]
    value = items[mark].value
    if not after and value == "before_that" and len(before) > 1 and any(i.value == "but" for i in items[:mark]):
        return [before[-1], *before[:-1]]  # "push the bowl, but the cup in it before that"
    if not after:
        return row
    if value == "before_that":
        return after + before
    opens = not before or items[mark - 1].kind in ("comma", "then")
    if value == "after" and before and len(after) == 1:
        opens = False
    if value == "before" and opens and len(after) > 1:
        return [*before, *after[1:], after[0]]
    if value == "after" and before and not opens:
        joined = 1
        while joined < len(after) and _by_and(items, after[joined - 1][0], after[joined][0]):
            joined += 1
        return [*before[:-1], *after[:joined], before[-1], *after[joined:]]
    return row


def _first_at_last(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """ "home, but open first": what comes first is said last."""
    if len(row) < 2 or items[-1].value != "first":
        return row
    but = [index for index, item in enumerate(items) if item.value == "but"]
    if not but:
        return row
    after = [entry for entry in row if entry[0] > but[-1]]
    return after + [entry for entry in row if entry[0] < but[-1]] if after else row


def _by_and(items: Sequence[Item], start: int, end: int) -> bool:
    between = [item for item in items[start:end] if item.kind in ("comma", "then")]
    return len(between) == 1 and between[0].kind == "then"
