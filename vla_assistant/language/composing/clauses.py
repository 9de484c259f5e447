"""The clauses of a row: which of them ask for something, and which only say how things are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from vla_assistant.language.composing.asides import cut, is_reason, is_story, is_unknown
from vla_assistant.language.composing.row import Piece, Row

_LICENSING = ("polite", "want", "ensure", "must", "within", "instead_of", "after", "let", "home_of")
"""After one of these "is" and participles tell nothing."""
_STATES = ("open", "close", "clear", "sort", "swap", "stack", "push", "opened", "closed", "match", "pull")
"""Verbs whose participle alone says what should be: "drawer closed"."""
_PURPOSES = ("as", "since", "because", "now that", "given that", "so that", "such that", "until", "till")
_SHORT = (("s",), ("its",), ("theyre",))
_THERE = frozenset(("theres", "there", "has", "have", "is", "leaves"))
_ROOM = frozenset(("gap", "space", "room", "spot", "opening"))
_FORMS = ("base", "s", "ing", "past")
_NAMING = ("thing", "drawer", "all", "table", "mixed")
"""What a clause that only tells names for the next."""
_UNWANTED = ("unwanted", "thing", "drawer", "all", "table", "loose", "nothing", "bare", "within")
"""All that a clause holds which says what is not wanted."""
_GERUND_AFTER = ("finish", "start", "after", "polite", "want", "use")


def clauses(row: Row) -> Iterator[tuple[Row, Row]]:
    """The row from one joint to the next, each with the joint after it."""
    begin = 0
    for at, piece in enumerate((*row, Piece((), {"and": ""}))):
        if piece.may("and"):
            yield row[begin:at], row[at : at + 1]
            begin = at + 1


def told(clause: Row, licensed: bool = False) -> bool:
    """Whether the clause only says how things are or were: "the drawer is open", not "what is on the table"."""
    if not clause or " ".join(clause[0].words) in _PURPOSES:
        return bool(clause)
    if any(first.may("may_be") and "past" in second.concepts.values() for first, second in pairwise(clause)):
        return False
    licensed = licensed or clause[0].may("asks")
    if clause[0].may("asks") and not any(_verb_forms(piece.concepts) or piece.may("must") for piece in clause[1:]):
        return True
    if any(_is_perfect(*pair) for pair in pairwise(clause)):
        return True
    for at, piece in enumerate(clause):
        licensed = licensed or piece.may(*_LICENSING)
        if licensed:
            continue
        if piece.may("may_be") or (at > 0 and piece.is_only(("asks",))):
            return True
        if _is_own_side(clause, at):
            continue
        if _says_what_is(piece) or (piece.words in _SHORT and _says_how(clause[at + 1 :])):
            return True
        if _reports(piece, clause[at + 1] if at + 1 < len(clause) else None):
            return True
        forms = _verb_forms(piece.concepts)
        if not forms or len(forms) < len(piece.concepts):
            continue
        if set(forms.values()) == {"past"} and not piece.may(*_STATES):
            return True
        if set(forms.values()) == {"ing"} and not any(before.may(*_GERUND_AFTER) for before in clause[:at]):
            only_beside = all(before.may("nothing") for before in clause[:at])
            return only_beside and not piece.may("use", "start")
        if set(forms.values()) == {"s"} and not piece.may("go", "hold", "match", *_taking_places(clause)):
            return True
    return False


def _is_own_side(clause: Row, at: int) -> bool:
    """ "The cup's left"."""
    return clause[at].words == ("s",) and at + 1 < len(clause) and clause[at + 1].may("side")


def _says_what_is(piece: Piece) -> bool:
    """ "Is", "stands", "looks", "there is room"; not "rest" and "lie", which may be orders."""
    if piece.may("gap") and not _THERE.isdisjoint(piece.words):
        return True
    others = [form for concept, form in piece.concepts.items() if concept != "be"]
    return piece.may("be") and all(form in ("s", "past") for form in others)


def _reports(piece: Piece, after: Piece | None) -> bool:
    """Whether somebody did something with what follows: "closed the drawer"."""
    done = "past" in piece.concepts.values() and "base" not in piece.concepts.values()
    return (
        done
        and not piece.may("directions")
        and after is not None
        and after.may("thing", "drawer", "all", "table", "places")
    )


def _taking_places(clause: Row) -> tuple[str, ...]:
    """ "Takes" says what is to be where it is of places: "the cube takes the ball's place"."""
    return ("take",) if any(piece.may("places", "instead_of") for piece in clause) else ()


def _goes_on(clause: Row) -> bool:
    """Whether it says how what was asked for is done: "..., putting each where its colour is"."""
    return bool(clause) and "ing" in clause[0].concepts.values()


def _is_perfect(first: Piece, second: Piece) -> bool:
    """ "Have closed", "has been sorted"."""
    return first.words[-1] in ("have", "has", "had") and bool(_verb_forms(second.concepts))


def _says_how(rest: Row) -> bool:
    """Whether a state follows: "its still open", not "its place"."""
    state = next((piece for piece in rest if not piece.is_only(("nothing",))), None)
    return state is not None and not state.may("side") and state.may("opened", "closed", "in", "mixed", "bare", "loose")


def _verb_forms(concepts: Mapping[str, str]) -> dict[str, str]:
    return {concept: form for concept, form in concepts.items() if form in _FORMS}


def asked(row: Row) -> Row:
    """The row without what clauses that only tell say of what they name; empty when no other is left."""
    kept: list[Piece] = []
    serious = listed = False
    for clause, joint in clauses(row):
        asks, tells = _split(clause, listed, going_on=bool(kept))
        if asks is None:
            return ()
        serious = serious or any(_is_serious(piece) for piece in asks)
        kept += [*asks, *_named(tells), *joint]
        listed = bool(asks) and _goes_on_after(asks[-1]) and any(piece.may(*_LICENSING) for piece in asks)
    return tuple(kept) if serious else ()


def _goes_on_after(piece: Piece) -> bool:
    """Whether what comes next goes on with it: "... should be lifted and put back"."""
    return piece.may("thing") or "past" in _verb_forms(piece.concepts).values()


def _is_serious(piece: Piece) -> bool:
    """Whether it says more than what something is about."""
    return not piece.may("nothing", "thing", "all", "table") or "base" in piece.concepts.values()


def _named(tells: Row) -> Row:
    """What a clause that only tells names: things, and the place beside one that is free."""
    room = any(piece.may("gap", "dish", "places") or not _ROOM.isdisjoint(piece.words) for piece in tells)
    return tuple(piece for piece in tells if piece.may(*_NAMING, *(("relations", "middle", "gap") if room else ())))


def denies(clause: Row) -> bool:
    """Whether the clause says no more than what nobody wants or needs: "nobody needs the drawer any more"."""
    return any(piece.may("unwanted") for piece in clause) and all(piece.may(*_UNWANTED) for piece in clause)


def _split(clause: Row, licensed: bool, going_on: bool) -> tuple[Row | None, Row]:
    """What a clause asks for, and what it only tells; None where that cannot be known."""
    if denies(clause):
        return (), clause
    reason: Row = ()
    if is_unknown(clause) and (orders(clause) or not told(clause, licensed)):
        clause, reason = cut(clause)
    if is_unknown(clause) or (reason and not is_reason(reason)):
        whole = (*clause, *reason)
        return ((), whole) if is_story(whole) else (None, ())
    if told(clause, licensed) and not (going_on and _goes_on(clause)):
        return (None, ()) if orders(clause) else ((), clause)
    return clause, ()


def orders(clause: Row) -> bool:
    """Whether it begins with an order: "leave everything as it is", "could you sort it"."""
    first = next((piece for piece in clause if not piece.is_only(("nothing",))), None)
    if first is None or first.may("polite"):
        return first is not None
    return "base" in first.concepts.values() and not first.may("be", "drawer", "bare", "opened")
