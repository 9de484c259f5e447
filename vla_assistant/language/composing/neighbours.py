"""Places told without a preposition: side by side, as neighbours, with something on either side, apart."""

from __future__ import annotations

from itertools import pairwise

from vla_assistant.language.composing.frames import has
from vla_assistant.language.composing.relations import Things, Told, following, left_or_right, relation_of, side_named
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.request import Description

_JOINING = frozenset(("and", "from", "&"))
_GETTING = frozenset(("gets", "needs", "wants", "deserves", "receives"))
_BIDDING = ("polite", "want", "must", "ensure", "let", "home_of")
_FORMS = ("base", "s", "ing", "past")
_HOLLOW = frozenset(("bowl", "cup"))
_OPPOSITE = {"left": "right", "right": "left"}


def told_among(row: Row, things: Things) -> list[Told]:
    """The place of one of three between the others, if any."""
    named = list(dict.fromkeys(things.values()))
    if len(named) != 3:
        return []
    if (has(row, "in_row") or _lines_up(row)) and not any(map(relation_of, row)):
        return [Told(0, "between", (named[0], named[2]))]
    pair = _with_one_on_each_side(row, things) or _apart(row, things, named) or _having(row, things)
    return [Told(0, "between", pair)] if pair else []


def _lines_up(row: Row) -> bool:
    return any(piece.may("joining") and "line" in piece.words for piece in row)


def told_beside(row: Row, things: Things) -> list[Told]:
    """The place of one of two on or beside the other, if any."""
    named = list(dict.fromkeys(things.values()))
    return _borne(row, things) or _beside(row, things, named) if len(named) == 2 else []


def _borne(row: Row, things: Things) -> list[Told]:
    """ "Let the cube carry the ball", "top the cube with the ball": what is to stand on, or in, the first."""
    first, second = sorted(things)[:2]
    if len(things) > 2:
        return []
    between = row[first + 1 : second]
    borne = any(piece.concepts.get("hold") == "base" for piece in between) and has(row[:second], "let", "must", "want")
    topped = has(row[:first], "topped") and any(piece.concepts.get("relations") == "with" for piece in between)
    relation = "in" if things[first].kind in _HOLLOW else "on"
    return [Told(first, relation, (things[first],))] if borne or topped else []


def _beside(row: Row, things: Things, named: list[Description]) -> list[Told]:
    """ "The cup and the bowl side by side", "make the cup the left neighbour of the bowl"."""
    listed = has(row, "side_by_side") and not any(set(_FORMS) & set(piece.concepts.values()) for piece in row)
    if not listed and not has(row, *_BIDDING) and not any(map(_orders, row)):
        return []  # "the cup and the bowl go well together"
    if not (
        has(row, "side_by_side", "neighbour", "company", "joining_all", "flanked") or _joins(row) or _has_sides(row)
    ):
        return []
    anchor = named[0] if _gets_the_other(row) else named[1]
    side = _side_of_one(row, things, anchor)
    return [] if side is None else [Told(0, f"{side} of" if side else "next to", (anchor,))]


def _side_of_one(row: Row, things: Things, anchor: Description) -> str | None:
    """On which side the other one is to be, "" where none is told; None where both are the same."""
    sides = [(at, side) for at, piece in enumerate(row) if (side := side_named(row, at) or _of_neighbour(piece))]
    of_neighbour = has(row, "neighbour", "flanked")
    found = set()
    for at, side in sides:
        beside = things[max((place for place in things if place < at), default=min(things))]
        found.add(_OPPOSITE[side] if beside == anchor and not of_neighbour else side)
    return found.pop() if len(found) == 1 else None if found else ""


def _of_neighbour(piece: Piece) -> str:
    return next((word for word in piece.words if piece.may("neighbour") and word in _OPPOSITE), "")


def _joins(row: Row) -> bool:
    """ "Pair it with the cup", "it should join the cup"."""
    led = any(piece.concepts.get("relations") in ("with", "to") for piece in row)
    joins = any(first.words[-1:] == ("join",) and second.thing is not None for first, second in pairwise(row))
    return has(row, "joining") and (led or joins)


