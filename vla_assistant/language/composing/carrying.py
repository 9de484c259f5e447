"""Requests about one thing: where it is brought, which way it is pushed, that it is handed over."""

from __future__ import annotations

from collections.abc import Iterator

from vla_assistant.language.composing.frames import has, holds_only, mentions
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ANYTHING, Act, Description

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
_HANDED = frozenset(("over", "handover", "me", "us"))
_PASSED = frozenset(("pass", "passing", "handing"))
_WAYS = ("left", "right", "forward", "back")
_PRONOUNS = frozenset(("it", "its", "them", "their", "that"))
_MOVES = ("put", "take", "go", "let", "build", "push", "stack", "start", "finish", "give", "hold", "use", "loose")


def placed(row: Row) -> tuple[Act, ...]:
    """One thing is brought to where another one is, on the side of it that is named."""
    named = list(mentions(row))
    if any(piece.thing is not None and piece.thing.kind == ONE for piece in row):
        return ()  # "the green one" is of what was spoken of before
    if not holds_only(row, "place") or any(thing.kind in (ONE, ANYTHING) and not thing.colour for _, thing in named):
        return ()
    if _aims_elsewhere(row):
        return ()
    found = list(_anchored(row, dict(named))) or _told_apart(row, [thing for _, thing in named])
    if len(found) != 1:
        return ()
    relation, anchors = found[0]
    others = list(dict.fromkeys(thing for _, thing in named if thing not in anchors))
    if len(others) != 1 or (relation == "between") != (len(anchors) == 2):
        return ()
    return (Act("place", others[0], relation, anchors),)


def _anchored(row: Row, things: dict[int, Description]) -> Iterator[tuple[str, tuple[Description, ...]]]:
    """The relations that are named, each with what it is to."""
    for at, piece in enumerate(row):
        relation = _relation(piece)
        after = _next(row, at + 1)
        if not relation:
            if piece.thing is not None and (side := _own_side(row, at)) and not (at and _relation(row[at - 1])):
                yield side, (things[at],)
            continue
        if after in things:
            if side := _own_side(row, after):
                yield side, (things[after],)
            elif second := _second(row, after, things) if relation == "between" or "middle" in piece.words else 0:
                yield "between", (things[after], things[second])
            elif relation != "between":
                yield _narrowed(row, after, relation), (things[after],)
        elif anchors := _meant_by_it(row, at, things):
            side = next((_SIDES[word] for near in row[at : at + 3] for word in near.words if word in _SIDES), "")
            its = any({"its", "their"} & set(near.words) for near in row[at : at + 2])
            yield (side if its and side else relation), anchors


def _second(row: Row, first: int, things: dict[int, Description]) -> int:
    """Where the other one is named after "and", or 0."""
    joint = _next(row, first + 1)
    second = _next(row, joint + 1)
    return second if joint < len(row) and row[joint].may("and") and second in things else 0


def _meant_by_it(row: Row, at: int, things: dict[int, Description]) -> tuple[Description, ...]:
    """What "behind it" and "on its left" are to: all that is named before but the last, which is brought there."""
    words = {word for near in row[at : at + 2] for word in near.words}
    before = list(dict.fromkeys(things[place] for place in sorted(things) if place < at))
    named = max((place for place in things if place < at), default=at)
    if named == at or has(row[named:at], "and"):
        return ()  # "the bowl and the plate are empty, put it between them"
    last = things[named]
    if (words.isdisjoint(_PRONOUNS) and "between" not in words) or len(before) < 2:
        return ()
    return tuple(thing for thing in before if thing != last)


def _aims_elsewhere(row: Row) -> bool:
    """Whether a direction stands there that is no side of something: "put the cube left"."""
    beside = any(_relation(piece) for piece in row)
    ways = {piece.concepts["directions"] for piece in row if piece.may("directions") and not piece.may("side", *_MOVES)}
    return not ways <= {"down", "up", "back", *(("left", "right") if beside else ())}


