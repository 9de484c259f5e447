"""The whole path of Whisper with a small checkpoint of the real class: it says a few phrases, and it invents."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from tests.recognizers.small_whisper import INVENTED, PHRASES, PROMPT, hum
from tests.recognizers.voices import espeak, needs_espeak, noise, tiny_whisper
from tests.virtual_sound import wait_for
from vla_assistant import config
from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, Heard, NothingHeard
from vla_assistant.runtime.hearing import open_recognizer
from vla_assistant.runtime.served_models import ServedModels
from vla_assistant.speech.audio import resample, write
from vla_assistant.speech.listener import Listener
from vla_assistant.speech.microphones.wav import Config as WavConfig
from vla_assistant.speech.microphones.wav import WavMicrophone
from vla_assistant.speech.recognizers import whisper as module
from vla_assistant.speech.recognizers.base import Recognizer
from vla_assistant.speech.recognizers.free_speech import heard
from vla_assistant.speech.recognizers.invention import ALL, DECODING, speech_in
from vla_assistant.speech.recognizers.invention.layers import has_voice, unechoed, unknown
from vla_assistant.speech.recognizers.whisper import Config, WhisperRecognizer
from vla_assistant.types import Audio, Utterance

pytestmark = [needs_espeak, pytest.mark.timeout(900)]  # teaching takes 10 s of a processor that may be shared


@pytest.fixture(scope="module")
def whisper(taught_whisper: Path) -> Iterator[WhisperRecognizer]:
    with closing(WhisperRecognizer(Config(model=str(taught_whisper), device="cpu", max_tokens=16))) as made:
        yield made


@pytest.fixture
def says(tmp_path: Path) -> Callable[..., Audio]:
    return lambda text, voice="en-us": espeak(text, tmp_path / "said.wav", voice)


def with_options(whisper: WhisperRecognizer, **options: Any) -> WhisperRecognizer:
    """The same model with other options."""
    made = object.__new__(WhisperRecognizer)
    made.__dict__ |= whisper.__dict__ | {"_config": whisper._config.model_copy(update=options)}
    return made


@pytest.mark.parametrize("text", PHRASES["en"])
@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
def test_it_hears_what_it_was_taught(
    whisper: WhisperRecognizer, says: Callable[..., Audio], text: str, voice: str
) -> None:
    utterance = whisper.transcribe(says(text, voice))
    assert utterance.text == text
    assert (utterance.recognizer, utterance.language) == ("whisper", "en")
    assert 0.3 < utterance.confidence <= 1.0


def test_rate_loudness_and_place_do_not_matter(whisper: WhisperRecognizer, says: Callable[..., Audio]) -> None:
    said = says("pick up the red cup")
    later = np.concatenate([np.zeros(8_000, np.float32), 0.3 * said.samples, np.zeros(4_000, np.float32)])
    assert whisper.transcribe(resample(said, 48_000)).text == "pick up the red cup"
    assert whisper.transcribe(Audio(later.astype(np.float32), 16_000)).text == "pick up the red cup"


def test_times_and_figures_come_from_whisper_itself(whisper: WhisperRecognizer, says: Callable[..., Audio]) -> None:
    said = says("go home")
    (segment,) = whisper.decode(said, "en", "")
    assert segment.start_s == 0.0
    assert segment.end_s == pytest.approx(said.seconds, abs=0.02)
    assert segment.avg_logprob > -0.5
    assert segment.no_speech_prob < 0.3
    (nobody,) = whisper.decode(noise(1.5, level=0.05, seed=0), "en", "")
    assert nobody.no_speech_prob > 0.6


@pytest.mark.parametrize("language", ["de", "auto"])
def test_another_language_is_heard_and_told(
    whisper: WhisperRecognizer, says: Callable[..., Audio], language: str
) -> None:
    utterance = with_options(whisper, language=language).transcribe(says("nimm den roten becher", "de"))
    assert (utterance.text, utterance.language) == ("nimm den roten becher", "de")


def test_a_pinned_language_stays(whisper: WhisperRecognizer, says: Callable[..., Audio]) -> None:
    assert whisper.transcribe(says("nimm den roten becher", "de")).language == "en"
    assert with_options(whisper, language="auto").transcribe(says("go home")).language == "en"


def test_what_the_real_class_invents_of_hiss_is_stopped_three_times(whisper: WhisperRecognizer) -> None:
    hiss = noise(1.5, level=0.05, seed=0)

    def text_of(**changes: Any) -> str:
        return heard(hiss, whisper, "whisper", "en", False, None, layers=replace(ALL, **changes)).text

    deaf = tuple(layer for layer in ALL.of_sound if layer is not has_voice)
    believing = tuple(layer for layer in ALL.of_text if layer is not unknown)
    assert whisper.transcribe(hiss).text == ""
    assert text_of(of_sound=deaf) == ""
    assert text_of(of_text=believing) == ""
    assert text_of(of_sound=deaf, of_text=believing) == INVENTED, "without layers it is believed"


def test_a_prompt_that_comes_back_is_no_speech(whisper: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vla_assistant.speech.recognizers.free_speech._prompts", lambda *_: (PROMPT,))
    hiss = noise(1.5, level=0.05, seed=0)
    deaf = replace(ALL, of_sound=())
    gullible = replace(deaf, of_text=tuple(layer for layer in ALL.of_text if layer is not unechoed))
    assert heard(hiss, whisper, "whisper", "en", True, None, layers=gullible).text == PROMPT
    assert heard(hiss, whisper, "whisper", "en", True, None, layers=deaf).text == ""


def test_speech_is_heard_with_a_prompt_too(
    whisper: WhisperRecognizer, says: Callable[..., Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vla_assistant.speech.recognizers.free_speech._prompts", lambda *_: (PROMPT, ""))
    prompted = with_options(whisper, prompt=True)
    assert prompted.transcribe(says("pick up the red cup")).text == "pick up the red cup"
    assert prompted.transcribe(says("yes")).text == "yes"


def test_what_was_said_before_is_no_evidence(
    whisper: WhisperRecognizer, says: Callable[..., Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long recording: speech in the first window, hiss in the next. With its own words before it Whisper goes on."""
    said, hiss = says("pick up the red cup").samples, noise(1.5, level=0.05, seed=0).samples
    long = Audio(np.concatenate([said, np.zeros(480_000 - len(said), np.float32), hiss]), 16_000)
    texts = [segment.text.strip() for segment in whisper.decode(long, "en", "")]
    assert texts == ["pick up the red cup", INVENTED]
    monkeypatch.setattr(module, "DECODING", MappingProxyType({**DECODING, "condition_on_previous_text": True}))
    again = [segment.text.strip() for segment in whisper.decode(long, "en", "")]
    assert again == ["pick up the red cup", "pick up the red cup"], "remembering, it invents a second command"


