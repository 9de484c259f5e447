"""Spoken words that lead to motion need more certainty than those that end one."""

import pytest

from vla_assistant.config import ListeningSection
from vla_assistant.language import Hand, interpret
from vla_assistant.runtime.interpreting import doubt_about
from vla_assistant.types import Reference, Utterance

LIMITS = ListeningSection()


@pytest.mark.parametrize(
    ("text", "confidence", "acted_on"),
    [
        ("stop", 0.05, True),
        ("go on", 0.70, False),
        ("go on", 0.90, True),
        ("resume", 0.80, False),
        ("yes", 0.45, False),
        ("yes", 0.55, True),
        ("cancel", 0.35, True),
        ("pick up the red cup", 0.35, True),
        ("pick up the red cup", 0.25, False),
    ],
)
def test_how_sure_a_word_must_be(text: str, confidence: float, acted_on: bool) -> None:
    doubt = doubt_about(Utterance(text, confidence, "scripted"), LIMITS)
    assert (not doubt) == acted_on
    assert acted_on or f'"{text}"' in doubt


def test_silence_is_not_acted_on() -> None:
    assert doubt_about(Utterance("", 0.0, "scripted"), LIMITS) == "I heard nothing usable in that sound."


def test_the_hand_is_felt_for_what_needs_it_and_only_then() -> None:
    felt = []

    def feel() -> Hand:
        felt.append(True)
        return Hand(Reference("cup", "yellow"))

    assert "it would still hold the yellow cup" in interpret("pick up the white can", tuple, feel=feel).question
    assert felt
    felt.clear()
    for text in ("stop", "go home", "what do you see"):
        interpret(text, tuple, feel=feel)
    assert not felt
