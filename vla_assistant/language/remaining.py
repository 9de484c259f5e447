"""What is left of several: "the last one" after others of its kind were spoken of is the other one."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from vla_assistant.language.hearing import hear
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.turn_words import load
from vla_assistant.types import Going

_OF_THINGS = ("nothing", "unsupported", "part", "request", "same", "manner")
"""Kinds of turns in which it is a thing; "undo the last one" and "put the last one back" are of what was done."""
_ONE = "one"
_PHASES = (Going.IDLE, Going.WAITING)
"""While the arm moves it may be said of the motion; as an answer it is the last of those that were offered."""


def with_rest(text: str, phase: Going, language: str = "en", moved: Collection[str] = ()) -> str:
    """The text with "the last one", "the last cube" or "the one that is left" called the other one.

    "Put the ball in the bowl that's still on the table" means the other bowl where one was `moved`, of whatever kinds
    were; else it says of the ball that it is not there yet, and no more.
    """
    if phase not in _PHASES:
        return text
    last, left, still = _expressions(language)
    text = still.sub(lambda said: _still(said, language, moved), text)
    found = last.sub(lambda said: _other(said, language), left.sub("the other one", text))
    return found if found != text and hear(text, phase, language).kind in _OF_THINGS else text


def _other(said: re.Match[str], language: str) -> str:
    noun = said["noun"].lower()
    names = noun == _ONE or "nouns" in lexicons.load(language).phrases.get((noun,), {})
    return "the other " if names else said.group()


def _still(said: re.Match[str], language: str, moved: Collection[str]) -> str:
    kind = lexicons.load(language).phrases.get((said["noun"].lower(),), {}).get("nouns", "")
    return f"{said['to']} the other {said['noun']}" if kind in moved else said["place"]


@functools.cache
def _expressions(language: str) -> tuple[re.Pattern[str], ...]:
    words = load(language)
    last, left, still = ("|".join(map(re.escape, phrases)) for phrases in (words.last, words.left, words.still))
    return (
        re.compile(rf"\bthe (?:{last}) (?=(?P<noun>\w+))", re.IGNORECASE),
        re.compile(rf"\b(?:{left})\b", re.IGNORECASE),
        re.compile(
            rf"(?P<place>\b(?P<to>in|into|on|onto) the (?:\w+ ){{0,2}}(?P<noun>\w+)) (?:{still})(?=\W*$)", re.IGNORECASE
        ),
    )
