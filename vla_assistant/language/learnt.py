"""Turns that no pattern of the word file knows, as the decoder has learnt them from phrases of writers."""

from __future__ import annotations

from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.opinion import opinion
from vla_assistant.language.languages import FIRST
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.reader import read
from vla_assistant.types import SURE, Going

_SURE_TURN = 0.97
"""Probability from which on a turn is what the decoder takes it for."""
_LEARNT = ("undo", "again", "repeat", "understood", "help", "slower", "cancel", "nothing")
"""Turns for which its word is enough: none of them moves the arm without a yes, or makes it faster."""
_MOVING = ("undo", "again")
"""Those that propose a motion; with a negation they do not."""


def learnt_turn(text: str, kind: str, phase: Going, language: str) -> str:
    """What the decoder is sure the text is, one of the turns that move nothing by themselves; else empty.

    Args:
        text: What was said.
        kind: What it counts as otherwise: "nothing", "unsupported" or "request"; a request of which the reader is
            sure stays one.
        phase: What is going on.
        language: The decoder knows the first one only.
    """
    seen = opinion(text) if language == FIRST else None
    if seen is None or seen.bare not in _LEARNT or seen.probability < _SURE_TURN:
        return ""
    if seen.bare in _MOVING and not lexicons.load().sets["negations"].isdisjoint(spelling.normalised(text)):
        return ""
    if seen.bare == "slower" and phase is not Going.MOVING:
        return ""
    if kind == "request":
        request = read(text, language)
        plain = request is not None and request.confidence >= SURE
        if plain or seen.bare == "nothing":
            return ""  # whether there is a request is weighed elsewhere, see `decoding.agreement`
    return seen.bare
