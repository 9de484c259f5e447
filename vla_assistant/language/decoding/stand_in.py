"""Requests that are only composed, as of the drawer and of long tasks, among words that nobody knows here.

The decoder tells stories, quotations and conditions from orders better than lists of words do, but knows neither the
drawer nor long tasks. So an order that it does know stands for the request: where the text then asks for exactly that
order, the words around it change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vla_assistant.language import words as spelling
from vla_assistant.language.composing.clauses import clauses
from vla_assistant.language.composing.composer import BESIDE_A_STORY, composed_at_all, only_asks
from vla_assistant.language.composing.concepts import load
from vla_assistant.language.composing.frames import has
from vla_assistant.language.composing.row import Row, row_of_words
from vla_assistant.language.request import Act, Description, Request
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import SURE

_KINDS = ("cube", "ball", "can", "cup", "bowl", "plate")
_COLOURS = ("red", "green", "blue", "yellow", "white", "black")
"""What the order that stands in may be about, where the text does not name it."""
_FURNITURE = ("drawer", "shut_drawer", "drawers")
_MOST = 60


def among_others(text: str, read: Callable[[str], Request | None]) -> Request | None:
    """The request that the text makes among words that are unknown here; None when there is none, or it is not sure.

    Args:
        text: What was said.
        read: What the text asks for with the order that stands in.
    """
    said = spelling.normalised(text)
    if len(said) > _MOST or only_asks(text) or (known := _unnamed(said)) is None:
        return None
    row = row_of_words(said)
    for begin, end in _spans(row):
        acts = composed_at_all(_words(row[begin:end]))
        if acts and not _goes_on(row, begin, end):
            standing = ("pick", "up", "the", known[1], known[0])
            found = read(" ".join((*_words(row[:begin]), *standing, *_words(row[end:]))))
            wanted = (Act("pick", Description(*known)),)
            return _sure(acts, found) if found and found.acts == wanted and found.confidence >= SURE else None
    return None


def _sure(acts: tuple[Act, ...], found: Request) -> Request:
    return Request(acts, found.manner, found.avoid, min(found.confidence, BESIDE_A_STORY))


def _unnamed(said: Phrase) -> tuple[str, str] | None:
    kinds = (kind for kind in _KINDS if {kind, f"{kind}s"}.isdisjoint(said))
    colours = (colour for colour in _COLOURS if colour not in said)
    return next(zip(kinds, colours, strict=False), None)


def _words(row: Row) -> Phrase:
    return tuple(word for piece in row for word in piece.words)


def _spans(row: Row) -> Iterator[tuple[int, int]]:
    """Where the request may begin and end: at a joint, the longest first, then where it is asked for."""
    begins = [at for at in range(len(row)) if _is_joint(row, at) or row[at - 1].may("polite")]
    ends = [at for at in range(1, len(row) + 1) if at == len(row) or row[at].may("and")]
    spans = [(begin, end) for begin in begins for end in ends if begin < end and (begin, end) != (0, len(row))]
    known = [span for span in spans if not has(row[slice(*span)], "unknown")]
    yield from sorted(known, key=lambda span: (not _is_joint(row, span[0]), span[0] - span[1]))


def _is_joint(row: Row, begin: int) -> bool:
    return begin == 0 or row[begin - 1].may("and") or row[begin - 1].words == ("but",)


def _goes_on(row: Row, begin: int, end: int) -> bool:
    """Whether the words around it may be of a request: they name the drawer, order something, or restrict it behind."""
    behind = row[end:]
    if any(_orders(clause) for clause, _ in clauses(row[:begin])):
        return True
    reserved = {word for piece in behind for word in piece.words} & load().reserved
    return has((*row[:begin], *behind), *_FURNITURE) or has(behind, "thing", "all") or not reserved <= load().harmless


def _orders(clause: Row) -> bool:
    """Whether a clause in front says what to do, in known or unknown words, or when or how to do it."""
    said = [piece for piece in clause if not piece.is_only(("nothing",))]
    if not said:
        return False
    first, after = said[0], said[1:2]
    set_in = first.words[0] in load().setting and "more" not in first.words + clause[-1].words
    known = "base" in first.concepts.values() and not first.may("be", "thing", "polite")
    return set_in or known or (first.may("unknown") and has(after, "thing", "all", "table", "drawer"))
