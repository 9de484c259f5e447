"""What stands before or beside what is meant: "right, carry on", "done, go home", "and then ...", "no cube"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from vla_assistant.language import words as spelling
from vla_assistant.language.fragments import cut
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import Clause, phrases_of

_RIGHT = "right"
_MINUS = re.compile(r"^\s*[-−–]\s*\d|(?<!\S)[-−–]\d")
"""A sign before a number, which is lost when a text becomes words; a dash between words has spaces around it."""
_FIRST = re.compile(r"[^,;:.!?\n]*[,;:.!?\n]+\s*")


def without_opening(text: str, language: str = "en") -> str:
    """The text without a first part that only leads over to it: "done, go home", "you know what, ..."."""
    leading = load(language).leading
    first = _FIRST.match(text)
    if first is None or first.end() >= len(text):
        return text
    said = tuple(word for phrase in phrases_of(first.group()) for word in phrase)
    rest = text[first.end() :]
    return without_opening(rest, language) if leading.fit(said) and spelling.normalised(rest) else text


def adds(text: str, language: str = "en") -> bool:
    """Whether it is to come after what is planned, not in its place: "and then ...", "... as well"."""
    lexicon = load(language)
    said = [spelling.without(lexicon.courtesy, phrase) for phrase in phrases_of(text[: spelling.LONGEST_TEXT])]
    spoken = tuple(word for phrase in said for word in phrase)
    added = bool(spoken) and bool(lexicon.adding.start(spoken) or lexicon.added.end(spoken))
    return added and not lexicon.rejecting.end(spoken)


def counts_backwards(text: str, language: str = "en") -> bool:
    """Whether an amount is negative, so that a direction beside it may mean the opposite: "-5 cm left"."""
    if _MINUS.search(text):
        return True
    said = spelling.normalised(text)
    items = cut(said, language)
    signs = load(language).negative
    measured = any(item.kind == "amount" and item.start > 0 and said[item.start - 1] in signs for item in items)
    return measured or any(word in signs and after[:1].isdigit() for word, after in pairwise(said))


def without_interjection(said: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Without "right" where something else than a place or a direction follows it: "right, carry on"."""
    spoken = [clause for clause in said if clause.kind != "empty"]
    if len(spoken) < 2 or spoken[0].words != (_RIGHT,) or spoken[1].kind == "fragment":
        return said
    return tuple(clause for clause in said if clause is not spoken[0])


def without_apology(said: tuple[Clause, ...], language: str) -> tuple[Clause, ...]:
    """ "Pardon me, to the right" and "the left one, I mean" put right what was said before."""
    if not any(clause.is_content for clause in said):
        return said
    lexicon = load(language)

    def apologises(clause: Clause) -> bool:
        return not clause.is_content and any(
            words.fit(spelling.without(left_out, clause.words))
            for words in (lexicon.apologies, lexicon.endings)
            for left_out in ((), lexicon.courtesy, lexicon.fillers)
        )

    return tuple(replace(c, kind="empty", corrects=True) if apologises(c) else c for c in said)


def given_up(said: Sequence[Clause]) -> bool:
    """Whether what was asked for before is given up for what follows: "scratch that, go home"."""
    cancels = [at for at, clause in enumerate(said) if clause.kind == "cancel"]
    return bool(cancels) and any(clause.is_content for clause in said[cancels[-1] :])


def asks_for_none(text: str, language: str = "en") -> bool:
    """Whether it names none of the things to do something with: "put no cube in the bowl", other than "no, the cube".

    "No" counts a thing where a verb or a preposition stands right before it and a bare noun right behind it.
    """
    said = spelling.normalised(text)
    none = load(language).none
    items = cut(said, language)
    for before, no, thing in zip(items, items[1:], items[2:], strict=False):
        counted = thing.kind == "thing" and said[thing.start] not in load(language).counted
        governed = before.kind == "verb" or (before.kind == "at" and not before.things)
        if governed and counted and said[no.start : no.end] in none:
            return True
    return False
