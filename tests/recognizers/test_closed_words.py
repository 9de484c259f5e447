"""Closed words are told apart from each other and from what sounds like them."""

from pathlib import Path

import pytest

from tests.recognizers.voices import flite, needs_flite
from vla_assistant.language import closed_intent
from vla_assistant.speech.recognizers.closed_words import MOST_MARGIN, Evidence, confidence_of
from vla_assistant.speech.recognizers.sphinx import CLOSED_WORDS, Config, SphinxRecognizer
from vla_assistant.types import Intent


@pytest.fixture(scope="module")
def sphinx():
    recognizer = SphinxRecognizer(Config())
    yield recognizer
    recognizer.close()


@needs_flite
@pytest.mark.parametrize(
    ("text", "intent"), [("yes", Intent.YES), ("stop", Intent.STOP), ("cancel that", Intent.CANCEL)]
)
def test_who_says_a_closed_word_is_heard(sphinx: SphinxRecognizer, tmp_path: Path, text: str, intent: Intent):
    heard = sphinx.transcribe(flite(text, tmp_path / "a.wav"))
    assert closed_intent(heard.text) is intent


@needs_flite
def test_the_utterance_says_who_decided(sphinx: SphinxRecognizer, tmp_path: Path):
    assert sphinx.transcribe(flite("yes", tmp_path / "a.wav")).recognizer == CLOSED_WORDS
    assert sphinx.transcribe(flite("push the red cup to the left", tmp_path / "b.wav")).recognizer == "sphinx"


@needs_flite
@pytest.mark.parametrize("text", ["guess", "good morning", "yesterday"])
def test_what_is_no_yes_is_not_believed_as_one(sphinx: SphinxRecognizer, tmp_path: Path, text: str):
    heard = sphinx.transcribe(flite(text, tmp_path / "a.wav"))
    assert closed_intent(heard.text) is not Intent.YES or heard.confidence < 0.3


def test_more_fit_and_more_margin_are_surer():
    sure = [confidence_of(Evidence("yes", "yes", fit, 500.0)) for fit in (-25.0, -15.0, -5.0)]
    assert sure == sorted(sure)
    assert sure[0] < 0.3 < 0.7 < sure[2]
    apart = [confidence_of(Evidence("yes", "yes", -15.0, margin)) for margin in (0.0, 500.0, MOST_MARGIN, 9e9)]
    assert apart[0] < apart[1] < apart[2] == apart[3]
