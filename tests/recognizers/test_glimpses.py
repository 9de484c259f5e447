"""Sphinx is asked what was said so far, and for a wake word; from this process and from another one."""

from pathlib import Path

import pytest

from tests.recognizers.voices import flite, needs_flite
from vla_assistant import wire
from vla_assistant.errors import InputError
from vla_assistant.runtime.hearing import RemoteRecognizer
from vla_assistant.runtime.model_server import LANES
from vla_assistant.speech.recognizers.partial import Partial, judged
from vla_assistant.speech.recognizers.sphinx import Config, SphinxRecognizer
from vla_assistant.speech.recognizers.wake import Wake
from vla_assistant.speech.waking import SURE
from vla_assistant.types import Audio, Utterance


@pytest.fixture(scope="module")
def sphinx():
    recognizer = SphinxRecognizer(Config())
    yield recognizer
    recognizer.close()


@needs_flite
@pytest.mark.parametrize(
    ("text", "complete", "could_go_on"),
    [
        ("put the red cup in the green bowl", True, False),
        ("pick up the red cup", True, True),
        ("stop", True, False),
        ("put the red cup", False, True),
    ],
)
def test_a_command_is_told_from_the_beginning_of_one(
    sphinx: SphinxRecognizer, tmp_path: Path, text: str, complete: bool, could_go_on: bool
):
    found = sphinx.partial(flite(text, tmp_path / "a.wav"))
    assert found.text == text
    assert (found.complete, found.could_go_on) == (complete, could_go_on)


@needs_flite
def test_a_glimpse_hears_the_same_as_the_whole_decode(sphinx: SphinxRecognizer, tmp_path: Path):
    audio = flite("stack the red cube on the blue cube", tmp_path / "a.wav")
    assert sphinx.partial(audio).whole == sphinx.transcribe(audio)


@needs_flite
def test_words_that_fit_badly_are_not_shown(sphinx: SphinxRecognizer, tmp_path: Path):
    found = sphinx.partial(flite("the minister resigned on thursday", tmp_path / "a.wav"))
    assert found.text == ""
    assert found.could_go_on


@needs_flite
def test_the_wake_word_is_heard_and_where_it_ends(sphinx: SphinxRecognizer, tmp_path: Path):
    alone = sphinx.wake(flite("hey robot", tmp_path / "a.wav"), ("hey robot",))
    assert alone.confidence >= SURE
    audio = flite("hey robot, pick up the red cup", tmp_path / "b.wav")
    wake = sphinx.wake(audio, ("hey robot",))
    assert wake.phrase == "hey robot"
    assert wake.confidence >= SURE
    rest = Audio(audio.samples[round(wake.end_s * audio.rate_hz) :], audio.rate_hz)
    assert sphinx.transcribe(rest).text == "pick up the red cup"


@needs_flite
@pytest.mark.parametrize("text", ["the weather is nice today", "pick up the red cup", "hey there", "stop"])
def test_other_talk_is_no_wake_word(sphinx: SphinxRecognizer, tmp_path: Path, text: str):
    assert sphinx.wake(flite(text, tmp_path / "a.wav"), ("hey robot",)).confidence < SURE


@needs_flite
def test_a_wake_word_that_the_dictionary_lacks_is_an_error(sphinx: SphinxRecognizer, tmp_path: Path):
    with pytest.raises(InputError):
        sphinx.wake(flite("stop", tmp_path / "a.wav"), ("hey xyzzyx",))


class Process:
    """The client of a process, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def serve(self, kind: str, name: str) -> None:
        pass

    def call(self, name: str, *args: object) -> object:
        assert LANES[name] == "recognizers"
        self.asked.append(name)
        return "answer"


def test_a_recognizer_in_another_process_is_asked_only_what_it_can():
    process = Process()
    sphinx = RemoteRecognizer(process, "sphinx", owned=False)  # type: ignore[arg-type]
    assert sphinx.partial is not None
    assert sphinx.wake is not None
    sphinx.partial(None, None)  # type: ignore[arg-type]
    sphinx.wake(None, ())  # type: ignore[arg-type]
    assert process.asked == ["partial", "wake"]
    whisper = RemoteRecognizer(process, "whisper", owned=False)  # type: ignore[arg-type]
    assert whisper.partial is None
    assert whisper.wake is None


@pytest.mark.parametrize("value", [judged("go home", Utterance("go home", 0.9, "sphinx")), Wake("hey robot", 0.9, 0.8)])
def test_what_they_answer_travels(value: Partial | Wake):
    assert wire.unpack(wire.pack(value)) == value
