"""Closed words: stop, yes, no, cancel and the control words, matched as whole utterances and never inside a sentence.

They never pass through a model or the grammar. Whatever is not certain here is no closed word.
"""

from __future__ import annotations

from collections.abc import Mapping

from vla_assistant.language import words
from vla_assistant.language.languages import AUTO, words_in
from vla_assistant.language.vocabulary import Lexicon, Phrase, load
from vla_assistant.types import Intent

OF_VOICE = ("louder", "softer")
"""Control words about our own voice."""
STOP_REPEATS = 3
"""So many "no" in a row are a stop: nobody answers a question that way."""


def closed_intent(text: str, language: str = "en") -> Intent | None:
    """Intent.STOP, YES, NO or CANCEL when the whole text is closed words of that kind, else None.

    Repetition and politeness are allowed ("stop stop", "yes please"). Of mixed words the one with less motion counts
    ("wait, no" is a stop, "no, cancel" a cancel); yes mixed with anything else is not closed. The stop words of every
    language stop; the others count in the one `language`, or in any one with "auto".
    """
    languages = load().languages
    asked = languages.values() if language == AUTO else (load().lexicon(language),)
    text = text[: words.LONGEST_TEXT]
    intents = (_closed(text, lexicon) for lexicon in asked)
    found = next((intent for intent in intents if intent is not None), None)
    text = _spelled_out(text)
    return found or (Intent.STOP if any(_halts(text, code) for code in languages) else None)


def _spelled_out(text: str) -> str:
    """ "S t o p" as the word; every other text as it is."""
    letters = words.spoken(words.normalised(text))
    return "".join(letters) if len(letters) > 1 and all(len(letter) == 1 for letter in letters) else text


def control_word(text: str, language: str = "en") -> str | None:
    """The name of the control word ("resume") when the whole text is one, else None."""
    lexicon = load().lexicon(language)
    kinds = set(_kinds(lexicon.control, text, lexicon))
    return kinds.pop() if len(kinds) == 1 else None


def _closed(text: str, lexicon: Lexicon) -> Intent | None:
    kinds = _kinds(lexicon.closed, text, lexicon)
    if "yes" in kinds and text.rstrip().endswith("?"):
        return None  # "ok?" asks
    if "yes" in kinds:
        return Intent.YES if set(kinds) == {"yes"} else _less_motion([kind for kind in kinds if kind == "stop"])
    return _less_motion(kinds)


def _halts(text: str, language: str) -> bool:
    """Whether the text holds a stop word of the language, and makes a stop there."""
    lexicon = load().lexicon(language)
    return not lexicon.halting_words.isdisjoint(words_in(text, language)) and _closed(text, lexicon) is Intent.STOP


def _less_motion(kinds: list[str]) -> Intent | None:
    if "stop" in kinds or kinds.count("no") >= STOP_REPEATS:
        return Intent.STOP
    if "cancel" in kinds:
        return Intent.CANCEL
    return Intent.NO if kinds else None


def _kinds(phrases: Mapping[Phrase, str], text: str, lexicon: Lexicon) -> list[str]:
    """What each phrase of the text stands for; empty unless phrases and fillers make up the whole text."""
    spoken = words.spoken(words.normalised(lexicon.plain(text[: words.LONGEST_TEXT])))
    if len(spoken) > words.LONGEST_SENTENCE:
        return []
    found = _split(phrases, spoken)
    if found is not None:
        return found
    bare = words.without(lexicon.courtesy["fillers"], spoken)
    closing = [p for p in lexicon.courtesy["closings"] if bare[-len(p) :] == p and len(p) < len(bare)]
    for phrase in sorted(closing, key=len, reverse=True):
        found = _split(phrases, bare[: -len(phrase)])
        if found:
            return found
    return _split(phrases, bare) or []


def _split(phrases: Mapping[Phrase, str], spoken: Phrase) -> list[str] | None:
    """What the phrases stand for that make up `spoken` without a rest, longest first; None when they do not."""
    found: list[str] = []
    at = 0
    while at < len(spoken):
        phrase = words.longest_match(phrases, spoken, at)
        if phrase is None:
            return None
        found.append(phrases[phrase])
        at += len(phrase)
    return found or None
