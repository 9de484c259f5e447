"""The acts in the order in which they are to be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.reading.items import Item
from vla_assistant.language.reading.sameness import same
from vla_assistant.language.request import ANYTHING, Act, Description


def motions(acts: Sequence[Act]) -> tuple[Act, ...]:
    """The acts without a pick that the next act on the same thing makes anyhow."""
    after = (*acts[1:], None)
    carried = ("place", "give", "put_down")
    return tuple(
        act
        for act, following in zip(acts, after, strict=True)
        if not (act.skill == "pick" and following and following.skill in carried and following.object == act.object)
    )


def may_be_the_same(acts: Sequence[Act], others: Sequence[Act]) -> bool:
    """Whether the motions of the acts are those of the others, or may be: "in the blue" one may be the blue bowl."""
    return any(
        len(mine) == len(theirs) and motions(tuple(map(_narrowed, mine, theirs))) == motions(theirs)
        for mine, theirs in ((acts, others), (motions(acts), motions(others)))
    )


def _narrowed(act: Act, other: Act) -> Act:
    """The act with the kinds and colours of the other where its own are open."""
    if len(act.anchors) != len(other.anchors):
        return act
    anchors = tuple(_closed(mine, theirs) or mine for mine, theirs in zip(act.anchors, other.anchors, strict=True))
    return replace(act, object=_closed(act.object, other.object), anchors=anchors)


def _closed(thing: Description | None, other: Description | None) -> Description | None:
    if thing is None or other is None:
        return thing
    kind = other.kind if thing.kind == ANYTHING else thing.kind
    return replace(thing, kind=kind, colour=thing.colour or other.colour)


def ordered(items: Sequence[Item], acts: Sequence[tuple[int, tuple[Act, ...]]]) -> list[Act]:
    """The acts in the order in which they are to be carried out."""
    row = [(at, list(found)) for at, found in acts]
    row = _last_at_first(items, _first_at_last(items, _first_after_all(items, row)))
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
    elif second.object.without and first.object == replace(second.object, without=None):
        thing = second.object
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
    if value == "before_that" and before and not after:
        return _group_first(items, row)
    if not after:
        return row
    if value == "before_that":
        return after + _left_over(before, after)
    if value == "only_after":
        return after + before if before else row
    opens = not before or items[mark - 1].kind in ("comma", "then")
    if value == "after" and before and len(after) == 1:
        opens = False
    if value == "before" and opens and len(after) > 1:
        later = _joined(items, sorted(after, key=lambda entry: entry[0]))
        return [*before, *(entry for entry in after if entry not in later), *later]
    if value == "after" and before and not opens:
        joined = 1
        while joined < len(after) and _by_and(items, after[joined - 1][0], after[joined][0]):
            joined += 1
        return [*before[:-1], *after[:joined], before[-1], *after[joined:]]
    return row


def _joined(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """The first act and those that "and" joins to it, where others follow."""
    end = 1
    while end + 1 < len(row) and _by_and(items, row[end - 1][0], row[end][0]):
        end += 1
    return row[:end]


def _left_over(before: list[tuple[int, list[Act]]], after: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """What is not said again after it: "give me the cup; no, first close the hand, then hand it over"."""
    again = [act for _, found in after for act in found]
    return [entry for entry in before if not all(act in again for act in entry[1])]


def _group_first(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """ "go home, but open the hand and lift the cup before that": what "but" begins, else the last act, comes first."""
    but = max((at for at, item in enumerate(items) if item.value == "but"), default=-1)
    group = [entry for entry in row if entry[0] > but] if but > row[0][0] else row[-1:]
    return group + [entry for entry in row if entry not in group]


def _last_at_first(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """ "finish by going home; begin by closing": what is to be last is said first."""
    if len(row) < 2:
        return row
    second = row[1][0]
    for at, item in enumerate(items[:second]):
        if item.value != "last" or items[at + 1].kind == "hand":
            continue
        opens = at < row[0][0] and all(other.kind in ("skip", "comma", "remark") for other in items[at + 1 : row[0][0]])
        closes = at > row[0][0] and items[at - 1].kind not in ("comma", "then")
        if opens or closes:
            return [*row[1:], row[0]]
    return row


def _first_at_last(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """ "home, but open first": what comes first is said last."""
    said = [index for index, item in enumerate(items) if item.kind not in ("skip", "comma")]
    said = said[:-1] if said and items[said[-1]].kind == "remark" else said
    if len(row) < 2 or not said or items[said[-1]].value != "first":
        return row
    turns = [index for index, item in enumerate(items) if item.value == "but" or item.kind == "comma"]
    turns = [index for index in turns if row[0][0] < index < row[-1][0]]
    if not turns:
        return row
    but = [index for index in turns if items[index].value == "but"] or turns
    after = [entry for entry in row if entry[0] > but[-1]]
    return after + [entry for entry in row if entry[0] < but[-1]] if after else row


def _first_after_all(items: Sequence[Item], row: list[tuple[int, list[Act]]]) -> list[tuple[int, list[Act]]]:
    """ "give me the cup. no, wait, first close the hand": what comes after "first" comes first."""
    for at, item in enumerate(items):
        near = items[max(0, at - 4) : at]
        turned = any(other.kind == "doubt" or other.value in ("but", "repair") for other in near)
        after = [entry for entry in row if entry[0] > at]
        before = [entry for entry in row if entry[0] < at]
        if item.value == "first" and turned and after and before and not any(i.kind == "verb" for i in near):
            return after + _left_over(before, after)
    return row


def _by_and(items: Sequence[Item], start: int, end: int) -> bool:
    between = [item for item in items[start:end] if item.kind in ("comma", "then")]
    return len(between) == 1 and between[0].kind == "then"
