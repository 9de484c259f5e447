"""Requests about everything on the table, or about two things that change places."""

from __future__ import annotations

from vla_assistant.language.composing.frames import has, holds_only, mentions, named
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ALL, ANYTHING, Act, Description

_COLOUR = frozenset(("colour", "color", "colours", "colors"))
_EACH_OTHER = frozenset(("others", "anothers"))
_OVER = frozenset(("over", "round", "around"))
EVERYTHING = Description(ANYTHING, number=ALL)


def sorted_by_colour(row: Row) -> tuple[Act, ...]:
    """Each loose thing to the dish of its colour."""
    if any(piece.thing is not None and piece.thing.colour and piece.thing.kind != ONE for piece in row):
        return ()
    if has(row, "shade") or any(piece.thing is not None and piece.thing.colour for piece in row):
        return (Act("sort", EVERYTHING),) if _each_to_its_own(row) and holds_only(row, "sort") else ()
    coloured = has(row, "colour", "by_colour") or any(not _COLOUR.isdisjoint(piece.words) for piece in row)
    if not has(row, "all", "sort", "by_colour", "match"):
        return ()
    if not coloured and not (has(row, "same") and has(row, "dish") and has(row, "all")):
        return ()
    if not holds_only(row, "sort") or has(row, "drawer"):
        return ()
    if not (has(row, "by_colour", "same", "match", "sort") or has(row, "instead_of")):
        return ()
    kind = _dishes(row)
    return (Act("sort", EVERYTHING, anchors=(Description(kind, number=ALL),) if kind else ()),)


def _each_to_its_own(row: Row) -> bool:
    """ "Red to red, blue to blue": colours named in pairs."""
    shades = [piece.concepts.get("shade") or (piece.thing.colour if piece.thing else None) for piece in row]
    shades = [shade for shade in shades if shade]
    return len(shades) > 2 and shades[::2] == shades[1::2]


def _dishes(row: Row) -> str:
    """The only kind of dishes that is named, or ""."""
    words = {word for piece in row if piece.may("dish") for word in piece.words}
    bowls, plates = not words.isdisjoint(("bowl", "bowls")), not words.isdisjoint(("plate", "plates"))
    if bowls == plates or not words.isdisjoint(("dish", "dishes")):
        return ""
    return "bowl" if bowls else "plate"


def cleared(row: Row) -> tuple[Act, ...]:
    """Everything loose into the drawer, which is closed then."""
    if any(piece.thing is not None for piece in row) or not holds_only(row, "clear"):
        return ()
    if any(piece.may("open") and not piece.may("opened") for piece in row):
        return ()
    if has(row, "stay") and not has(row, "bare"):
        return ()
    everything = has(row, "all", "nothing_left")
    emptied = has(row, "table") and has(row, "bare", "clear", "nothing_left")
    stowed = (
        everything
        and has(row, "drawer")
        and has(row, "close", "closed", "table", "away", "clear", "loose", "nothing_left")
        and has(row, "put", "in", "go", "hold", "fill", "give", "away", "clear", "nothing_left", "reach")
    )
    stowed = stowed or (everything and has(row, "drawer") and not any(_puts(piece) for piece in row))
    gone = everything and (
        has(row, "away", "nothing_left") or _clears_all(row) or (has(row, "table") and has(row, "out"))
    )
    if not (emptied or stowed or gone):
        return ()
    if has(row, "drawer") and emptied and not everything and not has(row, "in", "close", "closed", "hold", "fill"):
        return ()
    return (Act("clear", EVERYTHING),)


def _clears_all(row: Row) -> bool:
    """Whether a word for clearing stands before "all": "clear it all", not "all clear"."""
    everything = next((at for at, piece in enumerate(row) if piece.may("all")), 0)
    return has(row, "clear") and (has(row, "drawer", "table") or has(row[:everything], "clear"))


def _of_each_other(row: Row) -> bool:
    """Whether "the other" stands by itself, other than in "the other bowl"."""
    following = (*row[1:], None)
    pairs = zip(row, following, strict=True)
    return any(piece.may("other") and (after is None or after.thing is None) for piece, after in pairs)


def _puts(piece: Piece) -> bool:
    """Whether it orders to put something somewhere, and no more."""
    return "base" in piece.concepts.values() and not piece.may("go", "within", "all")


def swapped(row: Row) -> tuple[Act, ...]:
    """Two things change places."""
    things = named(row)
    if len(things) != 2 or not holds_only(row, "swap"):
        return ()
    if any(thing.colour is None and thing.kind == ANYTHING for thing in things):
        return ()
    swaps = has(row, "swapping", "swap")
    places = any(
        piece.may("places", "instead_of") and (piece.concepts.get("put") != "base" or (at and row[at - 1].may("other")))
        for at, piece in enumerate(row)
    )
    order = [thing for _, thing in mentions(row)]
    there = len(order) == 4 and order == [order[0], order[1], order[1], order[0]]
    crossed = there and (places or has(row, "change", "of"))
    crossed = crossed or (len(order) >= 4 and sum(piece.may("places", "instead_of") for piece in row) >= 2)
    swaps = swaps or any(piece.may("change") and not _OVER.isdisjoint(piece.words) for piece in row)
    swaps = swaps or (row[-1].may("around") and any(piece.concepts.get("change") == "base" for piece in row))
    crossed = crossed or any(piece.may("places", "mixed") and _EACH_OTHER & set(piece.words) for piece in row)
    turned = ((has(row, "vice") or _of_each_other(row)) and (places or has(row, "change"))) or (
        has(row, "vice") and has(row, "want", "must", "let", "put", "polite")
    )
    if not (swaps or crossed or turned or (has(row, "change") and places)):
        return ()
    return (Act("swap", things[0], anchors=(things[1],)),)
