"""Where a request says that a thing is not to be: "it goes behind the bowl, not in front of it".

It asks for what it would ask for without that clause, where the clause denies another place than it asks for. Every
other negation leaves the words unread.
"""

from __future__ import annotations

from collections.abc import Iterable

from vla_assistant.language.composing.clauses import clauses
from vla_assistant.language.composing.relations import left_or_right, relation_of
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.request import Act

_PLACE = ("relations", "in", "on", "side", "directions", "elsewhere", "hand", "loose", "table")
_SIDES = {"left": "left of", "right": "right of", "front": "in front of", "back": "behind"}
_ASIDE = frozenset(("left of", "right of", "in front of", "behind"))
_INSIDE = frozenset(("in", "on"))


def without_contrast(row: Row) -> tuple[Row, frozenset[str] | None]:
    """The row without a first or last clause that says where it is not to be, and the places that this denies.

    Returns:
        No places, None, where no such clause stands.
    """
    parts = list(clauses(row))
    for at in (len(parts) - 1, 0):
        if len(parts) > 1 and (denied := _denied(parts[at][0])) is not None:
            kept = [(*clause, *joint) for clause, joint in (parts[:at] if at else parts[1:])]
            return tuple(piece for part in kept for piece in part), denied
    return row, None


def _denied(clause: Row) -> frozenset[str] | None:
    """The places that the clause denies; None when it is no denial of a place."""
    said = [piece for piece in clause if not piece.is_only(("nothing",))]
    if len(said) < 2 or not said[0].may("denied") or not said[1].may(*_PLACE):
        return None
    if not all(piece.may(*_PLACE, "thing", "nothing") for piece in said[1:]):
        return None
    return frozenset(filter(None, map(_place, said[1:])))


def _place(piece: Piece) -> str:
    side = left_or_right(piece) or next((word for word in piece.words if word in _SIDES), "")
    return relation_of(piece) or _SIDES.get(side, "")


def agrees(acts: Iterable[Act], denied: frozenset[str] | None) -> bool:
    """Whether the denied places differ from that of the one placing, so that both say the same."""
    if denied is None:
        return True
    act, *others = acts
    if others or act.skill != "place" or act.relation in denied:
        return False
    return denied <= (_INSIDE | _ASIDE if act.relation in _ASIDE else _INSIDE)
