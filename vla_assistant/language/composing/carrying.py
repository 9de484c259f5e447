"""Requests about one thing: taking it, setting it down, which way it is pushed, that it is handed over."""

from __future__ import annotations

from vla_assistant.language.composing.frames import has, holds_only, mentions
from vla_assistant.language.composing.relations import relation_of
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import Act

_HANDED = frozenset(("over", "handover", "me", "us"))
_PASSED = frozenset(("pass", "passing", "handing"))
_LET_GO = frozenset(("back", "again", "down", "anywhere", "somewhere"))
_PUTTING = ("put", "give", "go", "must", "want", "stay")
_WAYS = ("left", "right", "forward", "back")


def pushed(row: Row) -> tuple[Act, ...]:
    """One thing is pushed in a direction."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or named[0].kind == ONE or not has(row, "push", "pressing") or not holds_only(row, "push"):
        return ()
    ways = {way for piece in row if (way := _way(piece))} or _way_to_me(row)
    if len(ways) != 1 or not ways <= set(_WAYS):
        return ()
    return (Act("push", named[0], direction=ways.pop(), amount="a bit" if has(row, "bit") else ""),)


def _way_to_me(row: Row) -> set[str]:
    """ "Slide it over here to me", in which no verb may be for carrying it."""
    pushes = all(piece.may("push", "pressing") for piece in row if "base" in piece.concepts.values())
    return {"back"} if pushes and any(piece.may("me") and "here" in piece.words for piece in row) else set()


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
    if has(row, "before_me"):
        return (Act("give", named[0]),) if has(row, *_PUTTING) else ()
    if any(relation_of(piece) and not piece.may("in", "nothing") for piece in row):
        return ()  # "the cup nearest to me"
    return (Act("give", named[0]),) if over or has(row, "me", "asked_for") else ()


def picked(row: Row) -> tuple[Act, ...]:
    """One thing is taken up and held."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or named[0].kind == ONE or not holds_only(row, "pick"):
        return ()
    if (
        not (has(row, "take") or _is_held(row))
        and not _in_hand(row)
        and not (has(row, "pull") and has(row, "directions"))
    ):
        return ()
    if has(row, "out") and has(row, "hand"):
        return ()  # "get it out of your hand"
    upwards = all(piece.concepts.get("directions", "up") in ("up", "back") or piece.may("nothing") for piece in row)
    if not upwards or (has(row, "close") and not has(row, "hand")) or has(row, "me"):
        return ()
    if has(row, "lowering", "put", "table") and not has(row, "out"):
        return ()
    return (Act("pick", named[0]),)


def _is_held(row: Row) -> bool:
    """ "Hold the cup for me": the only verb, before the thing."""
    held = [at for at, piece in enumerate(row[:-1]) if "hold" in piece.words and row[at + 1].thing is not None]
    verbs = [at for at, piece in enumerate(row) if "base" in piece.concepts.values() and not piece.may("nothing")]
    return bool(held) and verbs == held


def _in_hand(row: Row) -> bool:
    """ "Have the cup in your hand", "close your fingers around it"."""
    hand = next((at for at, piece in enumerate(row) if piece.may("hand")), 0)
    inside = any(piece.may("in") for piece in row[:hand]) and has(row, "must", "let", "want", "hold", "go")
    return hand > 0 and (inside or (has(row, "close") and has(row[hand:], "around")))


def set_down(row: Row) -> tuple[Act, ...]:
    """One thing is taken up and put down on the table again."""
    named = list(dict.fromkeys(thing for _, thing in mentions(row)))
    if len(named) != 1 or named[0].kind == ONE or not holds_only(row, "set_down"):
        return ()
    lowered = next((at for at, piece in enumerate(row) if at and _lowers(piece)), len(row))
    takes = [at for at, piece in enumerate(row) if (piece.may("take") and not piece.may("let")) or _both(piece)]
    if not takes or takes[0] > lowered or lowered == len(row):
        return ()
    if not (has(row[lowered:], "table", "lower", "elsewhere") or any(_ends_lifting(piece) for piece in row[lowered:])):
        return ()
    return (Act("pick", named[0]), Act("put_down", named[0]))


def _lowers(piece: Piece) -> bool:
    return piece.may("put", "lowering", "lower", "stay", "gap") and not piece.may("take")


def _both(piece: Piece) -> bool:
    """ "Picked up and put" is one verb of the reader."""
    return not {"pick", "picked", "lift", "lifted", "take", "taken"}.isdisjoint(piece.words)


def _ends_lifting(piece: Piece) -> bool:
    """Words after which nobody holds it any more: "put it back", "release it"."""
    return piece.may("lowering", "elsewhere") or not _LET_GO.isdisjoint(piece.words)


def sent_home(row: Row) -> tuple[Act, ...]:
    """The arm goes to where it rests."""
    bare = all(piece.may("home", "nothing") for piece in row)
    sent = any(piece.may("homing", "hand", "go") and not piece.may("home") for piece in row)
    if not has(row, "home") or not (bare or sent) or not holds_only(row, "home"):
        return ()
    return (Act("home"),)
