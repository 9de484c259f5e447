"""Requests about the drawer: opening and closing it, and what is put in and taken out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from vla_assistant.language.composing.frames import has, holds_only, named
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.request import Act, Description

_IS = frozenset(("its", "is", "thats"))
_CONDITIONS = ("once", "when", "after", "as")
DRAWER = Description("drawer")


def of_drawer(row: Row) -> tuple[Act, ...]:
    """Opening or closing it."""
    if not has(row, "drawer", "shut_drawer", "drawers", "handle") or not holds_only(row, "drawer"):
        return ()
    if has(row, "thing", "all"):
        return ()
    if any(piece.may("within", "after") and piece.words[0] in _CONDITIONS for piece in row):
        return ()
    state = _state(row) or _wanted(row)
    return (Act(state, DRAWER),) if state else ()


def _state(row: Row) -> str:
    """ "open" or "close", by the words for it, else by the way that it is moved; "" when open."""
    opening = [piece for piece in row if piece.may("open", "opened") and not _is_start(piece)]
    closing = [piece for piece in row if piece.may("close", "closed")]
    if opening and closing:
        return ""
    if opening or closing:
        return "open" if opening else "close"
    if has(row, "out") or any("out" in piece.words for piece in row):
        return "open"
    if has(row, "cabinet", "home") or _goes_home(row):
        back = any("back" in piece.words and piece.may("in", "cabinet") for piece in row)
        return "close" if back or not has(row, "pull", "take", "reach") else ""
    if (has(row, "pressing") and _verbs(row)) or (has(row, "push") and has(row, "shoved")):
        return "close"
    towards = any(piece.may("stop_of_drawer") and piece.words[0] in ("to", "towards", "toward") for piece in row)
    return "open" if has(row, "pull") and (towards or has(row, "drawer", "handle")) else ""


def _wanted(row: Row) -> str:
    """The state in which the drawer is wished for: "what I need is a closed drawer"."""
    words = {word for piece in row if piece.may("drawer", "shut_drawer") for word in piece.words}
    if not has(row, "want", "finish", "ensure", "let"):
        return ""
    return "open" if {"open", "opened"} & words else "close" if {"closed", "shut"} & words else ""


def _goes_home(row: Row) -> bool:
    """Whether it goes "in", other than "in the drawer"."""
    following = (*row[1:], None)
    return any(
        piece.may("in") and not (after and after.may("drawer", "shut_drawer", "table"))
        for piece, after in zip(row, following, strict=True)
    )


def _is_start(piece: Piece) -> bool:
    return piece.may("start") and not piece.may("open")


def retrieved(row: Row) -> tuple[Act, ...]:
    """Something is taken out of the drawer, which is opened before."""
    things = named(row)
    if len(things) != 1 or not has(row, "drawer", "shut_drawer") or not holds_only(row, "retrieve"):
        return ()
    inside = _is_looked_for(row) or _lies_inside(row)
    taken_from = has(row, "out") or any("from" in piece.words for piece in row)
    if not (inside or taken_from or (has(row, "take") and not has(row, "put"))):
        return ()
    if has(row, "me", "all") or (_goes_in(row) and not inside and not has(row, "go")):
        return ()
    act = Act("pick", replace(things[0], relation="in", anchors=(DRAWER,)))
    return (Act("open", DRAWER), act) if _is_opened(row) else (act,)


def _is_looked_for(row: Row) -> bool:
    """Whether the hand goes to the drawer and takes the thing then: "get into the drawer and grab it"."""
    drawer = next((at for at, piece in enumerate(row) if piece.may("drawer", "shut_drawer")), len(row))
    thing = next((at for at, piece in enumerate(row) if piece.thing is not None), 0)
    taken = thing > 1 and row[thing - 1].may("take") and not row[thing - 1].may("put")
    taken = taken or (thing > 1 and row[thing - 1].words == ("for",) and row[0].may("go"))
    return drawer < thing and (taken or has(row, "reach"))


def _lies_inside(row: Row) -> bool:
    """Whether it is said to be in the drawer of what is wanted: "take what's hiding in it", "I need it, it's in it"."""
    place = next((at for at, piece in enumerate(row) if at and piece.may("in") and _is_of(row, at)), 0)
    said = [piece for piece in row[:place] if not piece.may("loose", "stay", "closed", "nothing") or _says_is(piece)]
    said = [piece for piece in said if piece.concepts.get("put") not in ("ing", "past")]
    return bool(said) and _says_is(said[-1]) and has(row[:place], "take", "want") and not has(row, "must")


def _is_of(row: Row, at: int) -> bool:
    """Whether the drawer is named next."""
    return at + 1 < len(row) and row[at + 1].may("drawer", "shut_drawer")


def _says_is(piece: Piece) -> bool:
    return not _IS.isdisjoint(piece.words) and not piece.may("want")


def _goes_in(row: Row) -> bool:
    """Whether "into the drawer" stands there, after a word of placing."""
    into = any(
        piece.may("in") and "to" in "".join(piece.words) and after.may("drawer") for piece, after in pairwise(row)
    )
    return into and not has(row, "reach")


def put_away(row: Row) -> tuple[Act, ...]:
    """One thing is put in the drawer, which may be opened before and closed after it."""
    things = named(row)
    if len(things) != 1 or not has(row, "drawer") or not holds_only(row, "put_away") or has(row, "out", "all"):
        return ()
    if any("out" in piece.words for piece in row) or _is_looked_for(row) or _lies_inside(row):
        return ()
    place = next((at for at, piece in enumerate(row) if piece.thing is not None), 0)
    if has(row, "stay") and not has(row, "must"):
        return ()
    placed = has(row, "in", "hold", "home_of") or any(piece.words == ("to",) for piece in row)
    if not placed or not (
        has(row, "put", "go", "hold", "home_of", "want", "must", "let", "give", "push", "clear") or not _verbs(row)
    ):
        return ()
    opens = _is_opened(row[:place])
    closes = any(piece.may("close", "closed") for piece in row[place:])
    act = Act("place", things[0], "in", (DRAWER,))
    return (*((Act("open", DRAWER),) if opens else ()), act, *((Act("close", DRAWER),) if closes else ()))


def _is_opened(row: Row) -> bool:
    """Whether it is said that the drawer is to be opened."""
    return any(piece.may("open") and piece.concepts["open"] == "base" for piece in row)


def _verbs(row: Row) -> bool:
    return any("base" in piece.concepts.values() for piece in row)
