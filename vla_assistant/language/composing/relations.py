"""Which places beside something a row names, each with what it is beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from vla_assistant.language.composing.frames import has
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.request import Description

_INTO = {"into": "in", "onto": "on"}
_PLACED = ("in", "on", "next to", "left of", "right of", "in front of", "behind", "between")
_SIDES = {
    "left": "left of",
    "right": "right of",
    "front": "in front of",
    "back": "behind",
    "rear": "behind",
    "side": "next to",
}
_TOWARDS_ME = {"forward": "behind", "back": "in front of"}
"""The side of something that lies away from the speaker and towards them."""
OPPOSITE = {"left of": "right of", "right of": "left of", "in front of": "behind", "behind": "in front of"}
_PRONOUNS = frozenset(("it", "its", "them", "their", "that"))
_BOTH = frozenset(("them", "two", "both", "these", "those"))
Things = Mapping[int, Description]
"""What is named, by the indices of the pieces."""


@dataclass(frozen=True)
class Told:
    """A place: the relation, what it is to, and the index of the piece that says so."""

    at: int
    relation: str
    anchors: tuple[Description, ...]


def relations_told(row: Row, things: Things) -> list[Told]:
    """The places that are named; of one that is told twice ("beside it, on its left") the narrower."""
    found: list[Told] = []
    for told in _anchored(row, things):
        before = found[-1] if found else None
        both = {told.relation, before.relation} if before is not None and before.anchors == told.anchors else set()
        if before is not None and both and (len(both) == 1 or "next to" in both):
            found[-1] = told if before.relation == "next to" else before
        else:
            found.append(told)
    return _in_the_middle(found)


def _in_the_middle(found: list[Told]) -> list[Told]:
    """ "Left of the bowl and right of the cup" is between both."""
    if len(found) == 2 and {told.relation for told in found} == {"left of", "right of"}:
        first, second = found
        if first.anchors != second.anchors:
            return [Told(first.at, "between", (*first.anchors, *second.anchors))]
    return found


def _anchored(row: Row, things: Things) -> Iterator[Told]:
    for at, piece in enumerate(row):
        relation = relation_of(piece) or _at_its_side(row, at)
        after = following(row, at + 1)
        if not relation:
            if piece.thing is not None and (side := own_side(row, at)) and not (at and relation_of(row[at - 1])):
                yield Told(at, side, (things[at],))
        elif relation == "between" and (seen := _before_me(row, after, things)) is not None:
            yield Told(at, "in front of", (seen,))
        elif after in things:
            if side := own_side(row, after):
                yield Told(at, side, (things[after],))
            elif second := _second(row, after, things) if relation == "between" or "middle" in piece.words else 0:
                yield Told(at, "between", (things[after], things[second]))
            elif relation != "between":
                yield Told(at, _narrowed(row, at, relation), (things[after],))
        elif piece.may("in") and has(row[:at], "gap"):
            continue  # in the gap that was named before
        elif anchors := _meant_by_it(row, at, things):
            yield Told(at, side_of_it(row, at) or relation, anchors)


def _before_me(row: Row, after: int, things: Things) -> Description | None:
    """What "between me and it" is before, or None."""
    joint = following(row, after + 1)
    last = following(row, joint + 1)
    if last >= len(row) or not row[joint].may("and"):
        return None
    if row[after].may("me"):
        return things.get(last)
    return things.get(after) if row[last].may("me") else None


def side_of_it(row: Row, at: int) -> str:
    """The side in "on its left", or ""."""
    side = next((_SIDES[word] for near in row[at : at + 3] for word in near.words if word in _SIDES), "")
    return side if any({"its", "their"} & set(near.words) for near in row[at : at + 2]) else ""


def _at_its_side(row: Row, at: int) -> str:
    """ "At its left side"."""
    leads = row[at].concepts.get("relations") in ("at", "to", "by")
    return side_of_it(row, at) if leads and at + 2 < len(row) else ""


def _second(row: Row, first: int, things: Things) -> int:
    """Where the other one is named after "and" or "from", or 0."""
    joint = following(row, first + 1)
    second = following(row, joint + 1)
    leads = first > 0 and "from" in row[first - 1].words
    joins = joint < len(row) and (row[joint].may("and") or row[joint].words == (("to",) if leads else ("from",)))
    return second if joins and second in things else 0


def _meant_by_it(row: Row, at: int, things: Things) -> tuple[Description, ...]:
    """What "behind it", "on its left" and "between them" are to."""
    both = relation_of(row[at]) == "between"
    before = list(dict.fromkeys(things[place] for place in sorted(things) if place < at))
    if not before:
        following_it = list(dict.fromkeys(things[place] for place in sorted(things)))
        return (following_it[0],) if len(following_it) == 2 and not both else ()
    named = max(place for place in things if place < at)
    led_to = named > 0 and row[named - 1].concepts.get("relations") == "to"
    words = {word for near in row[at : at + (3 if both else 2)] for word in near.words}
    if not both and words.isdisjoint(_PRONOUNS | _BOTH):
        return (things[named],) if led_to and at == len(row) - 1 else ()
    after = [things[place] for place in things if place > at and things[place] not in before]
    if len(after) == 1:
        return tuple(before)
    if led_to or (named > 0 and _is_just_told(row, named, at)):
        return (things[named],)
    if both and len(before) == 3 and row[named - 1].words == ("and",) and row[named - 2].thing is not None:
        return tuple(before[1:])
    if has(row[named:at], "and"):
        return ()  # "the bowl and the plate are empty, put it between them"
    return tuple(thing for thing in before if thing != things[named])


def _is_just_told(row: Row, named: int, at: int) -> bool:
    """Whether the place before was beside the same: "beside the bowl, to the left of it"."""
    between = row[named + 1 : at]
    return bool(relation_of(row[named - 1])) and all(piece.may("and", "nothing") for piece in between)


def _narrowed(row: Row, at: int, relation: str) -> str:
    """ "Next to the bowl on the left" is left of it, with or without a comma; "on the side that faces me" before it."""
    if relation != "next to":
        return relation
    sides = {side for place in range(len(row)) if (side := side_named(row, place))}
    if len(sides) == 1:
        return f"{sides.pop()} of"
    ways = {way for piece in row[at:] if (way := _way_from_me(piece, row[at]))}
    return _TOWARDS_ME[ways.pop()] if len(ways) == 1 else relation


def _way_from_me(piece: Piece, told: Piece) -> str:
    """ "The side that faces me", "the other side, away from me"."""
    if piece.may("facing", "averted"):
        return "back" if piece.may("facing") else "forward"
    return piece.concepts.get("directions", "") if "side" in told.words and not piece.may("nothing", "side") else ""


def side_named(row: Row, at: int) -> str:
    """The side that is named there, or ""; "right" alone only as something's own: "its right", not "right there"."""
    own = at > 0 and row[at - 1].words[-1] in ("its", "their", "s")
    return left_or_right(row[at]) if own or len(row[at].words) > 1 else ""


