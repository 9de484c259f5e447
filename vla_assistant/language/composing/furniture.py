"""Requests about the drawer: opening and closing it, and what is put in and taken out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from vla_assistant.language.composing.frames import has, holds_only, named
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.request import Act, Description

DRAWER = Description("drawer")
_MOVING = (
    "put",
    "push",
    "pull",
    "take",
    "let",
    "handle",
    "use",
    "start",
    "finish",
    "reach",
    "go",
    "pressing",
    "give",
    "stack",
)


def of_drawer(row: Row) -> tuple[Act, ...]:
    """Opening or closing it."""
    if not has(row, "drawer", "shut_drawer", "drawers", "handle") or not holds_only(row, "drawer"):
        return ()
    if has(row, "thing", "all"):
        return ()
    state = _state(row)
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
        return "open" if has(row, *_MOVING) else ""
    if has(row, "cabinet") or _goes_home(row):
        return "close" if has(row, "push", "put", "go", "pressing") else ""
    towards = any(piece.may("stop_of_drawer") and piece.words[0] in ("to", "towards", "toward") for piece in row)
    return "open" if has(row, "pull") and (towards or has(row, "drawer", "handle")) else ""


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
    if not (has(row, "out") or (has(row, "take") and not has(row, "put"))):
        return ()
    if has(row, "me", "all") or (_goes_in(row) and not has(row, "go")):
        return ()
    return (Act("pick", replace(things[0], relation="in", anchors=(DRAWER,))),)


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
    if any("out" in piece.words for piece in row):
        return ()
    place = next((at for at, piece in enumerate(row) if piece.thing is not None), 0)
    if has(row, "stay") and not has(row, "must"):
        return ()
    placed = has(row, "in", "hold") or any(piece.words == ("to",) for piece in row)
    if not placed or not (
        has(row, "put", "go", "hold", "want", "must", "let", "give", "push", "clear") or not _verbs(row)
    ):
        return ()
    opens = any(piece.may("open") and piece.concepts["open"] == "base" for piece in row[:place])
    closes = any(piece.may("close", "closed") for piece in row[place:])
    act = Act("place", things[0], "in", (DRAWER,))
    return (*((Act("open", DRAWER),) if opens else ()), act, *((Act("close", DRAWER),) if closes else ()))


def _verbs(row: Row) -> bool:
    return any("base" in piece.concepts.values() for piece in row)
