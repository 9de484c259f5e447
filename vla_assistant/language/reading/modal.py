"""The word "can" where it is no tin."""

from __future__ import annotations

from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.vocabulary import Phrase

_CAN, _MAY = "can", "may"
_ONE = ("one", "ones")


def without_modal(words: Phrase, lexicon: Lexicon) -> Phrase:
    """With "may" for a "can" that is no tin: "that one can live on the plate", "the cube can go in the bowl"."""
    going = lexicon.sets["modal_going"]

    def modal(at: int) -> bool:
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        named = before in _ONE or {"nouns", "plurals"} & set(lexicon.at((before,), 0))
        return words[at] == _CAN and before != _CAN and after in going and bool(named)

    return tuple(_MAY if modal(at) else word for at, word in enumerate(words))