def left_or_right(piece: Piece) -> str:
    """The side that it names, or ""."""
    if not piece.may("side", "directions") or (piece.may("nothing") and piece.words != ("right",)):
        return ""
    return next((word for word in piece.words if word in ("left", "right")), "")


def own_side(row: Row, at: int) -> str:
    """The side in "on the red bowl's left", or ""."""
    if at + 2 >= len(row) or row[at + 1].words != ("s",):
        return ""
    return next((value for word in row[at + 2].words if (value := _SIDES.get(word))), "")


def relation_of(piece: Piece) -> str:
    """The relation that it names, or ""."""
    if "between" in piece.words and not piece.may("fill"):
        return "between"
    if piece.may("on_it") or piece.words == ("on", "it"):
        return "on"
    relation = piece.concepts.get("relations", "") or ("in" if piece.may("in") else "on" if piece.may("on") else "")
    relation = _INTO.get(relation, relation)
    return relation if relation in _PLACED else ""


def following(row: Row, at: int) -> int:
    """The index of the next piece that carries something."""
    while at < len(row) and row[at].may("nothing") and not row[at].may("thing", "relations"):
        at += 1
    return at


def seen_from(told: Told, thing: Description) -> Told:
    """The place of what it is to, beside the thing that is there: of the bowl, where the cup is to be left of it."""
    relation = "next to" if told.relation == "next to" else OPPOSITE.get(told.relation, "")
    return replace(told, relation=relation, anchors=(thing,))
