"""Yes, no, cancel, stop, "say that again", louder, softer: one word against the others, without any prompt.

A short utterance is decoded three times: against all closed words, against all but those of the kind that won, and
against a loop over all phones. How far the winner lies before the best other kind is its margin; how far it lies behind
the free phones, its fit. Both together say how surely that word was said; where they do not, it is unclear.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vla_assistant.language.vocabulary import Lexicon, Phrase, load
from vla_assistant.speech.recognizers.acoustics import LOOP, Acoustics, Found
from vla_assistant.types import FloatArray

LONGEST_S = 2.6
"""Of the sound, silence around it included; no closed word takes longer."""
KINDS = ("yes", "no", "cancel", "stop", "repeat", "louder", "softer")
RIVALS = (
    "go home", "go back home", "return home", "open the drawer", "close the drawer", "clear the table",
    "tidy up", "what do you see", "go to the home position", "undo that", "put it back", "top", "shop",
    "drop", "so", "low", "there", "here", "hello", "now", "the red one", "the blue one", "the left one",
    "the right one", "left", "right", "this one", "that one", "what", "up", "down", "back",
    "one", "two", "thank you", "thanks", "well", "i see", "close", "pick it up", "put it down", "help",
    "red", "blue", "green", "guess", "chess", "less", "mess", "dress", "yet", "yell", "yesterday", "this",
    "miss", "is", "us", "best", "next", "press", "address", "says", "row", "though", "nor", "toe", "snow",
    "okra", "kay", "day", "away", "say", "way", "may",
    "later", "over", "good morning", "let me see", "how are you", "i know", "not bad", "that is nice",
    "over there",
)  # fmt: skip
"""Other short things to say, so that they are not taken for a closed word."""
OF_WORD, OF_HOME, OF_BREATH = 20.0, 50.0, 0.1
"""Weights of a single word, of the shortest command, and of a word with "it" or "that", which fits any breath after it,
as against 1 for each other phrase.
"""
_BREATHS = ("it", "that")
_HOME = ("go", "home")
RIVAL = "other"
_ALL = "closed"
_MORE = ("resume", "pause", "slower", "faster")
"""Control words that are decided as any sentence; here they only compete."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a closed word.

    Attributes:
        kind: Of KINDS, or RIVAL.
        text: Its words.
        fit: Score a frame against that of free phones, 0 or less.
        margin: Score against that of the best other kind, over the whole utterance; 0 or more.
    """

    kind: str
    text: str
    fit: float
    margin: float


UNRIVALLED = 800.0
"""Margin where no other kind comes to an end."""
OFFSET, OF_FIT, OF_MARGIN, MOST_MARGIN = 5.4, 0.4, 0.0015, 2500.0
"""Of the logistic function that makes a probability of the evidence; set by hand on tuning voices."""


def confidence_of(evidence: Evidence) -> float:
    """How surely that word was said, 0-1."""
    total = OFFSET + OF_FIT * evidence.fit + OF_MARGIN * min(evidence.margin, MOST_MARGIN)
    return 1.0 / (1.0 + math.exp(-total))


class ClosedWords:
    """Decides between the closed words; uses the decoder of the recognizer it belongs to."""

    def __init__(self, acoustics: Acoustics) -> None:
        self._acoustics = acoustics
        self._kinds = _phrases(load().lexicon("en"), acoustics)
        for left_out in ("", *KINDS):
            acoustics.use(_ALL + left_out, _grammar(self._kinds, left_out))

    def evidence(self, speech: FloatArray) -> Evidence | None:
        """What speaks for the likeliest closed word; None where none fits at all. The decoder must be settled."""
        best = self._acoustics.decode(_ALL, speech)
        if not best.text:
            return None
        kind = self._kind(best.text)
        other = self._acoustics.decode(_ALL + kind, speech) if kind in KINDS else Found()
        free = self._acoustics.decode(LOOP, speech)
        margin = (best.score - other.score) * _frames(speech) if other.text else UNRIVALLED
        return Evidence(kind, best.text, best.score - free.score, margin)

    def _kind(self, text: str) -> str:
        """Of the words that were decoded, with or without a please."""
        words = tuple(text.split())
        bare = words[:-1] if words[-1] == "please" and words not in self._kinds else words
        return self._kinds[bare]


def _phrases(lexicon: Lexicon, acoustics: Acoustics) -> dict[Phrase, str]:
    """Every closed phrase that can be pronounced, with its kind."""
    listed = {**lexicon.control, **lexicon.closed}
    kinds = {phrase: kind if kind in KINDS else RIVAL for phrase, kind in listed.items() if kind in (*KINDS, *_MORE)}
    for rival in RIVALS:
        kinds.setdefault(tuple(rival.split()), RIVAL)
    said = {_with_apostrophes(phrase): kind for phrase, kind in kinds.items()}
    return {phrase: kind for phrase, kind in said.items() if all(map(acoustics.knows, phrase))}


_APOSTROPHES = {"dont": "don't", "thats": "that's", "didnt": "didn't", "couldnt": "couldn't", "cant": "can't"}


def _with_apostrophes(phrase: Phrase) -> Phrase:
    """As the dictionary writes it; the vocabulary drops apostrophes."""
    return tuple(_APOSTROPHES.get(word, word) for word in phrase)


def _grammar(kinds: Mapping[Phrase, str], left_out: str) -> str:
    """All phrases but those of one kind; those that count may be polite."""
    polite = " | ".join(_weighted(phrase) for phrase, kind in kinds.items() if kind not in (RIVAL, left_out))
    rivals = " | ".join(_weighted(phrase) for phrase, kind in kinds.items() if kind == RIVAL)
    return f"#JSGF V1.0; grammar closed; public <closed> = ({polite}) [/0.1/ please] | {rivals};"


def _weighted(phrase: Phrase) -> str:
    weight = OF_HOME if phrase == _HOME else OF_WORD if len(phrase) == 1 else 1.0
    weight *= OF_BREATH if len(phrase) == 2 and phrase[-1] in _BREATHS else 1.0
    return f"/{weight:g}/ {' '.join(phrase)}"


def _frames(speech: FloatArray) -> int:
    from vla_assistant.speech.audio import RATE_HZ
    from vla_assistant.speech.recognizers.acoustics import FRAMES_HZ

    return len(speech) * FRAMES_HZ // RATE_HZ
