"""From a text to the acts that its parts come to."""

from __future__ import annotations

import functools
from collections.abc import Callable

from vla_assistant.language import words as spelling
from vla_assistant.language.composing.asides import may_be_left_out
from vla_assistant.language.composing.carrying import given, picked, pushed, sent_home, set_down
from vla_assistant.language.composing.clauses import asked, orders
from vla_assistant.language.composing.concepts import load
from vla_assistant.language.composing.denials import agrees, without_contrast
from vla_assistant.language.composing.frames import has
from vla_assistant.language.composing.furniture import of_drawer, put_away, retrieved
from vla_assistant.language.composing.many import cleared, sorted_by_colour, swapped
from vla_assistant.language.composing.placing import placed
from vla_assistant.language.composing.row import Row, row_of_words
from vla_assistant.language.composing.towers import stacked, stacked_in_pair
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.request import Act, Request
from vla_assistant.language.vocabulary import Phrase

_BIDDING = ("polite", "want", "ensure", "asks")
"""What a question holds that asks for something to be done."""
BESIDE_A_STORY = 0.9
"""Confidence of a request beside which something is told in unknown words."""
_LONGEST = 60
_FEW = 2
_FRAMES: tuple[Callable[[Row], tuple[Act, ...]], ...] = (
    of_drawer, retrieved, put_away, swapped, stacked, sorted_by_colour, cleared,
)  # fmt: skip
"""Of the drawer and of long tasks, which no other reads."""
_PLAIN: tuple[Callable[[Row], tuple[Act, ...]], ...] = (
    placed, stacked_in_pair, pushed, given, picked, set_down, sent_home,
)  # fmt: skip
"""What the reader and the decoder read too, where they are not sure."""


def composed_of(text: str) -> Request | None:
    """The request about the drawer or a long task that the text makes."""
    return _request(text, composed(spelling.normalised(text)))


def plainly_composed_of(text: str) -> Request | None:
    """The request about one thing that the text makes."""
    said = spelling.normalised(text)
    return _request(text, () if composed(said) else _composed(said, _PLAIN))


def loosely_composed_of(text: str) -> Request | None:
    """The request about one thing without words that nobody here knows; only fit to agree with another reading."""
    row = row_of_words(spelling.normalised(text))
    known = tuple(piece for at, piece in enumerate(row) if not may_be_left_out(row, at))
    if len(row) - len(known) > _FEW or has(known, "unknown"):
        return None
    return _request(text, _composed(tuple(word for piece in known for word in piece.words), _PLAIN))


def composed(said: Phrase) -> tuple[Act, ...]:
    """The acts about the drawer or of a long task; none where the arm is sent home besides."""
    acts = _composed(said, _FRAMES)
    return () if acts and _sends_home(row_of_words(said)) else acts


def _sends_home(row: Row) -> bool:
    """Whether "go home" is an order of its own: "close the drawer and go back home", not "before we go home"."""
    return any(
        piece.concepts.get("homing") == "base" and not piece.may("home") and _leads_home(row[at + 1 :])
        for at, piece in enumerate(row)
        if not _is_told_of_others(row[:at])
    )


def _is_told_of_others(before: Row) -> bool:
    """Whether an unknown word, who goes there, stands in the clause before its verb."""
    begins = max((at + 1 for at, piece in enumerate(before) if piece.may("and")), default=0)
    return has(before[begins:], "unknown")


def _leads_home(following: Row) -> bool:
    """Whether nothing but small words stand before "home"."""
    target = next((piece for piece in following if not piece.may("nothing") or piece.may("home")), None)
    return target is not None and (target.may("home") or target.words[-1] == "home")


def composed_at_all(said: Phrase) -> tuple[Act, ...]:
    """The same, or the act on one thing."""
    return composed(said) or _composed(said, _PLAIN)


def is_accounted_for(text: str) -> bool:
    """Whether every word of the text is known here."""
    return not has(row_of_words(spelling.normalised(text)), "unknown")


def only_asks(text: str) -> bool:
    """Whether the text is a question that bids nothing: "the drawer open?"."""
    row = row_of_words(spelling.normalised(text))
    return text.rstrip().endswith("?") and bool(row) and not (has(row, *_BIDDING) or row[0].may("must"))


def ordered(clause: Phrase) -> tuple[Act, ...]:
    """The same of one clause of a longer text, which has to be an order by itself."""
    return composed(clause) if orders(row_of_words(clause)) else ()


def _request(text: str, acts: tuple[Act, ...]) -> Request | None:
    """The acts as a request, unless the text only asks."""
    if not acts or only_asks(text):
        return None
    row = row_of_words(spelling.normalised(text))
    manner = frozenset(piece.concepts["manner"] for piece in row if piece.may("manner"))
    return Request(acts, manner, confidence=BESIDE_A_STORY if has(row, "unknown") else 1.0)


@functools.lru_cache(maxsize=256)
def _composed(said: Phrase, frames: tuple[Callable[[Row], tuple[Act, ...]], ...]) -> tuple[Act, ...]:
    """The acts of the one frame that the words fit; none when they fit none or several."""
    if len(said) > _LONGEST or not said or said[-1] in reading.load().sets["unfinished"] or load().tells(said):
        return ()
    row = row_of_words(said)
    row, denied = without_contrast(row)
    wanted = asked(row) if row else ()
    found = {acts for frame in frames if wanted and (acts := frame(wanted)) and agrees(acts, denied)}
    return found.pop() if len(found) == 1 else ()
