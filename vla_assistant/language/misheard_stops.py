"""Stops that are no clause of the word files: spelled out, with a slip, or in talk that is too long to be read."""

from __future__ import annotations

import functools

from vla_assistant.language import words as spelling
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.fragments import denies
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import phrases_of
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.vocabulary import load as load_vocabulary
from vla_assistant.types import Intent

STOPPING = frozenset({"stop", "halt", "freeze"})
"""Words that stop wherever they stand in a clause, unless they are denied."""
_SHORTEST = 4
"""Letters of a word that may be a slip: "top" is none."""
_BEFORE = 3
"""So many words before "stop" may deny it."""
_MOST_WORDS = 4
"""A longer part of long talk is no closed word."""


def nearly_stops(words: Phrase, language: str = "en") -> bool:
    """Whether a clause without its fillers is a stop word in pieces, or an unknown word one slip away: "s t o p"."""
    bare = spelling.without(load(language).fillers, words)
    if len(bare) > 1 and any(len(word) < _SHORTEST for word in bare):
        return closed_intent("".join(bare)) is Intent.STOP
    return len(set(bare)) == 1 and bare[0] not in _known() and any(_one_slip(bare[0], meant) for meant in STOPPING)


def stops_somewhere(text: str, language: str = "en") -> bool:
    """Whether a clause of a long text is a stop, or holds the word and does not deny it."""
    return any(_says_stop(part, language) or _is_stop(part, language) for part in set(phrases_of(text)))


def _is_stop(part: Phrase, language: str) -> bool:
    """Whether the part is a closed stop of any language, or nearly one; most parts need no closer look."""
    if len(part) > _MOST_WORDS:
        return False
    odd = all(len(word) < _SHORTEST for word in part) or any(_one_slip(w, meant) for w in part for meant in STOPPING)
    return closed_intent(" ".join(part)) is Intent.STOP or (odd and nearly_stops(part, language))


def _says_stop(words: Phrase, language: str = "en") -> bool:
    """Whether the word stands there and the few words before it do not deny it."""
    return any(
        word in STOPPING and not denies(words[max(0, at - _BEFORE) : at + 1], language) for at, word in enumerate(words)
    )


@functools.cache
def _known() -> frozenset[str]:
    """The words of all languages of the vocabulary."""
    return frozenset().union(*(lexicon.known_words for lexicon in load_vocabulary().languages.values()))


def _one_slip(said: str, meant: str) -> bool:
    """Whether one letter is wrong, too much, missing, or has changed places with its neighbour."""
    if min(len(said), len(meant)) < _SHORTEST or said == meant:
        return False
    if len(said) == len(meant):
        wrong = [at for at, (a, b) in enumerate(zip(said, meant, strict=True)) if a != b]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (swapped and said[wrong[0]] == meant[wrong[1]] and said[wrong[1]] == meant[wrong[0]])
    longer, shorter = sorted((said, meant), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )
