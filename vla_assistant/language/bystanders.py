"""What is said to people and animals beside the arm asks nothing of it: "You at the back, put your phone away"."""

from __future__ import annotations

import re

from vla_assistant.language import mood
from vla_assistant.language import words as spelling
from vla_assistant.language.less import means_less
from vla_assistant.language.reading.reader import read
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import phrases_of
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import SURE

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*\s*")


def without_bystanders(text: str, language: str = "en") -> str:
    """The text without the sentences that are for somebody else; empty when all of them are.

    Where one of these may mean less motion nothing is left out: "yes. Kids, no!" is no yes.
    """
    sentences = _SENTENCE.findall(text)
    to_others = [_to_bystanders(said, language) for said in sentences]
    if not any(to_others):
        return text
    kept = "".join(said for said, other in zip(sentences, to_others, strict=True) if not other).strip()
    less = any(means_less(said) for said, other in zip(sentences, to_others, strict=True) if other)
    return text if kept and less else kept


def _to_bystanders(sentence: str, language: str) -> bool:
    """Whether somebody is called who is not the arm, or something is asked that only somebody living can do."""
    lexicon = load(language)
    who = lexicon.bystanders
    said = [bare for part in phrases_of(sentence) if (bare := spelling.without(lexicon.fillers, part))]
    if not said or any(who["arm"].start(part) for part in phrases_of(sentence)):
        return False
    if any(who["plainly"].fit(part) for part in said):
        return True
    rest = [part for part in said if not who["called"].fit(part)]
    named = len(rest) < len(said) or mood.called_out(said[0], language)
    if named and any(who["living"].start(part) for part in rest):
        return True
    return len(rest) < len(said) and not (rest and _orders_the_arm(rest, language))


def _orders_the_arm(said: list[Phrase], language: str) -> bool:
    """Whether it is something that the arm can do, whoever was called before: "everybody, push the cup to the left"."""
    request = read(" , ".join(map(" ".join, said)), language)
    return request is not None and request.confidence >= SURE
