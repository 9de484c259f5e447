"""What is left of several: "the last one" after others of its kind were spoken of is the other one."""

from __future__ import annotations

import functools
import re

from vla_assistant.language.hearing import hear
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.turn_words import load
from vla_assistant.types import Going

_OF_THINGS = ("nothing", "unsupported", "part", "request", "same")
"""Kinds of turns in which it is a thing; "undo the last one" and "put the last one back" are of what was done."""
_ONE = "one"


def with_rest(text: str, phase: Going, language: str = "en") -> str:
    """The text with "the last one", "the last cube" or "the one that is left" called the other one."""
    last, left = _expressions(language)
    found = last.sub(lambda said: _other(said, language), left.sub("the other one", text))
    return found if found != text and hear(text, phase, language).kind in _OF_THINGS else text


def _other(said: re.Match[str], language: str) -> str:
    noun = said["noun"].lower()
    names = noun == _ONE or "nouns" in lexicons.load(language).phrases.get((noun,), {})
    return "the other " if names else said.group()


@functools.cache
def _expressions(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load(language)
    last, left = ("|".join(map(re.escape, phrases)) for phrases in (words.last, words.left))
    return (
        re.compile(rf"\bthe (?:{last}) (?=(?P<noun>\w+))", re.IGNORECASE),
        re.compile(rf"\b(?:{left})\b", re.IGNORECASE),
    )
