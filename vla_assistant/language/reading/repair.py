"""Self-repair and negation: what is finally meant."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import ONE, Item
from vla_assistant.language.request import ANYTHING, IT, Description

_IN_PLACE = ("direction", "amount", "manner")
"""What is replaced alone when it is corrected: "quickly, no, carefully, by 8 cm"."""
_REPLACED = ("direction", "amount", "manner", "at", "me", "table", "home", "hand")
_BETWEEN = ("comma", "skip", "repair")
NEARBY = 6
"""How many items away the other side of a contrast may be."""


def repaired(items: list[Item]) -> list[Item]:
    """Self-repair: what follows "no, I mean" takes the place of the last thing of its kind before it."""
    items = _from_anew(items)
    items = _contrasted(_cancelled(_fronted(_counted_again(_trailing(items)))))
    at = 0
    while at < len(items):
        if items[at].kind == "repair" and at > 0:
            after = at + 1
            while after < len(items) and items[after].kind in ("comma", "skip", "repair", "unknown"):
                after += 1
            start = _reparandum(items, at, after)
            if start is not None and _negates(items, start):
                start = None
            if start is not None:
                kept = []
                if (
                    items[after].kind == "verb"
                    and after + 1 < len(items)
                    and items[after + 1].kind == "thing"
                    and items[after + 1].thing.kind == "it"
                ):
                    kept = [item for item in items[start:at] if item.kind == "thing"]
                if items[after].kind in _IN_PLACE and items[start].kind == items[after].kind:
                    between = items[start + 1 : at]
                    while between and between[-1].kind in ("comma", "skip"):
                        between.pop()
                    kept = [items[after], *between]
                    if items[after].kind == "amount" or not any(i.kind == items[after].kind for i in between):
                        items = [*items[:start], *kept, *items[after + 1 :]]
                        at = max(start - 1, 0)
                        continue
                    kept = []
                new = items[after:]
                if [item.kind for item in new[:3]] == ["thing", "comma", "at"]:
                    del new[1]
                items = items[:start] + kept + new
                at = max(start - 1, 0)
                continue
            kind = "doubt" if items[at].value == "no" else "skip"
            items = [*items[:at], replace(items[at], kind=kind), *items[at + 1 :]]
        at += 1
    return items


def _from_anew(items: list[Item]) -> list[Item]:
    """ "scratch that order: ...": all that was said before is taken back where something is asked for after it."""
    anew = max((at for at, item in enumerate(items) if item.kind == "repair" and item.value == "anew"), default=-1)
    asked = any(item.kind in ("verb", "at", "home", "direction") for item in items[anew + 1 :])
    return items[anew + 1 :] if anew >= 0 and asked else items


def _trailing(items: list[Item]) -> list[Item]:
    """ "the cup, the blue one i mean, ...": the word that corrects stands after what it corrects."""
    found = list(items)
    for at in range(2, len(found)):
        ends = at + 1 == len(found) or found[at + 1].kind in ("comma", "then")
        start = at - 1
        while start > 0 and found[start].kind in ("skip", "thing", "at", "direction", "amount"):
            start -= 1
        said = [item.kind for item in found[start + 1 : at] if item.kind != "skip"]
        if found[at].kind == "repair" and found[at].value != "no" and ends and found[start].kind == "comma" and said:
            found[start : at + 1] = [found[at], *found[start + 1 : at], replace(found[at], kind="skip")]
    return found


def _counted_again(items: list[Item]) -> list[Item]:
    """ "three, no, two of the cubes", "two balls, no, three": only the number is corrected."""
    found = list(items)
    for at in range(len(found)):
        if found[at].kind != "repair":
            continue
        before = next((back for back in range(at - 1, -1, -1) if found[back].kind not in _BETWEEN), -1)
        after = next((i for i in range(at + 1, len(found)) if found[i].kind not in _BETWEEN), -1)
        if before < 0 or after < 0:
            continue
        old, new = found[before], found[after]
        if old.value.startswith("#") and new.kind == "thing" and new.thing.number > 1:
            found[before : at + 1] = [replace(old, kind="skip", value="filler")] * (at + 1 - before)
        elif old.kind == "thing" and old.thing.number > 1 and new.value.startswith("#"):
            found[before] = replace(old, things=(replace(old.thing, number=int(float(new.value[1:]))),))
            found[at : after + 1] = [replace(new, kind="skip", value="filler")] * (after + 1 - at)
    return found


def _cancelled(items: list[Item]) -> list[Item]:
    """ "push it, no, don't push it": what was asked for is taken back."""
    for at in range(1, len(items)):
        after = at + 1
        while after < len(items) and items[after].kind in ("comma", "skip", "repair"):
            after += 1
        if items[at].kind != "repair" or after + 1 >= len(items) or items[after].kind != "not":
            continue
        end = _end_of_negation(items, after)
        start = _asked_before(items[:at], items[after + 1 : end])
        if start is not None and not _negates(items, start):
            return _cancelled([*items[:start], replace(items[after], kind="comma", value=""), *items[end:]])
    return items


def _end_of_negation(items: list[Item], at: int) -> int:
    """The end of what is negated from the item at `at` on."""
    said = False
    for end in range(at + 1, len(items)):
        kind = items[end].kind
        if kind in ("comma", "then", "repair", "order", "remark", "not") or (said and kind in ("verb", "skip")):
            return end
        said = said or kind in ("verb", "thing", "home")
    return len(items)


def _asked_before(items: list[Item], negated: list[Item]) -> int | None:
    """Where the clause begins that the negated words take back."""
    verb = next((item for item in negated if item.kind == "verb"), None)
    home = any(item.kind == "home" for item in negated)
    pointed = (
        verb is None and bool(negated) and all(i.kind == "skip" or (i.things and i.thing.kind == IT) for i in negated)
    )
    for back in range(len(items) - 1, -1, -1):
        item = items[back]
        if home and (item.kind == "home" or item.value == "H"):
            goes = back > 0 and items[back - 1].kind == "verb"
            return back - 1 if item.kind == "home" and goes else back
        if item.kind == "verb" and not home and (pointed or (verb is not None and verb.value == item.value)):
            return back
    return None


def _negates(items: list[Item], start: int) -> bool:
    while start > 0 and items[start - 1].kind == "skip":
        start -= 1
    return items[start].kind == "verb" and start > 0 and items[start - 1].kind == "not"


def _fronted(items: list[Item]) -> list[Item]:
    """ "close the gripper not": the negation stands before what it negates."""
    for at in range(len(items) - 1, 0, -1):
        closes = at + 1 == len(items) or items[at + 1].kind in ("comma", "then")
        if items[at].kind != "not" or not closes:
            continue
        start = at
        while start > 0 and items[start - 1].kind not in ("comma", "then", "order", "repair", "not"):
            start -= 1
        items = [*items[:start], items[at], *items[start:at], *items[at + 1 :]]
    return items


def _contrasted(items: list[Item]) -> list[Item]:
    """ "the cube, not the ball": what is not meant is left out; "the white one" may be of its kind.

    Only where something else of that sort is said nearby: a "not" that contrasts nothing stays and forbids the clause.
    """
    kept: list[Item] = []
    at, kind = 0, ""
    while at < len(items):
        here = items[at]
        if (
            kind
            and here.kind == "thing"
            and here.thing.kind == ONE
            and "thing" not in [item.kind for item in kept[-3:]]
        ):
            here = replace(here, things=(replace(here.thing, kind=kind),))
        after = _next(items, at)
        if here.things and here.things[-1].kind not in (ONE, "it", "them"):
            kind = ""
        if here.kind == "not" and after < len(items) and _contrasts(items, at, after):
            excluded = items[after]
            if excluded.kind == "thing" and excluded.thing.kind not in (ONE, "it", "them"):
                kind = excluded.thing.kind
            at = after + 1
            while excluded.kind == "thing" and at < len(items) and items[at].kind == "at":
                at += 1
            continue
        kept.append(here)
        at += 1
    return kept


def _next(items: list[Item], at: int) -> int:
    at += 1
    while at < len(items) and items[at].kind == "skip":
        at += 1
    return at


def _contrasts(items: list[Item], at: int, after: int) -> bool:
    kind = items[after].kind
    if kind not in ("thing", "direction", "amount", "at", "me"):
        return False
    before = items[at - 1] if at else None
    if before is not None and (before.kind == "verb" or _names_no_kind(before)):
        return False  # "pick not up", "the blue not cube"
    if any(_may_be(item, items[after]) for item in items[max(0, at - NEARBY) : at]):
        return False  # "the blue one, not the bowl"
    pointed = kind == "thing" and items[after].thing.kind in ("it", "them")
    apart = before is not None and before.kind == "comma" and [i.kind for i in items[after + 1 : after + 2]] != ["verb"]
    if (kind == "at" and not items[after].things) or (pointed and not apart):
        return False
    others = ("thing", "at", "hand") if kind in ("thing", "at") else (kind, "at") if kind == "me" else (kind,)
    nearby = [*items[max(0, at - NEARBY) : at], *items[after + 1 : after + 1 + NEARBY]]
    return any(item.kind in others and (item.things or item.kind != "at") for item in nearby)


def _names_no_kind(item: Item) -> bool:
    """Whether it ends with a thing whose kind is open, so that it may be the very thing that is denied behind it."""
    return bool(item.things) and item.things[-1].kind in (ONE, ANYTHING)


def _may_be(item: Item, denied: Item) -> bool:
    """Whether a thing whose kind was left open may be the very thing that is denied."""
    if not _names_no_kind(item) or not denied.things or denied.things[-1].kind in (ONE, ANYTHING, "it", "them"):
        return False
    colours = item.things[-1].colour, denied.things[-1].colour
    return None in colours or colours[0] == colours[1]


def _reparandum(items: list[Item], at: int, after: int) -> int | None:
    """Where that begins which the words from `after` on replace, or None when nothing is replaced."""
    if after >= len(items):
        return None
    new = items[after]
    floor = max(0, at - 12)
    if new.kind == "verb":
        for back in range(at - 1, floor - 1, -1):
            if items[back].kind == "verb":
                return back
            if items[back].kind == "then":
                return None
        return None
    if new.kind == "thing":
        said = at
        while said > 0 and items[said - 1].kind in ("comma", "skip", "then"):
            said -= 1
        bounded = next((back for back in range(said - 1, floor - 1, -1) if items[back].kind == "then"), floor - 1)
        candidates = [back for back in range(at - 1, bounded, -1) if items[back].kind in ("thing", "at", "avoid")]
        for back in candidates:
            if items[back].kind == "thing" and _restart(items[back].thing, new.thing):
                return back
        if not candidates:
            return None
        back = candidates[0]
        if items[back].kind == "at" and not items[back].things:
            said_place = next(
                (b for b in candidates[1:2] if items[b].kind == "at" and _restarts_place(items[b], new)), None
            )
            if said_place is not None:
                items[after] = replace(items[said_place], things=(new.thing,), end=new.end)
                return said_place
            start = next((b for b in candidates if items[b].kind == "thing"), None)
            if start is not None and (new.thing.relation or (after + 1 < len(items) and items[after + 1].kind == "at")):
                return start
            items[after] = replace(items[back], things=(new.thing,), end=new.end)
            return back
        followed = after + 1 < len(items) and items[after + 1].kind == "at"
        if items[back].kind == "at" and (followed or new.thing.relation):
            start = next((b for b in candidates if items[b].kind == "thing"), None)
            if start is not None:
                return start
        if items[back].kind in ("at", "avoid") and items[back].things:
            items[after] = replace(
                items[back],
                things=(*items[back].things[:-1], _inherited(new.thing, items[back].things[-1])),
                end=new.end,
            )
            return back
        if items[back].kind == "thing":
            items[after] = replace(new, things=(_inherited(new.thing, items[back].thing),))
        return back
    if new.kind == "at" and [thing.kind for thing in new.things] == [IT]:
        old = next((items[back] for back in range(at - 1, floor - 1, -1) if items[back].kind == "at"), None)
        if old is not None and old.things:
            new = items[after] = replace(new, things=old.things)
    if new.kind == "at" and new.things:
        for back in range(at - 1, floor - 1, -1):
            if items[back].kind == "thing" and _opposite(items[back].thing.relation, new.value):
                pointed = [thing.kind for thing in new.things] == [IT]
                placed = items[back].thing.lying(new.value, *(items[back].thing.anchors if pointed else new.things))
                items[after] = replace(items[back], things=(placed,), end=new.end)
                return back
    if new.kind == "direction" and (sided := _sided(items, floor, at, new.value)) is not None:
        items[after] = replace(items[sided], things=(replace(items[sided].thing, side=new.value),))
        return sided
    same = [back for back in range(at - 1, floor - 1, -1) if items[back].kind == new.kind]
    return same[0] if same and new.kind in _REPLACED else None


def _opposite(old: str, new: str) -> bool:
    """Whether one place may correct the other: the same relation to another thing, or another side of the same."""
    return bool(old) and (old == new or {old, new} in ({"left of", "right of"}, {"in front of", "behind"}))


def _sided(items: list[Item], floor: int, at: int, side: str) -> int | None:
    """The thing whose side is corrected: "the can on the left, the right i mean"."""
    for back in range(at - 1, floor - 1, -1):
        if items[back].kind == "direction":
            return None
        if items[back].kind == "thing":
            return back if {items[back].thing.side, side} == {"left", "right"} else None
    return None


def _restarts_place(place: Item, new: Item) -> bool:
    """ "on the plate with the, i mean, the purple plate": the place is said again."""
    return bool(place.things) and place.things[-1].kind == new.thing.kind


def _restart(old: Description, new: Description) -> bool:
    return old.kind == new.kind != ONE and old.kind not in ("it", "them")


def _inherited(new: Description, old: Description) -> Description:
    """What is left open in the new words as it was said in the old: "the cube, i mean the red one"."""
    if old.kind in ("it", "them") or new.kind not in (ONE, ANYTHING):
        return new
    return replace(new, kind=old.kind, colour=new.colour or (old.colour if new.kind == ANYTHING else None))
