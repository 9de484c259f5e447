"""Whether words that hold no request the arm knows ask for something at all, or only tell."""

from __future__ import annotations

from vla_assistant.language import words as spelling
from vla_assistant.language.fragments import cut
from vla_assistant.language.turns import Clause, load
from vla_assistant.language.vocabulary import Phrase

_NAMES = 1
"""Words of a clause that may be a name called out before an order."""


def asks(clauses: tuple[Clause, ...], language: str = "en") -> bool:
    """Whether one of the clauses asks somebody to do something: "could you ...", or a clause that opens with a verb.

    An order after a name that is not the arm's ("Tommy, put your phone away") is for somebody else.
    """
    said = [
        (clause.words, asking(clause.words, language))
        for clause in clauses
        if clause.kind in ("aside", "request", "fragment")
    ]
    for at, (words, asked) in enumerate(said):
        if asked and not (at > 0 and _called_out(*said[at - 1], words, language)):
            return True
    return False


def asking(words: Phrase, language: str = "en") -> bool:
    """Whether the clause opens like a request: with words of asking, or with none of those that open what is told."""
    mood = load(language).mood
    rest = _opened(words, language)
    if mood["asking"].start(rest):
        return True
    return len(rest) > _NAMES and not mood["telling"].start(rest)


def _opened(words: Phrase, language: str) -> Phrase:
    """The words from the first that decides on."""
    fillers = load(language).mood["fillers"]
    while taken := max(fillers.start(words), len(spelling.starts_with(load(language).fillers, words) or ())):
        if load(language).mood["asking"].start(words) > taken:
            break
        words = words[taken:]
    return words


def _called_out(before: Phrase, asked: bool, words: Phrase, language: str) -> bool:
    """Whether the clause before is somebody's name: one word that names no thing and is not what "it" stands for."""
    rest = _opened(before, language)
    if asked or len(rest) != _NAMES or load(language).mood["telling"].start(rest):
        return False
    known = any(item.kind not in ("unknown", "skip") for item in cut(rest, language))
    return not known and not any(item.kind == "thing" and item.thing.kind == "it" for item in cut(words, language))