def _has_sides(row: Row) -> bool:
    """ "So that the cup is on the left", "have the cup on the left and the can on the right"."""
    sides = {side for at in range(len(row)) if (side := side_named(row, at))}
    return bool(sides) and not any(map(relation_of, row)) and (has(row, "result") or _are_only_to_be(row, sides))


def _are_only_to_be(row: Row, sides: set[str]) -> bool:
    return len(sides) == 2 and has(row, "let", "want", "must") and not has(row, "put", "push")


def _orders(piece: Piece) -> bool:
    return "base" in piece.concepts.values() and (piece.may("joining") or not piece.may("go", "be"))


def _gets_the_other(row: Row) -> bool:
    """Whether the first that is named gets the other beside it: "give the bowl a neighbour, the cup"."""
    first = next(at for at, piece in enumerate(row) if piece.thing is not None)
    second = next(at for at, piece in enumerate(row) if at > first and piece.thing is not None)
    given = any(piece.may("give") or not _GETTING.isdisjoint(piece.words) for piece in row[:second])
    flanked = has(row[:first], "flanked")  # "flank the bowl with the cup"
    return given or flanked or any({"have", "get"} & set(piece.words) for piece in row[first:second])


def _on_both(piece: Piece) -> bool:
    """ "On either side", "left and right of it"."""
    words = set(piece.words)
    return piece.may("side") and bool(words & {"either", "both", "each", "sides"} or {"left", "right"} <= words)


def _with_one_on_each_side(row: Row, things: Things) -> tuple[Description, ...]:
    """The two of "the bowl on one side, the plate on the other", each named before its side or each after it."""
    sides = [at for at, piece in enumerate(row) if piece.may("side", "other")]
    sides = [at for at in sides if not _on_both(row[at])]
    sides = [
        at
        for at in sides
        if at == sides[0] or row[at].may("other") or "other" in row[at].words or _turns(row, sides[0], at)
    ]
    if len(sides) != 2:
        return ()
    before = [max((place for place in things if place < at), default=-1) for at in sides]
    if -1 < before[0] < sides[0] < before[1]:
        return things[before[0]], things[before[1]]
    after = [min((place for place in things if place > at), default=-1) for at in sides]
    return (things[after[0]], things[after[1]]) if -1 < after[0] < sides[1] < after[1] else ()


def _turns(row: Row, first: int, second: int) -> bool:
    """Whether the second side is the opposite of the first: "to its left ... to its right"."""
    side = left_or_right(row[first])
    return bool(side) and left_or_right(row[second]) == _OPPOSITE[side]


def _apart(row: Row, things: Things, named: list[Description]) -> tuple[Description, ...]:
    """The two that are named together where something stands between, parts them or has them as neighbours."""
    parted = has(row, "flanked", "apart", "neighbour", "sort")
    either = any(_on_both(piece) or (relation_of(piece) == "next to" and "either" in piece.words) for piece in row)
    middle = has(row, "middle") and has(row, "side", "side_by_side")
    told = any(piece.concepts.get("flanked") == "base" for piece in row) and not has(row, *_BIDDING)
    if told or not (parted or either or middle) or any(relation_of(piece) not in ("", "next to") for piece in row):
        return ()
    pairs = [pair for pair in _pairs(row, things) if len({*pair}) == 2]
    if len(set(pairs)) == 1:
        return pairs[0]
    return (named[1], named[2]) if middle and not parted else ()


def _having(row: Row, things: Things) -> tuple[Description, ...]:
    """ "The bowl and the plate should have the cup in the middle": the two."""
    have = next((at for at, piece in enumerate(row) if "have" in piece.words and piece.thing is None), 0)
    before = list(dict.fromkeys(things[at] for at in things if at < have))
    bidden = has(row[:have], "must") and has(row[have:], "middle")
    return tuple(before) if bidden and len(before) == 2 and not any(map(relation_of, row)) else ()


def _pairs(row: Row, things: Things) -> list[tuple[Description, Description]]:
    found = []
    for at, thing in things.items():
        joint = following(row, at + 1)
        second = following(row, joint + 1)
        if second in things and row[joint].words and row[joint].words[-1] in _JOINING:
            found.append((thing, things[second]))
    return found
