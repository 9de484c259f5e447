"""What a frame asks of a row: which concepts it needs, and which it may hold besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from vla_assistant.language.composing.concepts import load
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ANYTHING, Description


def holds_only(row: Row, frame: str) -> bool:
    """Whether each piece may stand for something that the frame may hold."""
    known = load().frames
    return all(piece.may(*known[frame], *known["any"]) for piece in row)


def has(row: Iterable[Piece], *concepts: str) -> bool:
    """Whether a piece may stand for one of the concepts."""
    return any(piece.may(*concepts) for piece in row)


def named(row: Row) -> list[Description]:
    """The things that are named, each once, in the order of their first mention; "the red one" of the common kind."""
    found = [piece.thing for piece in row if piece.thing is not None]
    return list(dict.fromkeys(of_one_kind(found)))


def of_one_kind(things: Sequence[Description], usual: str = ANYTHING) -> list[Description]:
    """ "The red and the blue cube", "the red cube and the blue one": of the only kind that is named, else the usual."""
    kinds = {thing.kind for thing in things if thing.kind != ONE}
    kind = kinds.pop() if len(kinds) == 1 else usual
    return [replace(thing, kind=kind) if thing.kind == ONE else thing for thing in things]


def mentions(row: Row) -> Iterator[tuple[int, Description]]:
    """Where things are named, and which."""
    things = of_one_kind([piece.thing for piece in row if piece.thing is not None])
    places = [at for at, piece in enumerate(row) if piece.thing is not None]
    yield from zip(places, things, strict=True)
