"""The layers against invented text, where a recognizer's segments enter: each one stops what all others let through."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.recognizers.voices import espeak, needs_espeak, noise, silence
from vla_assistant.speech.recognizers.free_speech import heard
from vla_assistant.speech.recognizers.invention import ALL, Layers, Segment, speech_in
from vla_assistant.speech.recognizers.invention import layers as the
from vla_assistant.speech.recognizers.invention.known import INSIDE, WHOLE
from vla_assistant.types import Audio


def voice(seconds: float = 2.0, level: float = 0.1) -> Audio:
    """A sound with a pitch."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    return Audio((level * np.sign(np.sin(2 * np.pi * 140 * time))).astype(np.float32), 16_000)


def segment(
    text: str, logprob: float = -0.2, no_speech: float = 0.05, compression: float = 1.0, start_s: float = 0.0
) -> Segment:
    return Segment(text, logprob, no_speech, compression, start_s, start_s + 1.0)


class Saying:
    """An engine that says the same of every sound; with a prompt, something else."""

    def __init__(self, *segments: Segment, prompted: str = "") -> None:
        self.segments, self.prompted = segments, prompted
        self.prompts: list[str] = []

    def language_of(self, audio: Audio, among: Any) -> str:
        return "de"

    def decode(self, audio: Audio, language: str, prompt: str) -> tuple[Segment, ...]:
        self.prompts.append(prompt)
        return (segment(self.prompted or prompt),) if prompt and not self.segments else self.segments


def text_of(audio: Audio, engine: Saying, layers: Layers = ALL, prompted: bool = False) -> str:
    return heard(audio, engine, "whisper", "en", prompted, None, layers=layers).text


SURE = "pick up the red cup"
INVENTIONS: dict[Callable[..., Any], tuple[Audio, Saying, bool]] = {
    the.is_long: (voice(0.1), Saying(segment("stop")), False),
    the.is_loud: (voice(2.0, level=4e-4), Saying(segment(SURE)), False),
    the.has_voice: (noise(2.0), Saying(segment(SURE)), False),
    the.sure: (voice(), Saying(segment(SURE, logprob=-0.7, no_speech=0.9)), False),
    the.unrepeated: (voice(9.0), Saying(segment("go home go home go home go home")), False),
    the.unechoed: (voice(9.0), Saying(), True),
    the.unknown: (voice(), Saying(segment("Thanks for watching!")), False),
    the.paced: (voice(1.0), Saying(segment("pick up the red cup and put it in the bowl and go home")), False),
}
"""Layer -> what nobody said, that only this layer refuses: the sound, what is said of it, whether with a prompt."""


def without(layer: Callable[..., Any]) -> Layers:
    return Layers(
        tuple(each for each in ALL.of_sound if each is not layer),
        tuple(each for each in ALL.of_text if each is not layer),
    )


def test_every_layer_has_its_invention() -> None:
    assert set(INVENTIONS) == {*ALL.of_sound, *ALL.of_text}


@pytest.mark.parametrize("layer", INVENTIONS, ids=lambda layer: layer.__name__)
def test_each_layer_refuses_what_all_others_believe(layer: Callable[..., Any]) -> None:
    audio, engine, prompted = INVENTIONS[layer]
    assert text_of(audio, engine, ALL, prompted) == ""
    assert text_of(audio, engine, without(layer), prompted) != "", "without this layer it would have been believed"


def test_clear_speech_is_believed_and_its_confidence_is_whispers_own() -> None:
    engine = Saying(segment(" Pick up the red cup."), segment(" Don't stop!", logprob=-0.3, no_speech=0.1, start_s=1.0))
    utterance = heard(voice(3.0), engine, "whisper", "en", False, None)
    assert utterance.text == "pick up the red cup don't stop"
    assert utterance.confidence == pytest.approx(math.exp(-0.3) * 0.9)


@pytest.mark.parametrize(
    "said",
    [
        segment(SURE, logprob=-1.5),
        segment(SURE, logprob=math.nan),
        segment(SURE, no_speech=math.nan),
        segment(SURE, compression=3.0),
        segment(SURE, compression=math.nan),
        segment(" ..."),
        segment(""),
    ],
)
def test_what_whisper_itself_doubts_is_not_believed(said: Segment) -> None:
    assert text_of(voice(), Saying(said)) in ("", SURE)
    assert text_of(voice(), Saying(said)) == "" or math.isnan(said.no_speech_prob)


