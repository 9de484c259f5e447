"""Whether what a text asks for is taken back, retold or doubted in the same breath: then it moves nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vla_assistant.language import words as spelling
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.reading.reader import read
from vla_assistant.language.turn_words import TurnWords, load
from vla_assistant.language.turns import parts
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.vocabulary import load as load_vocabulary

_QUESTION = re.compile(r"(?:[^.!?]|\.\.+)+(?=\?)")
"""What is asked: from one stop to a question mark; three points are none."""
_LEAVING = frozenset({"leave", "let"})
"""Words of a cancel that say what should be after the motion: "put it there and leave it"."""

_NOT = "not"
"""How a contrast begins that takes nothing back: "the red one, not that one"."""
_SPEAKERS = ("i", "we")
"""Of whom the one who is told of may say what they should do: "my boss says i should ... stack the cubes"."""


def taken_back(text: str, language: str = "en", *, goes_back: bool = False) -> bool:
    """Whether the last words take back what was asked for before them: "pick up the cup? No.", "..., just kidding".

    Args:
        text: What was said.
        language: Of its words.
        goes_back: Whether it asks for something to go back, for which "I changed my mind" is only the reason.
    """
    lexicon = load(language)
    *before, last = _said(text, lexicon) or [()]
    regrets = lexicon.regretting.fit(last)
    cancels = lexicon.turns["cancel"].fit(last) and _LEAVING.isdisjoint(last)
    rejects = lexicon.rejecting.fit(last) and last[0] != _NOT
    withdraws = regrets or cancels or rejects or lexicon.withdrawing.fit(last) or lexicon.refusing.fit(last)
    return bool(before) and withdraws and not (regrets and goes_back)


def only_told(text: str, language: str = "en") -> bool:
    """Whether another one's words are told, somebody else is spoken to, or something is asked in doubt.

    "He said pick up the cup", "pick up the cup, she says"; "pick up the cup, I was talking to Anna"; "it does not look
    good, pick it up?", "pick up the cup?".
    """
    said = _said(text, load(language))
    if any(_retells(part, language) for part in said) or (said and _said_to_others(said[-1], language)):
        return True
    doubted = text.rstrip().endswith("?") and _doubts(tuple(parts(text)), language)
    return doubted or any(_echoes(asked, language) for asked in _QUESTION.findall(text))


def _said_to_others(part: Phrase, language: str) -> bool:
    """Whether it says whom the words were meant for, and that is not the arm: "I was talking to Anna"."""
    lexicon = load(language)
    return any(lexicon.addressed.isdisjoint(found.slots["listener"]) for found in lexicon.to_others.matches(part))


def _echoes(asked: str, language: str) -> bool:
    """Whether an order is said as a question: "pick up the cup?"; "..., okay?" and "could you ...?" ask for it."""
    lexicon, said = load(language), list(parts(asked))
    last = spelling.without(lexicon.fillers, said[-1]) if said else ()
    if not last or not lexicon.courteous.isdisjoint(spelling.normalised(asked)):
        return False
    if any(lexicon.mood["asking"].start(part[at:]) for part in said for at in range(len(part))):
        return False
    if lexicon.echoing.start(last):
        return True
    verb = reading.load(language).at(last, 0).get("verbs", ("",))[0]
    ordered = verb.startswith("base") or last[0] in lexicon.articles
    return ordered and read(" ".join(last), language) is not None


def _said(text: str, lexicon: TurnWords) -> list[Phrase]:
    """The parts of the text without fillers."""
    return [said for part in parts(text) if (said := spelling.without(lexicon.fillers, part))]


def _retells(part: Phrase, language: str) -> bool:
    """Whether it is an order as another one gave it, or says who gave it."""
    lexicon = load(language)
    if lexicon.retold.end(part):
        return True
    opened = lexicon.retelling.start(part)
    order = part[opened:] if opened else ()
    return bool(order) and order[0] not in _SPEAKERS and read(" ".join(order), language) is not None


def _doubts(said: Sequence[Phrase], language: str) -> bool:
    """Whether what is asked follows a denial and is no polite request."""
    negations = load_vocabulary().lexicon(language).small["negations"]
    asking = load(language).mood["asking"]
    denied = any(spelling.without(negations, part) != part for part in said[:-1])
    return denied and not any(asking.start(part[at:]) for part in said for at in range(len(part)))
