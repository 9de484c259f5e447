"""Sentences that other parts say in English (policies, the arm), said again in the language that is spoken.

A policy in another process, or of another package, gives its evidence in plain English. What is word for word one of
the sentences of the English language file, with any things and numbers in it, is said by the other file; everything
else stays as it is.
"""

from __future__ import annotations

import functools
import re
import string
from typing import Any

from vla_assistant.language.phrasebook import Phrasebook
from vla_assistant.language.phrasebook_file import load
from vla_assistant.language.vocabulary import FIRST
from vla_assistant.types import Reference

_THING = r"(?P<{}>\w[\w ]*?)"
_ARTICLES = {"the": "the ", "a": "an? "}
"""What stands before a thing in these forms of the English file."""
_TEXT = r"(?P<{}>.+?)"


def retold(text: str, language: str) -> str:
    """The English text in that language, or as it is where it is none of the sentences of the language file."""
    if language == FIRST:
        return text
    found = _found(text.rstrip("."), load(language))
    if found is None:
        return text
    return f"{found.rstrip('.')}." if text.endswith(".") else found.rstrip(".")


def _found(text: str, book: Phrasebook) -> str | None:
    for say, key, pattern in _patterns():
        found = pattern.fullmatch(text)
        values = _values(found.groupdict(), book.code) if found else None
        if values is not None:
            return book.say(key, **values) if say else book.clause(key, **values)
    return None


def _values(groups: dict[str, str], language: str) -> dict[str, Any] | None:
    """What stands at the places of the template; None when a thing is none that is known."""
    values: dict[str, Any] = {}
    for name, text in groups.items():
        place = name.removeprefix("thing_")
        values[place] = _things().get(text.lower()) if place != name else retold(text, language)
        if values[place] is None:
            return None
    return values


@functools.cache
def _things() -> dict[str, Reference]:
    """What English calls each thing."""
    book = load(FIRST)
    named = (Reference(name, colour) for name in book.nouns for colour in (None, *book.colours))
    return {book.name(reference, "bare"): reference for reference in named}


@functools.cache
def _patterns() -> tuple[tuple[bool, str, re.Pattern[str]], ...]:
    """Whether it is a sentence, its name, and what it looks like in English, without the full stop."""
    book = load(FIRST)
    found = [(True, key, _pattern(template)) for key, template in book.sentences.items()]
    found += [(False, key, _pattern(template)) for key, template in book.clauses.items()]
    return tuple((say, key, pattern) for say, key, pattern in found if pattern is not None)


def _pattern(template: str) -> re.Pattern[str] | None:
    """What the sentence looks like; None for one of steps or lists, or of nothing but a text."""
    parts: list[str] = []
    named: set[str] = set()
    for literal, place, form, _ in string.Formatter().parse(template.rstrip(".")):
        parts.append(re.escape(literal))
        if place in ("steps", "first", "things", "kinds"):
            return None
        if place is not None:
            name = f"thing_{place}" if form else place
            parts.append(_ARTICLES.get(form or "", ""))
            parts.append(f"(?P={name})" if name in named else (_THING if form else _TEXT).format(name))
            named.add(name)
    return re.compile("".join(parts), re.IGNORECASE)
