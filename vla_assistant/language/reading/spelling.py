"""Typing mistakes and words that a recognizer confuses: what a sentence may have been meant to say."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from vla_assistant.language.likeness import exists
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.vocabulary import Phrase

SHORTEST = 3
LONG = 8
"""A word of so many letters may hold two mistakes."""


def mended(words: Phrase, lexicon: Lexicon) -> Phrase:
    """The words with slips put right: misheard words by the list, words that do not exist by the nearest known one."""
    return tuple(lexicon.misheard.get(word) or _nearest(word, lexicon) for word in words)


def _nearest(word: str, lexicon: Lexicon) -> str:
    if word in lexicon.known or len(word) < SHORTEST or not word.isalpha() or exists(word):
        return word
    limit = 2 if len(word) >= LONG else 1
    once = re.sub(r"(.)\1+", r"\1\1", word)
    if once in lexicon.known or (once := re.sub(r"(.)\1+", r"\1", word)) in lexicon.known:
        return once  # "balll"
    near = [
        (OSA.distance(word, known, score_cutoff=limit), _unlike(word, known, lexicon), known) for known in lexicon.known
    ]
    near = [entry for entry in near if entry[0] <= limit and len(entry[2]) >= SHORTEST]
    return min(near)[2] if near else word


def _unlike(word: str, known: str, lexicon: Lexicon) -> tuple[bool, bool, bool, int]:
    """People keep the first letter and all the letters; they rarely add some; they speak of colours and things."""
    kinds = lexicon.phrases.get((known,), {})
    aside = "colours" not in kinds and "nouns" not in kinds
    return word[0] != known[0], sorted(word) != sorted(known), aside, len(word) - len(known)