def test_what_is_unsure_is_tried_again_and_then_not_believed(
    tmp_path: Path, says: Callable[..., Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    from whisper.model import Whisper

    tried: list[float] = []
    decode = Whisper.decode
    monkeypatch.setattr(
        Whisper, "decode", lambda self, mel, options: tried.append(options.temperature) or decode(self, mel, options)
    )
    with closing(WhisperRecognizer(Config(model=str(tiny_whisper(tmp_path / "t.pt")), max_tokens=4))) as random:
        assert random.transcribe(says("go home")).text == ""
    assert tuple(tried) == DECODING["temperature"]


def test_a_hum_has_a_pitch_and_is_stopped_by_what_is_said_of_it(whisper: WhisperRecognizer) -> None:
    assert speech_in(hum()) is not None
    believing = replace(ALL, of_text=tuple(layer for layer in ALL.of_text if layer is not unknown))
    assert heard(hum(), whisper, "whisper", "en", False, None, layers=believing).text == INVENTED
    assert whisper.transcribe(hum()).text == ""


def listened(file: Path, sounds: list[Audio], recognizer: Recognizer) -> list[Event]:
    """What a listener tells of these sounds with silence between them, from a file."""
    pause = np.zeros(2 * 16_000, np.float32)
    parts = [part for sound in sounds for part in (sound.samples, pause)]
    write(file, Audio(np.concatenate([pause, *parts]), 16_000))
    events: list[Event] = []
    microphone = WavMicrophone(WavConfig(file=str(file), realtime=False))
    with closing(Listener(ListeningSection(), microphone, recognizer, events.append)) as listener:
        listener.start()
        wait_for(lambda: not listener.listening and listener.settled, 120.0, "the end of the file")
    return events


class Fooled:
    """Hears a hum in what is quiet, as if the voice detector had taken one for speech."""

    def __init__(self, whisper: WhisperRecognizer) -> None:
        self.whisper = whisper

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        return self.whisper.transcribe(hum(2.5) if np.abs(audio.samples).max() < 0.25 else audio, grammar)

    def close(self) -> None:
        """Nothing is held."""


def test_from_the_microphone_an_invention_is_told_as_nothing_usable_and_never_heard(
    whisper: WhisperRecognizer, says: Callable[..., Audio], tmp_path: Path
) -> None:
    quiet = Audio(np.float32(0.2) * says("put it in the bowl").samples, 16_000)
    events = listened(tmp_path / "a.wav", [quiet, says("pick up the red cup")], Fooled(whisper))
    assert "I heard nothing usable." in [event.reason for event in events if isinstance(event, NothingHeard)]
    assert [event.utterance.text for event in events if isinstance(event, Heard)] == ["pick up the red cup"]


def test_through_the_model_process_to_an_event(
    taught_whisper: Path, says: Callable[..., Audio], tmp_path: Path
) -> None:
    sets = [f"recognizers.whisper.model={taught_whisper}", "recognizers.whisper.language=auto"]
    settings = config.load(overrides=sets)
    told: list[str] = []
    with closing(ServedModels(settings, lambda part, state, detail, progress: told.append(detail))) as process:
        recognizer = open_recognizer(settings, "whisper", process)
        process.start()
        events = listened(tmp_path / "a.wav", [says("nimm den roten becher", "de")], recognizer)
    assert told[-1] == "whisper is loaded."
    (utterance,) = [event.utterance for event in events if isinstance(event, Heard)]
    assert (utterance.text, utterance.language, utterance.recognizer) == ("nimm den roten becher", "de", "whisper")
