"""Sentences with what they mean (notation: tests/language/said/README.md), and whether a reading says the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vla_assistant.errors import InputError
from vla_assistant.language.request import Request

REFUSED = ("unsupported", "nothing")
"""Meanings that ask for no motion; so do the turns of `decoding.notation`, which are one word as well."""
_IN_OR_ON = re.compile(r", (?:in|on) (?!front\b)")
_PLACE = re.compile(r" (?:left of|right of|in front of|behind|near|in|on|between) ")
_CARRIED = re.compile(r"(place|give|put_down)\(([^,)]*)")


@dataclass(frozen=True)
class Saying:
    """A sentence and its meaning as written."""

    text: str
    meaning: str

    @property
    def steps(self) -> int:
        """How many there are; 0 when it asks for none."""
        return self.meaning.partition(" | ")[0].count(";") + 1 if "(" in self.meaning else 0


def load(files: Iterable[Path]) -> Iterator[Saying]:
    """The sentences of the files, in order.

    Raises:
        InputError: a line has no meaning.
    """
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            text, tab, meaning = line.partition("\t")
            if not tab or not text.strip() or not meaning.strip():
                raise InputError(f"Line {number} of {file} has no sentence and meaning with a tab between.")
            yield Saying(text, meaning.strip())


def is_right(saying: Saying, reading: Request | None) -> bool:
    """Whether the reading means exactly what was meant; for a meaning of REFUSED, whether nothing was read."""
    if not saying.steps:
        return reading is None
    return reading is not None and canonical(str(reading)) == canonical(saying.meaning)


def canonical(meaning: str) -> str:
    """The meaning in one form for all that the arm would do alike.

    Taking a thing and at once placing, giving or putting it down is one motion; "in" and "on" are told apart by the
    thing below, not by the word; constraints have no order.
    """
    steps, _, constraints = meaning.partition(" | ")
    kept: list[str] = []
    for step in steps.split("; "):
        kept.append(_IN_OR_ON.sub(", in/on ", step.strip()))
        if len(kept) > 1 and (joined := _as_one(kept[-2], kept[-1])):
            kept[-2:] = [joined]
    ordered = ", ".join(sorted(filter(None, (part.strip() for part in constraints.split(",")))))
    return "; ".join(kept) + (f" | {ordered}" if ordered else "")


def _as_one(first: str, second: str) -> str | None:
    carried = _CARRIED.match(second)
    if not first.startswith("pick(") or carried is None:
        return None
    taken, again = first[5:-1], carried[2]
    if _PLACE.split(taken)[0] != _PLACE.split(again)[0]:
        return None
    return f"{carried[1]}({max(taken, again, key=len)}{second[carried.end() :]}"
