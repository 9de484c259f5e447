"""Sphinx hears the commands of the vocabulary, and little else."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.spoken.meaning import meaning
from tests.recognizers.voices import espeak, flite, needs_espeak, needs_flite, noise
from vla_assistant.errors import InputError, WeightsError
from vla_assistant.language import jsgf
from vla_assistant.speech.recognizers.acoustics import prepared
from vla_assistant.speech.recognizers.sphinx import Config, SphinxRecognizer
from vla_assistant.types import Audio

TEN = (
    "pick up the red cup", "put the green ball in the blue bowl", "stack the red cube on the blue cube",
    "place the yellow can on the white plate", "push the purple ball to the left", "go home", "stop", "yes", "cancel",
    "pick up the blue cube and place it in the red bowl",
)  # fmt: skip


@pytest.fixture(scope="module")
def sphinx():
    recognizer = SphinxRecognizer(Config())
    yield recognizer
    recognizer.close()


@needs_flite
@pytest.mark.parametrize("text", TEN)
def test_commands_are_heard(sphinx, tmp_path: Path, text: str):
    heard = sphinx.transcribe(flite(text, tmp_path / "a.wav"))
    assert meaning(heard.text) == meaning(text)
    assert heard.confidence > 0.3, "less is not acted on"


@needs_espeak
@pytest.mark.parametrize("text", ["stack the red cube on the blue cube", "open the drawer", "stop", "cancel"])
def test_a_british_voice_is_heard(sphinx, tmp_path: Path, text: str):
    assert meaning(sphinx.transcribe(espeak(text, tmp_path / "a.wav")).text) == meaning(text)


@needs_flite
def test_loudness_and_length_of_silence_do_not_matter(sphinx, tmp_path: Path):
    audio = flite("push the purple ball to the left", tmp_path / "a.wav")
    hiss = noise(4.0, level=1e-4).samples.copy()
    hiss[20_000 : 20_000 + len(audio.samples)] += 0.02 * audio.samples
    assert sphinx.transcribe(Audio(hiss, 16_000)).text == "push the purple ball to the left"


@needs_flite
@pytest.mark.parametrize(
    ("choices", "text"),
    [
        (("the red ball", "the blue ball"), "the blue one"),
        (("the red ball", "the blue ball"), "red"),
        (("the cup on the left", "the cup on the right"), "the one on the right"),
        (("the red cube near the plate", "the red cube in the green bowl"), "the one near the plate"),
        (("the green can", "the yellow cube"), "yellow cube"),
        (("the green can", "the yellow cube"), "stop"),
        (("the green can", "the yellow cube"), "push the blue cup to the left"),
    ],
)
def test_answers_to_a_question_are_heard_while_it_waits(sphinx, tmp_path: Path, choices: tuple[str, ...], text: str):
    heard = sphinx.transcribe(flite(text, tmp_path / "a.wav"), jsgf(choices=choices))
    assert heard.text == text
    assert heard.confidence > 0.3


@needs_flite
def test_a_grammar_limits_what_is_heard(sphinx, tmp_path: Path):
    grammar = "#JSGF V1.0; grammar x; public <x> = stop | go;"
    audio = flite("stop", tmp_path / "a.wav")
    assert sphinx.transcribe(audio, grammar).text == "stop"
    assert sphinx.transcribe(audio, grammar.replace("stop", "stack")).text != "stop"
    assert sphinx.transcribe(audio).text == "stop"


@pytest.mark.parametrize("grammar", ["", "nonsense", "#JSGF V1.0; grammar x; public <x> = stop | gnarfl;"])
def test_a_broken_grammar_is_a_clear_error(sphinx, grammar: str):
    with pytest.raises(InputError, match="grammar cannot be used"):
        sphinx.transcribe(noise(0.5), grammar)


def test_a_missing_model_is_a_clear_error(tmp_path: Path):
    with pytest.raises(WeightsError, match="no acoustic model"):
        SphinxRecognizer(Config(model=str(tmp_path)))


@needs_flite
def test_other_talk_is_mostly_not_acted_on(sphinx, tmp_path: Path):
    talk = ("the weather is nice today", "my sister lives in london", "i would like a glass of water")
    heard = [sphinx.transcribe(flite(text, tmp_path / "a.wav")) for text in talk]
    assert sum(utterance.confidence >= 0.3 for utterance in heard) <= 1, heard


def test_prepared_sound_is_trimmed_and_at_one_loudness():
    loud = np.zeros(48_000, np.float32)
    loud[16_000:24_000] = 0.01 * np.sin(np.arange(8_000) / 5)
    speech = prepared(Audio(loud, 16_000))
    assert speech is not None
    assert 0.45 < np.abs(speech).max() <= 0.55
    assert 16_000 < len(speech) < 24_000


@needs_flite
def test_what_was_heard_before_does_not_matter(tmp_path: Path):
    cancel = flite("cancel", tmp_path / "a.wav")
    sphinx = SphinxRecognizer(Config())
    first = sphinx.transcribe(cancel)
    sphinx.transcribe(noise(1.0))
    sphinx.transcribe(flite("pick up the red cup", tmp_path / "b.wav", "rms"))
    assert first.text.startswith("cancel")
    assert sphinx.transcribe(cancel) == first
