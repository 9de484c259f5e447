"""What the voice says, how loud and with which voice may change at any time; nothing stale is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.speech import tiny_piper
from tests.speech.test_speakers import LONG, nothing_is_left  # noqa: F401
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.errors import WeightsError
from vla_assistant.events import Event, PartChanged, PartState
from vla_assistant.speech import audio
from vla_assistant.speech.speakers.piper import Config as PiperConfig
from vla_assistant.speech.speakers.piper import PiperSpeaker, require_files
from vla_assistant.speech.speakers.pyttsx3 import Config, Pyttsx3Speaker
from vla_assistant.speech.voice import VoiceEngine, VoiceSettings

SHORT = "the red cube is in the bowl"


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def speaker(sound_card: VirtualSoundCard, told: list[Event]) -> Iterator[Pyttsx3Speaker]:  # noqa: F811
    speaker = Pyttsx3Speaker(Config(), emit=told.append)
    yield speaker
    speaker.close()


def said(speaker: Pyttsx3Speaker) -> list[str]:
    """What was said, once nothing is said any more."""
    wait_for(lambda: not speaker.speaking, 90, "the end")
    return [spoken.text for spoken in speaker.recent]


def begun(speaker: Pyttsx3Speaker, text: str = LONG) -> None:
    """The long sentence is being said."""
    speaker.speak(text)
    wait_for(lambda: bool(speaker.recent), 90, "the first sentence")


def test_an_urgent_sentence_is_said_at_once(speaker: Pyttsx3Speaker) -> None:
    begun(speaker)
    speaker.speak("and one more")
    start_s = time.monotonic()
    speaker.speak("Stopped.", urgent=True)
    assert said(speaker) == [LONG, "Stopped."]
    assert time.monotonic() - start_s < speaker.recent[0].audio.seconds


def test_a_settled_question_is_not_asked_to_the_end(speaker: Pyttsx3Speaker) -> None:
    speaker.speak(LONG, topic="question")
    wait_for(lambda: bool(speaker.recent), 90, "the question")
    speaker.speak("I see a cup.")
    speaker.speak("Shall I go home?", topic="question")
    start_s = time.monotonic()
    speaker.forget("question")
    assert said(speaker) == [LONG, "I see a cup."]
    assert time.monotonic() - start_s < speaker.recent[0].audio.seconds


def test_a_sentence_that_waited_too_long_is_not_said(speaker: Pyttsx3Speaker) -> None:
    begun(speaker)
    speaker.speak("the arm moves", ttl_s=0.1)
    speaker.speak("there it is", ttl_s=60.0)
    assert said(speaker) == [LONG, "there it is"]


def test_the_volume_holds_at_once(sound_card: VirtualSoundCard, speaker: Pyttsx3Speaker) -> None:  # noqa: F811
    with sound_card.recording() as recorded:
        begun(speaker)
        wait_for(lambda: recorded.level_dbfs(0.3) > -35, 90, "the voice")
        speaker.set_volume(0.0)
        wait_for(lambda: recorded.level_dbfs(0.2) < -80, 90, "silence")
        assert speaker.speaking
        speaker.set_volume(0.9)
        wait_for(lambda: recorded.level_dbfs(0.3) > -35, 90, "the voice")
    speaker.silence()


def test_rate_and_voice_hold_from_the_next_sentence(speaker: Pyttsx3Speaker, told: list[Event]) -> None:
    speaker.set_volume(0.0)
    speaker.speak(SHORT)
    said(speaker)
    speaker.set_rate(300)
    speaker.speak(SHORT)
    said(speaker)
    speaker.choose_voice("en-us")
    speaker.speak(SHORT)
    said(speaker)
    slow, fast, other = (spoken.audio for spoken in speaker.recent)
    assert fast.seconds < 0.7 * slow.seconds
    assert len(other.samples) != len(fast.samples)
    assert {"gmw/en", "gmw/de", "roa/es", "roa/fr"} <= {voice.id for voice in speaker.voices()}
    assert [voice.language for voice in speaker.voices() if voice.id == "gmw/de"] == ["de"]
    assert speaker.voice == "en-us"
    assert told[-1].detail == "Speaking with the voice en-us."


def test_a_voice_that_does_not_exist_is_told_and_the_old_one_stays(speaker: Pyttsx3Speaker, told: list[Event]) -> None:
    speaker.set_volume(0.0)
    speaker.choose_voice("en-zz")
    assert isinstance(told[-1], PartChanged)
    assert told[-1].state is PartState.WARNING
    assert "there is no voice 'en-zz'" in told[-1].detail
    assert told[-1].detail.endswith("The voice stays as it was.")
    speaker.speak(SHORT)
    assert said(speaker) == [SHORT]
    assert speaker.voice == "gmw/en"


def test_piper_speaks_what_its_model_makes_at_the_wanted_rate(tmp_path: Path) -> None:
    file = tiny_piper.make(tmp_path)
    tiny_piper.make(tmp_path, "de_DE-hum-low.onnx")
    module = "vla_assistant.speech.voice_engines.piper"
    engine = VoiceEngine(VoiceSettings(175, 1.0, str(file), module))
    try:
        plain = engine.render(SHORT)
        engine.settings = VoiceSettings(350, 0.5, str(file), module)
        fast = engine.render(SHORT)
        voices = engine.voices()
    finally:
        engine.close()
    assert plain.rate_hz == tiny_piper.RATE_HZ
    assert fast.seconds == pytest.approx(plain.seconds / 2, rel=0.02)
    assert audio.level_dbfs(fast.samples) == pytest.approx(audio.level_dbfs(plain.samples) - 6, abs=0.5)
    assert [(Path(voice.id).name, voice.language) for voice in voices] == [
        ("de_DE-hum-low.onnx", "de-de"),
        ("en_US-hum-low.onnx", "en-us"),
    ]


def test_a_piper_voice_without_its_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"Piper has been given no voice"):
        PiperSpeaker(PiperConfig())
    file = tiny_piper.make(tmp_path)
    file.with_name(f"{file.name}.json").unlink()
    with pytest.raises(WeightsError, match=r"en_US-hum-low.onnx.json, which is not there"):
        require_files(str(file))


def test_a_broken_piper_voice_is_told(sound_card: VirtualSoundCard, tmp_path: Path, told: list[Event]) -> None:  # noqa: F811
    file = tiny_piper.make(tmp_path)
    file.write_bytes(b"no model")
    speaker = PiperSpeaker(PiperConfig(voice=str(file)), emit=told.append)
    try:
        wait_for(lambda: len(told) == 2, 90, "the failure")
    finally:
        speaker.close()
    assert isinstance(told[1], PartChanged)
    assert told[1].state is PartState.FAILED
    assert "cannot be loaded" in told[1].detail
    assert "speakers.piper.voice" in told[1].detail


def test_a_sentence_in_another_language_is_said_by_a_voice_of_it(speaker: Pyttsx3Speaker, told: list[Event]) -> None:
    for language in ("en", "de", "en"):
        speaker.speak("Soll ich die rote Tasse nehmen?", language=language)
        assert said(speaker)
    english, german, again = (spoken.audio.samples for spoken in list(speaker.recent)[-3:])
    assert abs(len(english) - len(again)) < 1000 < abs(len(english) - len(german))
    assert speaker.voice.startswith("gmw/en")
    speaker.speak("It is said all the same.", language="zz")
    assert said(speaker)[-1] == "It is said all the same."
    assert any(isinstance(event, PartChanged) and "foreign" in event.detail for event in told)
