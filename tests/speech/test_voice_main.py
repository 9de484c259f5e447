"""The engine of the system bears a pyttsx3 that loses what it was told; the voice's process tells what fails."""

from __future__ import annotations

import wave
from pathlib import Path
from types import SimpleNamespace

import pytest

from vla_assistant.speech.voice import HINT, VoiceSettings
from vla_assistant.speech.voice_engines.pyttsx3 import SystemVoice
from vla_assistant.speech.voice_main import _answer

VOICES = [
    SimpleNamespace(id="gmw/en", name="English", languages=["en-gb"]),
    SimpleNamespace(id="gmw/de", name="German", languages=["de"]),
]


class Forgetful:
    """Loses the first settings, and what the first texts said, as pyttsx3 over eSpeak sometimes does."""

    def __init__(self, silent: int = 0, lost: int = 0) -> None:
        self.silent, self.lost = silent, lost
        self.has: dict[str, object] = {"rate": 200.0, "volume": 1.0, "voice": "gmw/en", "voices": VOICES}
        self.spoken_with: list[tuple[object, object]] = []
        self._file = ""

    def setProperty(self, name: str, value: object) -> None:  # noqa: N802  pyttsx3's name
        if self.lost:
            self.lost -= 1
        else:
            self.has[name] = value

    def getProperty(self, name: str) -> object:  # noqa: N802
        return self.has[name]

    def save_to_file(self, text: str, file: str) -> None:
        self._file = file

    def runAndWait(self) -> None:  # noqa: N802
        self.spoken_with.append((self.has["rate"], self.has["voice"]))
        with wave.open(self._file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(22050)
            sound.writeframes(b"" if len(self.spoken_with) <= self.silent else b"\1\0" * 1000)


def test_lost_settings_are_set_again_and_silence_is_tried_again(tmp_path: Path) -> None:
    engine = Forgetful(silent=1, lost=1)
    content = SystemVoice(engine).spoken("hello", VoiceSettings(150), tmp_path / "voice.wav")
    assert len(content) > 2000
    assert engine.spoken_with == [(150, "gmw/en")] * 2


@pytest.mark.parametrize("wanted", ["gmw/de", "German", "de", "DE"])
def test_the_voice_may_change_between_two_texts(wanted: str, tmp_path: Path) -> None:
    engine = Forgetful()
    voice = SystemVoice(engine)
    for name in ("", wanted, ""):
        voice.spoken("hello", VoiceSettings(voice=name), tmp_path / "voice.wav")
    assert [name for _, name in engine.spoken_with] == ["gmw/en", "gmw/de", "gmw/en"]
    assert voice.voices() == [("gmw/en", "en-gb"), ("gmw/de", "de")]


@pytest.mark.expects_log
def test_an_engine_that_stays_silent_is_a_failure(tmp_path: Path) -> None:
    request = {"text": "hello", "settings": VoiceSettings()}
    answer = _answer(SystemVoice(Forgetful(silent=99)), request, tmp_path / "voice.wav")
    assert "it made no sound" in answer["error"][1]
    assert answer["error"][2] == HINT


@pytest.mark.expects_log
def test_an_unknown_voice_is_a_failure_and_the_next_text_is_spoken(tmp_path: Path) -> None:
    voice = SystemVoice(Forgetful())
    for name, expected in (("en-zz", "error"), ("", "value")):
        request = {"text": "hello", "settings": VoiceSettings(voice=name)}
        assert expected in _answer(voice, request, tmp_path / "voice.wav")
