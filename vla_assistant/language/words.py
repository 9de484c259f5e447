"""From text to words: one spelling for everything that means the same to the grammar."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from vla_assistant.errors import InputError
from vla_assistant.language.vocabulary import Phrase

LONGEST_TEXT = 1000
"""Characters; nobody commands an arm with more, and it bounds the time of the parser."""
LONGEST_SENTENCE = 120
"""Words that are parsed."""

_WORD = re.compile(r"\d+\.\d+|[^\W_]+|,")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
"""Letters of "noooo"; no word has three alike in a row."""
_ENDLESS = re.compile(r"\d{7,}")
"""Numbers that nobody means."""
_LENGTH = re.compile(r"(\d)(?=(?:cm|mm|m|in)\b)")
_HALF = re.compile(r"(\d?)\s*(?:½|(?<![\d/])1/2(?![\d/]))")
_NUMBERED = re.compile(r"(?<!\S)(\d)\)")
_STOPS = re.compile(r"[;:!?\n]+|\.(?!\d)|(?<!\d)\.")
_APOSTROPHES = re.compile(r"[’'`´]")
_INITIALS = re.compile(r"\b([a-z])\.(?=[a-z]\b)")


def check(text: str) -> None:
    """Raise InputError when the text holds no word or is far too long."""
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} make a command.",
            'Say it shorter, for example "pick up the red cup".',
        )
    if not normalised(text):
        raise InputError("The text is empty.", 'Say what to do, for example "pick up the red cup".')


def normalised(text: str) -> Phrase:
    """Lower-case words and commas: "Don't move; O.K.?" becomes ("dont", "move", ",", "ok")."""
    plain = unicodedata.normalize("NFKC", _HALF.sub(_spelled_half, text)).lower()
    plain = _ENDLESS.sub("999999", plain)
    plain = _DRAWN_OUT.sub(r"\1", plain)
    plain = _INITIALS.sub(r"\1", _APOSTROPHES.sub("", plain))
    plain = _NUMBERED.sub(r" , \1 , ", plain)
    plain = _STOPS.sub(" , ", _LENGTH.sub(r"\1 ", plain))
    words = _WORD.findall(plain)
    kept = [word for word, before in zip(words, [",", *words], strict=False) if word != "," or before != ","]
    return tuple(kept[:-1] if kept and kept[-1] == "," else kept)


def _spelled_half(found: re.Match[str]) -> str:
    """ "2½" and "2 1/2" in words; "½" alone is a half."""
    return f"{found[1]} and a half " if found[1] else " half "


def spoken(words: Iterable[str]) -> Phrase:
    """The words without commas."""
    return tuple(word for word in words if word != ",")


def longest_match(phrases: Iterable[Phrase], words: Phrase, at: int) -> Phrase | None:
    """The longest of `phrases` that stands in `words` at `at`, or None."""
    return _longest(_by_first_word(tuple(phrases)), words, at)


def _longest(phrases: Mapping[str, tuple[Phrase, ...]], words: Phrase, at: int) -> Phrase | None:
    if at >= len(words):
        return None
    return next((phrase for phrase in phrases.get(words[at], ()) if words[at : at + len(phrase)] == phrase), None)


@functools.lru_cache(maxsize=128)
def _by_first_word(phrases: tuple[Phrase, ...]) -> dict[str, tuple[Phrase, ...]]:
    """The phrases that begin with each word, the longest first: long lists of them are looked up at every word."""
    found: dict[str, list[Phrase]] = {}
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return {word: tuple(several) for word, several in found.items()}


def without(phrases: Iterable[Phrase], words: Phrase) -> Phrase:
    """The words with every occurrence of a phrase taken out."""
    indexed = _by_first_word(tuple(phrases))
    kept: list[str] = []
    at = 0
    while at < len(words):
        phrase = _longest(indexed, words, at)
        if phrase is None:
            kept.append(words[at])
        at += len(phrase or (words[at],))
    return tuple(kept)


def starts_with(phrases: Iterable[Phrase], words: Phrase) -> Phrase | None:
    """The longest of `phrases` at the start of `words`, or None."""
    return longest_match(phrases, words, 0)


def between_commas(words: Phrase) -> Iterator[tuple[int, int]]:
    """Where the words from comma to comma begin and end."""
    begin = 0
    for at, word in enumerate((*words, ",")):
        if word == ",":
            yield begin, at
            begin = at + 1
