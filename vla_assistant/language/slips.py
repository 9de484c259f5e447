"""Slips of the keyboard in the words of turns: "agian", "yes thats rihgt", "undp pls"."""

from __future__ import annotations

import functools
import re

from rapidfuzz.distance import OSA

from vla_assistant.language.likeness import exists
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.turn_words import load
from vla_assistant.language.vocabulary import load as load_vocabulary

_SHORTEST = 4
"""Letters of a word that may be a slip, and of what it may stand for."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def mended(text: str, language: str = "en", *, swapped: bool = False) -> str:
    """The text with each word that is none and one slip away from a word of turns as that word.

    Args:
        text: What was typed.
        language: Of its words.
        swapped: Only two neighbouring letters may have changed places, which leaves no doubt about the word.
    """
    return _WORD.sub(lambda found: _nearest(found[0], language, swapped) or found[0], text)


@functools.lru_cache(maxsize=4096)
def _nearest(said: str, language: str, swapped: bool) -> str:
    """The word of turns that was meant, or empty when it is a word itself or none is near."""
    word = said.lower()
    if len(word) < _SHORTEST or not word.isalpha() or word in _known(language) or exists(word):
        return ""
    near = [meant for meant in load(language).written if len(meant) >= _SHORTEST and OSA.distance(word, meant) == 1]
    if swapped:
        near = [meant for meant in near if sorted(meant) == sorted(word)]
    return min(near, key=lambda meant: (meant[0] != word[0], sorted(meant) != sorted(word), meant), default="")


@functools.cache
def _known(language: str) -> frozenset[str]:
    """All words that mean something, in any language."""
    vocabulary = (lexicon.known_words for lexicon in load_vocabulary().languages.values())
    return frozenset().union(reading.load(language).known, load(language).written, *vocabulary)
