"""What is believed of a sentence."""

import pytest

from vla_assistant.speech.recognizers.likelihood import likelihood
from vla_assistant.speech.recognizers.trust import confidence, sentence_of

COMMANDS = (
    "pick up the red cup",
    "could you put the yellow ball in the white bowl please",
    "go home",
    "open the drawer",
)
TALK = (
    "three pink ball has been take and to house pink bowl after try the black can slide",
    "advance black saucer only now that i never seen the brown tin and then let",
    "ten but first good drop the rose tin over to the right so take it on the rose dish",
)


def test_what_is_said_to_the_arm_is_likelier_than_talk_in_its_words():
    assert min(map(likelihood, COMMANDS)) > max(map(likelihood, TALK))


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_that_fits_is_believed(text: str):
    assert confidence(sentence_of(text, -12.0, noisy=False)) > 0.6


@pytest.mark.parametrize("text", TALK)
@pytest.mark.parametrize("fit", [-22.0, -18.0])
def test_talk_is_passed_over(text: str, fit: float):
    assert confidence(sentence_of(text, fit, noisy=False)) < 0.15


def test_the_same_fit_says_less_in_noise():
    quiet, noisy = (confidence(sentence_of(COMMANDS[0], -18.0, noisy=noisy)) for noisy in (False, True))
    assert quiet > noisy
