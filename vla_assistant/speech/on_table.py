"""Among the readings of an utterance, the one that names what is on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.speech.recognizers.trust import makes_sense
from vla_assistant.types import SeenThing, Utterance


def on_table(utterance: Utterance, seen: Sequence[SeenThing]) -> Utterance:
    """The utterance, or its likeliest other reading, where that makes sense and names only things that are there.

    What names something else stays as it is when no reading fits: the program then says what it does not see.
    """
    from vla_assistant.language import named_in

    there = {thing.reference for thing in seen}
    if not there or not utterance.others or not named_in(utterance.text) - there:
        return utterance
    for text in utterance.others:
        named = named_in(text)
        if named and named <= there and makes_sense(text):
            rest = tuple(other for other in utterance.others if other != text)
            return replace(utterance, text=text, others=(utterance.text, *rest))
    return utterance
