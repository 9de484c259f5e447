"""Which language a text is in, and what holds in all of them: their negations move nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable

from vla_assistant.language import words
from vla_assistant.language.vocabulary import FIRST as FIRST
from vla_assistant.language.vocabulary import load
from vla_assistant.types import Intent, Understanding

AUTO = "auto"
"""Stands for the language that understands the text."""


def chosen(text: str, understood: Callable[[str], Understanding], before: str = FIRST) -> Understanding:
    """What the text means in the first language, or in the only other one whose words it is made of.

    What none understands is answered in the language that it seems to be in, and moves nothing.

    Args:
        text: What was said.
        understood: What it means in the language of that code.
        before: The language of what was said before.
    """
    first = understood(FIRST)
    if _is_certain(first):
        return first
    lexicons = load().languages.items()
    made_of = [code for code, lexicon in lexicons if code != FIRST and words_in(text, code) <= lexicon.known_words]
    others = [understood(code) for code in made_of]
    foreign = not words_in(text, FIRST) <= load().languages[FIRST].known_words
    better = [other for other in others if _is_better(other, first) or (foreign and _is_control(other))]
    if better and all(_meaning(other) == _meaning(better[0]) for other in better):
        return better[0]
    if first.intent is not Intent.UNSUPPORTED:
        return first
    if len(others) == 1:
        return others[0]
    seems = spoken_in(text, before)
    answered = first if seems == FIRST else understood(seems)
    return first if answered.steps else answered


def spoken_in(text: str, before: str = FIRST) -> str:
    """The language that knows the most words of the text; the one before where none knows more of them."""
    languages = load().languages
    known = {code: len(words_in(text, code) & lexicon.known_words - {","}) for code, lexicon in languages.items()}
    return max(sorted(known, key=lambda code: code != before), key=lambda code: known[code])


def denied(text: str, language: str) -> bool:
    """Whether the text holds a negation of another language that is no word of this one."""
    languages = load().languages
    own = languages[language].known_words
    others = ((code, lexicon) for code, lexicon in languages.items() if code != language)
    return any((words_in(text, code) & lexicon.denying_words) - own for code, lexicon in others)


@functools.lru_cache(maxsize=8)
def words_in(text: str, language: str) -> frozenset[str]:
    """The words of the text as that language spells them."""
    return frozenset(words.normalised(load().languages[language].plain(text)))


def _is_certain(first: Understanding) -> bool:
    closed = first.intent not in (Intent.COMMAND, Intent.QUESTION, Intent.UNSUPPORTED)
    return closed or (bool(first.steps) and first.confidence == 1.0)


def _is_better(other: Understanding, first: Understanding) -> bool:
    if first.intent is Intent.UNSUPPORTED:
        return other.intent is not Intent.UNSUPPORTED
    return bool(other.steps) or other.intent is Intent.QUESTION


def _is_control(other: Understanding) -> bool:
    """ "Was hast du gesagt", which begins like an English question."""
    return other.intent is Intent.CONTROL


def _meaning(understanding: Understanding) -> tuple[object, ...]:
    return understanding.intent, understanding.steps, understanding.question, understanding.reason
