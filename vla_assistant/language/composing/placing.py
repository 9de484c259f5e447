"""Requests to bring one thing to where another one is, on the side of it that is named."""

from __future__ import annotations

from itertools import pairwise

from vla_assistant.language.composing.frames import has, holds_only, mentions
from vla_assistant.language.composing.neighbours import told_among, told_beside
from vla_assistant.language.composing.relations import (
    Things,
    Told,
    following,
    own_side,
    relation_of,
    relations_told,
    seen_from,
    side_of_it,
)
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ANYTHING, Act, Description

_MOVES = ("put", "take", "go", "let", "build", "push", "stack", "start", "finish", "give", "hold", "use", "loose")
_CARRYING = frozenset(("take", "get", "bring", "fetch", "remove", "taking", "getting", "bringing"))
_LOOKING = frozenset(("look", "check", "consider"))
_DESCRIBES = frozenset(("that", "thats", "which"))
_TELLING_APART = frozenset(("other", "both", "second", "first", "third", "last", "all", "every", "each"))


def placed(row: Row) -> tuple[Act, ...]:
    """One thing is brought to where another one is, on the side of it that is named."""
    things = dict(mentions(row))
    if any(piece.thing is not None and piece.thing.kind == ONE for piece in row):
        return ()  # "the green one" is of what was spoken of before
    if not holds_only(row, "place") or any(
        thing.kind in (ONE, ANYTHING) and not thing.colour for thing in things.values()
    ):
        return ()
    if has(row, "facing", "averted") and not any("side" in piece.words for piece in row):
        return ()  # "the cup that is closest to me"
    if _only_taken(row) or _aims_elsewhere(row) or _describes(row):
        return ()
    told = _as_it_comes_to_be(row, things)
    if told is None:
        found = told_among(row, things) or relations_told(row, things) or told_beside(row, things)
        told = found[0] if len(found) == 1 else None
    return _brought(row, things, told) if told is not None else ()


def _brought(row: Row, things: Things, told: Told) -> tuple[Act, ...]:
    """The act, of the one thing that is not what the place is beside."""
    others = list(dict.fromkeys(thing for thing in things.values() if thing not in told.anchors))
    if len(others) != 1 or (told.relation == "between") != (len(told.anchors) == 2) or _counts_me(row, told):
        return ()
    thing = others[0]
    if (ordered := _ordered_last(row, things)) is not None and told.anchors == (ordered,):
        told, thing = seen_from(told, thing), ordered
    return (Act("place", thing, told.relation, told.anchors),) if told.relation else ()


def _counts_me(row: Row, told: Told) -> bool:
    """Whether the speaker is named other than in "between me and the bowl"."""
    near_me = {told.at + 1, told.at + 3} if told.relation == "in front of" else set()
    return any(piece.may("me") and at not in near_me for at, piece in enumerate(row))


def _as_it_comes_to_be(row: Row, things: Things) -> Told | None:
    """ "Put the cup so that the bowl is on its left": the place beside the bowl; None where nothing is told so."""
    begins = next((at for at in range(len(row)) if row[at].may("result") or _comes_with(row, at)), len(row))
    before = {things[at] for at in things if at < begins}
    after = [at for at in things if at > begins]
    if len(before) != 1 or len(set(things.values())) != 2 or not after or things[after[0]] in before:
        return None
    at = next((at for at in range(begins, len(row)) if relation_of(row[at])), 0)
    if at < after[0]:
        return None
    own = next((side for place in after[1:] if (side := own_side(row, place))), "")
    told = Told(at, own or side_of_it(row, at) or relation_of(row[at]), tuple(before))
    return seen_from(told, things[after[0]])


def _comes_with(row: Row, at: int) -> bool:
    """ "Put the cup down with the bowl on its left"."""
    own = any(piece.may("side") and before.words == ("its",) for before, piece in pairwise(row[at:]))
    return (
        row[at].concepts.get("relations") == "with" and row[following(row, at + 1) % len(row)].thing is not None and own
    )


def _ordered_last(row: Row, things: Things) -> Description | None:
    """What is ordered to be moved at the end: "..., so move the cup"."""
    last = max(things)
    verb = next((at for at in range(last - 1, -1, -1) if not row[at].may("nothing") or row[at].may("relations")), 0)
    ordered = any(row[verb].concepts.get(concept) == "base" for concept in ("put", "push"))
    ends = all(piece.may("nothing", "lower") for piece in row[last + 1 :])
    return things[last] if ordered and ends and verb < last else None


def _only_taken(row: Row) -> bool:
    """ "Grab the cup behind the bowl" and "look at the cup behind the bowl" bring it nowhere."""
    taken = [piece for piece in row if piece.concepts.get("take") == "base" and _CARRYING.isdisjoint(piece.words)]
    carried = ("put", "go", "push", "stack")
    looks = all(not _LOOKING.isdisjoint(piece.words) for piece in taken)
    return bool(taken) and not has(row, *carried, *(("must", "want", "let") if looks else ()))


def _describes(row: Row) -> bool:
    """Whether what is named is told from others: "the ball which lies in the cup", "the other bowl"."""
    pairs = [(at, following(row, at + 1)) for at in range(len(row))]
    return any(_tells_apart(row, at, after) for at, after in pairs if after < len(row))


def _tells_apart(row: Row, at: int, after: int) -> bool:
    here, words = row[at], row[after].words
    if here.thing is None:
        counted = not _TELLING_APART.isdisjoint(here.words) and not here.may("side", "fill")
        return counted and row[after].thing is not None
    where = next((later for later in row[after + 1 :] if not later.may("loose", "be", "nothing")), None)
    return not _DESCRIBES.isdisjoint(words) and where is not None and bool(relation_of(where))


def _is_pushed_on(piece: Piece, after: Piece) -> bool:
    """Whether a thing is pushed in a direction: "push the cup left"."""
    return piece.thing is not None and after.may("directions") and after.words[0] not in ("on", "at", "up")


def _aims_elsewhere(row: Row) -> bool:
    """Whether a direction stands there that is no side of something: "put the cube left"."""
    if has(row, "push") and any(map(_is_pushed_on, row, row[1:])):
        return True
    sides = has(row, "side_by_side", "neighbour") or any(relation_of(piece) for piece in row)
    fixed = any({"left", "right"} & set(relation_of(piece).split()) for piece in row)
    ways = {piece.concepts["directions"] for piece in row if piece.may("directions") and not piece.may("side", *_MOVES)}
    far = (
        ("forward", "back")
        if any("side" in piece.words or relation_of(piece) == "behind" for piece in row)
        else ("back",)
    )
    return not ways <= {"down", "up", *far, *(("left", "right") if sides and not fixed else ())}
