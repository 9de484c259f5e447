"""The words that a recognizer of free speech may be told to expect: things and colours, never a closed word.

A prompt draws what is heard towards itself, and of noise it may come back as it is. That "yes" is expected would be
heard where nobody said it.
"""

from __future__ import annotations

import re

_RULE = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def expected_words(language: str, grammar: str | None) -> str:
    """Names of colours and things in that language, as a prompt; only those of the grammar where there is one.

    Args:
        language: Code of a language of the vocabulary; of another one nothing is known.
        grammar: JSGF of what may be said now.
    """
    from vla_assistant.language.vocabulary import load

    vocabulary = load()
    if language not in vocabulary.languages:
        return ""
    lexicon = vocabulary.lexicon(language)
    names = [" ".join(lexicon.words[name][0]) for name in (*vocabulary.colours, *vocabulary.things)]
    said = None if grammar is None else set(_WORD.findall(_RULE.sub(" ", grammar.lower())))
    return " ".join(name for name in names if said is None or set(name.split()) <= said)


def is_closed(text: str) -> bool:
    """Is the whole text closed words (stop, yes, no, cancel) of any language?"""
    from vla_assistant.language import closed_intent

    return bool(text) and closed_intent(text, "auto") is not None