def test_one_bad_segment_does_not_take_the_others_with_it() -> None:
    assert text_of(voice(3.0), Saying(segment(SURE), segment("thanks", logprob=-2.0))) == SURE
    assert text_of(voice(3.0), Saying(segment(SURE), segment("bye bye", start_s=4.0))) == SURE


def test_large_models_that_never_doubt_speech_are_held_by_the_other_layers() -> None:
    """Whisper's turbo model reports a no-speech probability of zero for everything."""
    certain = segment("thank you for watching", logprob=-0.05, no_speech=0.0)
    assert text_of(noise(2.0), Saying(certain)) == ""
    assert text_of(voice(), Saying(certain)) == ""


@pytest.mark.parametrize(
    "text", ["no no no", "stop stop stop", "the red cup", "put the red cup on the red plate", "bye for now robot"]
)
def test_what_people_say_is_not_taken_for_an_invention(text: str) -> None:
    assert text_of(voice(2.0), Saying(segment(text))) == text


def test_the_known_inventions_are_spelled_as_words_are_compared() -> None:
    from vla_assistant.speech.recognizers.invention import spoken_words

    assert all(" ".join(spoken_words(text)) == text for text in (*WHOLE, *INSIDE))


def test_no_known_invention_is_a_command_or_a_closed_word() -> None:
    from vla_assistant import language

    assert not [text for text in WHOLE if language.closed_intent(text, "auto") is not None]
    assert not [text for text in WHOLE if language.understand(text, language="auto").steps]


@pytest.mark.parametrize("text", ["Untertitel der Amara.org-Community", "Sous-titres réalisés par la communauté"])
def test_subtitles_in_other_languages_are_inventions_too(text: str) -> None:
    assert text_of(voice(), Saying(segment(text))) == ""


def test_sound_without_speech_is_never_decoded() -> None:
    engine = Saying(segment(SURE))
    for sound in (silence(), noise(2.0), noise(0.05), Audio(np.full(16_000, 0.4, np.float32), 16_000), silence(0.0)):
        assert text_of(sound, engine) == ""
    assert engine.prompts == []


@needs_espeak
@pytest.mark.parametrize("word", ["stop", "no", "halt"])
@pytest.mark.parametrize("voice_name", ["en-us", "en-gb", "en-us+f1", "de"])
@pytest.mark.parametrize("gain", [1.0, 0.02])
def test_a_short_word_of_a_voice_is_speech(word: str, voice_name: str, gain: float, tmp_path: Any) -> None:
    said = espeak(word, tmp_path / "word.wav", voice_name)
    assert speech_in(Audio(said.samples * np.float32(gain), said.rate_hz)) is not None


def test_a_prompt_is_the_words_that_may_be_named_and_no_closed_word() -> None:
    engine = Saying(segment(SURE))
    assert text_of(voice(), engine, prompted=True) == SURE
    (prompt,) = engine.prompts
    words = set(prompt.split())
    assert {"red", "blue", "cup", "cube"} <= words
    assert not words & {"yes", "no", "stop", "cancel", "okay", "halt", "wait"}


def test_a_closed_word_is_only_believed_when_it_is_heard_without_a_prompt() -> None:
    engine = Saying(segment("yes"))
    assert text_of(voice(), engine, prompted=True) == "yes"
    assert engine.prompts[0] != ""
    assert engine.prompts[1] == "", "asked again without telling what to expect"
    invented = Saying(prompted="yes")
    assert text_of(voice(), invented, prompted=True) == "", "a yes that only the prompt brought is none"


def test_a_grammar_limits_the_prompt() -> None:
    engine = Saying(segment(SURE))
    grammar = "#JSGF V1.0; grammar x; public <x> = <y> | take the (red | blue) cup; <y> = green;"
    heard(voice(), engine, "whisper", "en", True, grammar)
    assert set(engine.prompts[0].split()) == {"red", "blue", "cup", "green"}


@pytest.mark.parametrize(("language", "word"), [("de", "rot"), ("fr", "rouge"), ("es", "rojo")])
def test_the_prompt_is_in_the_language_that_is_spoken(language: str, word: str) -> None:
    engine = Saying(segment(SURE))
    heard(voice(), engine, "whisper", language, True, None)
    assert any(word in each for each in engine.prompts[0].split())


def test_auto_asks_the_engine_and_the_utterance_says_which_language() -> None:
    assert heard(voice(), Saying(segment("nimm")), "whisper", "auto", False, None).language == "de"
    assert heard(silence(), Saying(segment("nimm")), "whisper", "auto", False, None).language == "en"