def _told_apart(row: Row, named: list[Description]) -> list[tuple[str, tuple[Description, ...]]]:
    """What places say without a preposition: "the bowl on one side, the plate on the other", "side by side"."""
    if len(named) == 3 and has(row, "middle") and has(row, "side"):
        return [("between", (named[1], named[2]))]
    if len(named) == 2 and has(row, "side_by_side") and not any(map(_left_or_right, row)):
        return [("next to", (named[1],))]
    return []


def _narrowed(row: Row, after: int, relation: str) -> str:
    """ "Next to the bowl on the left" is left of it, with or without a comma."""
    sides = {side for piece in row[after + 1 :] if (side := _left_or_right(piece))}
    return f"{sides.pop()} of" if relation == "next to" and len(sides) == 1 else relation


def _left_or_right(piece: Piece) -> str:
    if not piece.may("side", "directions") or (piece.may("nothing") and piece.words != ("right",)):
        return ""
    return next((word for word in piece.words if word in ("left", "right")), "")


def _own_side(row: Row, at: int) -> str:
    """The side in "on the red bowl's left", or ""."""
    if at + 2 >= len(row) or row[at + 1].words != ("s",):
        return ""
    return next((value for word in row[at + 2].words if (value := _SIDES.get(word))), "")


def _relation(piece: Piece) -> str:
    if "between" in piece.words:
        return "between"
    if piece.may("on_it") or piece.words == ("on", "it"):
        return "on"
    relation = piece.concepts.get("relations", "") or ("in" if piece.may("in") else "on" if piece.may("on") else "")
    relation = _INTO.get(relation, relation)
    return relation if relation in _PLACED else ""


def _next(row: Row, at: int) -> int:
    """The index of the next piece that carries something."""
    while at < len(row) and row[at].may("nothing") and not row[at].may("thing", "relations"):
        at += 1
    return at


def pushed(row: Row) -> tuple[Act, ...]:
    """One thing is pushed in a direction."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or named[0].kind == ONE or not has(row, "push", "pressing") or not holds_only(row, "push"):
        return ()
    ways = {way for piece in row if (way := _way(piece))}
    if len(ways) != 1 or not ways <= set(_WAYS):
        return ()
    return (Act("push", named[0], direction=ways.pop(), amount="a bit" if has(row, "bit") else ""),)


def _way(piece: Piece) -> str:
    if piece.may("side") and not piece.may("directions"):
        return next((word for word in piece.words if word in _WAYS), "")
    return "" if piece.may("me", "too", "bit") else piece.concepts.get("directions", "")


def given(row: Row) -> tuple[Act, ...]:
    """One thing is handed over to the user."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or not holds_only(row, "give") or named[0].kind == ONE:
        return ()
    handing = any(not (_HANDED if piece.may("hand") else _HANDED | _PASSED).isdisjoint(piece.words) for piece in row)
    over = has(row, "give") and handing
    return (Act("give", named[0]),) if over or has(row, "me", "asked_for") else ()


def picked(row: Row) -> tuple[Act, ...]:
    """One thing is taken up and held."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or named[0].kind == ONE or not has(row, "take") or not holds_only(row, "pick"):
        return ()
    upwards = all(piece.concepts.get("directions", "up") in ("up", "back") or piece.may("nothing") for piece in row)
    if not upwards or (has(row, "close") and not has(row, "hand")) or has(row, "me"):
        return ()
    if has(row, "lowering", "put", "table") and not has(row, "out"):
        return ()
    return (Act("pick", named[0]),)


def sent_home(row: Row) -> tuple[Act, ...]:
    """The arm goes to where it rests."""
    bare = all(piece.may("home", "nothing") for piece in row)
    sent = any(piece.may("homing", "hand", "go") and not piece.may("home") for piece in row)
    if not has(row, "home") or not (bare or sent) or not holds_only(row, "home"):
        return ()
    return (Act("home"),)
