"""Whether a text may mean less motion, whatever else it says."""

from __future__ import annotations

from vla_assistant.language import words
from vla_assistant.language.turn_words import load as turn_words
from vla_assistant.language.vocabulary import load


def means_less(text: str) -> bool:
    """Whether a word stands in it that denies, stops or rejects in any language; what it belongs to does not matter."""
    spoken, vocabulary = words.normalised(text), load()
    if words.without(turn_words().less, spoken) != spoken:
        return True
    for language in vocabulary.languages:
        lexicon = vocabulary.lexicon(language)
        negated = words.without(lexicon.small["negations"], spoken) != spoken
        if negated or not lexicon.stop_words.isdisjoint(spoken):
            return True
    return False
