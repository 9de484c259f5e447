"""The chain asks its parts in order until one is sure, and says who decided."""

from dataclasses import dataclass, field

import pytest

from tests.recognizers.voices import silence
from vla_assistant.errors import AssistantError, BackendError
from vla_assistant.speech.recognizers.chain import RecognizerChain
from vla_assistant.types import Audio, Utterance


@dataclass
class Says:
    """Answers the same every time, or fails."""

    text: str
    confidence: float
    name: str
    error: AssistantError | None = None
    asked: list[str | None] = field(default_factory=list)
    closed: int = 0

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        self.asked.append(grammar)
        if self.error is not None:
            raise self.error
        return Utterance(self.text, self.confidence, self.name)

    def close(self) -> None:
        self.closed += 1


def test_who_is_sure_decides_and_nobody_else_is_asked():
    first, then = Says("stop", 0.9, "closed words"), Says("shop", 0.99, "whisper")
    heard = RecognizerChain([first, then]).transcribe(silence(), "a grammar")
    assert (heard.text, heard.recognizer) == ("stop", "closed words")
    assert first.asked == ["a grammar"]
    assert then.asked == []


def test_what_the_first_is_not_sure_of_goes_on():
    first, then = Says("pick up the can", 0.4, "sphinx"), Says("pick up the cup", 0.8, "whisper")
    heard = RecognizerChain([first, then]).transcribe(silence())
    assert (heard.text, heard.recognizer) == ("pick up the cup", "whisper")


def test_of_two_that_are_not_sure_the_surer_one_counts():
    first, then = Says("pick up the can", 0.5, "sphinx"), Says("tick", 0.2, "whisper")
    assert RecognizerChain([first, then]).transcribe(silence()).text == "pick up the can"


@pytest.mark.parametrize("text", ["yes", "okay", "go ahead"])
def test_free_speech_decides_no_yes(text: str):
    first, then = Says("", 0.0, "sphinx"), Says(text, 0.95, "whisper")
    assert RecognizerChain([first, then]).transcribe(silence()).confidence == 0.0


@pytest.mark.parametrize("text", ["no", "stop", "cancel"])
def test_free_speech_may_mean_less_motion(text: str):
    first, then = Says("", 0.0, "sphinx"), Says(text, 0.95, "whisper")
    assert RecognizerChain([first, then]).transcribe(silence()).text == text


def test_one_that_fails_is_passed_over_until_all_do():
    broken = Says("", 0.0, "sphinx", BackendError("The first is broken."))
    assert RecognizerChain([broken, Says("go home", 0.8, "whisper")]).transcribe(silence()).text == "go home"
    also = Says("", 0.0, "whisper", BackendError("The second is broken."))
    with pytest.raises(BackendError, match="first"):
        RecognizerChain([broken, also]).transcribe(silence())


def test_closing_closes_all():
    parts = [Says("", 0.0, "sphinx"), Says("", 0.0, "whisper")]
    RecognizerChain(parts).close()
    assert [part.closed for part in parts] == [1, 1]
