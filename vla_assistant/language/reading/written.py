"""Signs and short forms of written text as the words that they stand for."""

from __future__ import annotations

import re

from vla_assistant.language.reading.lexicon import Lexicon

_SIGNS = (
    (re.compile(r"\b(mrs|mr|ms|dr|st|prof)\.", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<=\S)\s+[-–]+\s+(?=[^\W\d])|\s*[—(]\s*|(?<=[^\s\d])\s*\)"), " , "),
    (re.compile(r"\s*(?:->|=>|-->|→|⇒|>)\s*"), " to "),
    (re.compile(r"\bw/o\b"), "without "),
    (re.compile(r"\bw/"), "with "),
    (re.compile(r"\s*&\s*|(?<=[a-z])/(?=[a-z])"), " and "),
    (re.compile(r"(?<=\d)\s*(?:\"|''|″)"), " inches "),
)  # fmt: skip
_IS = re.compile(r"\b([a-z]+)['’]s\b")


def written_out(text: str, lexicon: Lexicon) -> str:
    """Arrows and short forms as words: "cube -> bowl" is "cube to bowl", "the can's in the way" "the can is ..."."""
    text = text.lower()
    for sign, words in _SIGNS:
        text = sign.sub(words, text)
    return _IS.sub(lambda found: f"{found[1]} is" if _is_thing(found[1], lexicon) else found[0], text)


def _is_thing(word: str, lexicon: Lexicon) -> bool:
    kinds = lexicon.at((word,), 0)
    return "nouns" in kinds or "colours" in kinds or "substitutes" in kinds or "sides" in kinds or "hand" in kinds
