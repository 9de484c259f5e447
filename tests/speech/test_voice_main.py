"""The engine's process bears an engine that loses what it was told."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from vla_assistant.speech.voice import VoiceSettings
from vla_assistant.speech.voice_main import _answer


class Forgetful:
    """Loses the first settings, and what the first texts said, as pyttsx3 over eSpeak sometimes does."""

    def __init__(self, silent: int, lost: int) -> None:
        self.silent, self.lost = silent, lost
        self.has = {"rate": 200.0, "volume": 1.0}
        self.spoken_at: list[float] = []
        self._file = ""

    def setProperty(self, name: str, value: float) -> None:  # noqa: N802  pyttsx3's name
        if self.lost:
            self.lost -= 1
        else:
            self.has[name] = value

    def getProperty(self, name: str) -> float:  # noqa: N802
        return self.has[name]

    def save_to_file(self, text: str, file: str) -> None:
        self._file = file

    def runAndWait(self) -> None:  # noqa: N802
        self.spoken_at.append(self.has["rate"])
        with wave.open(self._file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(22050)
            sound.writeframes(b"" if len(self.spoken_at) <= self.silent else b"\1\0" * 1000)


def test_lost_settings_are_set_again_and_silence_is_tried_again(tmp_path: Path) -> None:
    engine = Forgetful(silent=1, lost=1)
    answer = _answer(engine, VoiceSettings(150), "hello", tmp_path / "voice.wav")
    assert len(answer["value"]) > 2000
    assert engine.spoken_at == [150, 150]


@pytest.mark.expects_log
def test_an_engine_that_stays_silent_is_a_failure(tmp_path: Path) -> None:
    answer = _answer(Forgetful(silent=99, lost=0), VoiceSettings(), "hello", tmp_path / "voice.wav")
    assert "it made no sound" in answer["error"][1]
