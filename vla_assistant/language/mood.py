"""Whether words that hold no request the arm knows ask for something at all, or only tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vla_assistant.language import words as spelling
from vla_assistant.language.fragments import cut
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.request import IT
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import Clause
from vla_assistant.language.vocabulary import Phrase

_WISHED = ("WG", "WGL")
"""How the reader's words mark a wish to have something."""
_NAMES = 1
"""Words of a clause that may be a name called out before an order."""
_LONGEST_NAME = 5
_SUBJECT = 3
"""So many words of a clause may be what it tells something of."""
_OF_NO_OTHER = ("verb", "at", "direction", "manner", "me", "table", "amount", "comma", "then", "skip")
"""Elements of an order whose object was named before it."""


def asks(clauses: Sequence[Clause], language: str = "en") -> bool:
    """Whether one of the clauses asks somebody to do something: "could you ...", or a clause that opens with a verb.

    An order after a name that is not the arm's ("Tommy, put your phone away") is for somebody else; after the name of
    a thing ("scissors, grab") it is for the arm.
    """
    said = list(_breaths(clauses, language))
    for at, words in enumerate(said):
        before = said[at - 1] if at else ()
        if names_a_stranger(before, language) and _about_what_was_named(words, language):
            return True
        if asking(words, language) and not called_out(before, language):
            return True
    return False


def _breaths(clauses: Sequence[Clause], language: str) -> Iterator[Phrase]:
    """The clauses, cut where the speaker hesitates."""
    hesitates = load(language).mood["hesitations"]
    for clause in clauses:
        start = 0
        for at, word in enumerate((*clause.words, "")):
            if not word or hesitates.fit((word,)):
                if at > start:
                    yield clause.words[start:at]
                start = at + 1


def asking(words: Phrase, language: str = "en") -> bool:
    """Whether the clause opens like a request: with words of asking, or with none of those that open what is told."""
    mood = load(language).mood
    rest = _opened(words, language)
    if not spelling.without(load(language).courtesy, rest):
        return False
    asked, told = mood["asking"].start(rest), mood["telling"].start(rest)
    return asked >= told if asked else len(rest) > _NAMES and not told and not _states(rest, language)


def _states(words: Phrase, language: str) -> bool:
    """Whether it says what something is or does: "alignment error looks small", other than "the one that is small"."""
    stating, relative = load(language).mood["stating"], load(language).mood["relative"]
    return any(stating.fit((word,)) and not relative.fit((before,)) for before, word in pairwise(words[: _SUBJECT + 1]))


def wishes_for(words: Phrase, language: str = "en") -> bool:
    """Whether the words open like a wish for a thing, which has the form of a question: "can I have the cup"."""
    return bool(words) and reading.load(language).at(words, 0).get("verbs", ("",))[0].endswith(_WISHED)


def names_a_stranger(words: Phrase, language: str = "en") -> bool:
    """Whether the clause only names something that is none of the known things: "screwdriver", "stapler by the cup"."""
    rest = _opened(words, language)
    if not 0 < len(rest) <= _LONGEST_NAME or load(language).mood["telling"].start(rest):
        return False
    items = [item for item in cut(rest, language) if item.kind != "skip"]
    return bool(items) and items[0].kind == "unknown" and not any(item.kind in ("verb", "remark") for item in items)


def _opened(words: Phrase, language: str) -> Phrase:
    """The words from the first that decides on."""
    fillers, mood = load(language).fillers, load(language).mood
    while taken := max(mood["fillers"].start(words), len(spelling.starts_with(fillers, words) or ())):
        if mood["asking"].start(words) >= taken:
            break
        words = words[taken:]
    return words


def _about_what_was_named(words: Phrase, language: str) -> bool:
    """Whether the clause is an order or a place for what was named before it: "pick up", "in the bowl", "iron it"."""
    if load(language).mood["telling"].start(_opened(words, language)):
        return False
    items = cut(words, language)
    its = [item for item in items if item.kind == "thing" and item.thing.kind == IT]
    return bool(its) or (bool(items) and all(item.kind in _OF_NO_OTHER for item in items))


def called_out(before: Phrase, language: str) -> bool:
    """Whether the clause before is somebody's name: one word that names no known thing."""
    rest = _opened(before, language)
    return len(rest) == _NAMES and names_a_stranger(before, language)
