"""Rows of tokens back into requests."""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language.decoding import notation
from vla_assistant.language.request import ALL, Act, Description, Request


def request_of(row: Sequence[str], lengths_cm: Sequence[float]) -> Request | None:
    """The request that a row of the grammar says.

    None when it says none (`bare`), and when it names a number that the text lacks.
    """
    if bare(row):
        return None
    try:
        return _Parser(row, lengths_cm).request()
    except IndexError:
        return None


def bare(row: Sequence[str]) -> str:
    """What a row says that is no request: "nothing", "unsupported" or one of TURNS; else empty."""
    return row[0].strip("<>") if row[0].startswith("<") else ""


class _Parser:
    def __init__(self, row: Sequence[str], lengths_cm: Sequence[float]) -> None:
        self._row, self._lengths, self._at = list(row), lengths_cm, 0

    def request(self) -> Request:
        acts = [self._act()]
        while self._took(";"):
            acts.append(self._act())
        manner: set[str] = set()
        avoid: list[Description] = []
        going = self._took("|")
        while going:
            if self._took("avoid"):
                avoid.append(self._thing())
            else:
                manner.add(self._next())
            going = self._took(",")
        return Request(tuple(acts), frozenset(manner), tuple(avoid))

    def _peek(self) -> str:
        return self._row[self._at] if self._at < len(self._row) else notation.END

    def _next(self) -> str:
        self._at += 1
        return self._row[self._at - 1]

    def _took(self, *tokens: str) -> str:
        return self._next() if self._peek() in tokens else ""

    def _act(self) -> Act:
        skill = self._next()
        if skill in notation.BARE:
            return Act(skill)
        if skill == "move":
            return Act(skill, direction=self._next(), amount=self._amount())
        thing = self._thing()
        if skill in notation.HANDLED:
            return Act(skill, thing)
        self._next()
        if skill == "push":
            return Act(skill, thing, direction=self._next(), amount=self._amount())
        relation = self._next()
        return Act(skill, thing, relation, self._anchors())

    def _amount(self) -> str:
        amount = self._took(*notation.AMOUNTS)
        if not amount.startswith("#"):
            return amount
        return f"{self._lengths[int(amount[1:]) - 1]:g} cm"

    def _anchors(self) -> tuple[Description, ...]:
        things = [self._thing()]
        while self._took("&"):
            things.append(self._thing())
        return tuple(things)

    def _thing(self) -> Description:
        many = self._took("all", *notation.CHOICES, *notation.NUMBERS)
        rank = self._took(*notation.RANKS)
        side = self._took(*notation.SIDES)
        colour = self._took(*notation.COLOURS)
        kind = self._next()
        relation = self._took(*notation.LYING)
        anchors = self._anchors() if relation else ()
        without = self._thing() if self._took("except") else None
        number = ALL if many == "all" else int(many) if many in notation.NUMBERS else 1
        choice = many if many in notation.CHOICES else ""
        return Description(
            kind, colour or None, number, choice, side, int(rank[0]) if rank else 1, relation, anchors, without
        )
