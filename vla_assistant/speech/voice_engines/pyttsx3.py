"""The speech engine of the system through pyttsx3: eSpeak NG, SAPI, macOS."""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any

from vla_assistant.speech.voice import VoiceSettings

log = logging.getLogger(__name__)
_FILE_TIMEOUT_S = 2.0
_ATTEMPTS = 3
_HEADER_BYTES = 64
_ROUNDING = 0.011
_SETTLE_S = 0.01


def load(settings: VoiceSettings) -> SystemVoice:
    """The system's engine with the wanted voice.

    Raises:
        RuntimeError: there is no engine or no such voice.
    """
    try:
        import pyttsx3

        engine = pyttsx3.init()
    except OSError as error:
        raise RuntimeError(f"no speech engine was found: {str(error).strip().rstrip('.')}") from error
    return SystemVoice(engine, settings.voice)


class SystemVoice:
    """Renders through a pyttsx3 engine.

    eSpeak works in a thread of its own: sometimes a start loses the rate for good, and sometimes a text comes out empty
    because the end of the one before arrives late. So rate and volume are set each time, and silence is tried again.
    """

    def __init__(self, engine: Any, wanted: str = "") -> None:
        self._engine = engine
        self._own = str(engine.getProperty("voice"))
        self._wanted = ""
        self.voice = self._own
        self._use(wanted)

    def spoken(self, text: str, settings: VoiceSettings, file: Path) -> bytes:
        self._use(settings.voice)
        for _ in range(_ATTEMPTS):
            content = self._attempt(text, settings, file)
            if len(content) > _HEADER_BYTES:
                return content
            log.info("the engine made no sound of %r", text)
        raise RuntimeError("it made no sound")

    def voices(self) -> list[tuple[str, str]]:
        return [(str(voice.id), (_languages(voice) or [""])[0]) for voice in self._engine.getProperty("voices")]

    def _use(self, wanted: str) -> None:
        if wanted != self._wanted:
            self.voice = self._id(wanted) if wanted else self._own
            self._engine.setProperty("voice", self.voice)
            self._wanted = wanted

    def _id(self, wanted: str) -> str:
        """The id of the voice with that id, name or language, whatever the case."""
        voices = self._engine.getProperty("voices")
        for voice in voices:
            last = voice.id.rsplit("/", 1)[-1].lower()
            if wanted.lower() in (voice.id.lower(), voice.name.lower(), last, *_languages(voice)):
                return str(voice.id)
        near = [voice.id for voice in voices if wanted.lower()[:2] in voice.id.lower()][:8]
        raise RuntimeError(f"there is no voice {wanted!r}; near it are {', '.join(near) or 'none'}")

    def _attempt(self, text: str, settings: VoiceSettings, file: Path) -> bytes:
        file.unlink(missing_ok=True)
        self._set("rate", settings.rate_wpm)
        self._set("volume", settings.volume)
        self._engine.save_to_file(text, str(file))
        self._engine.runAndWait()
        return _finished(file)

    def _set(self, name: str, value: float) -> None:
        """Set the property until the engine says that it has it; one that rounds it gets a few tries."""
        for _ in range(_ATTEMPTS):
            self._engine.setProperty(name, value)
            if abs(float(self._engine.getProperty(name)) - value) < _ROUNDING:
                return
            time.sleep(_SETTLE_S)


def _languages(voice: Any) -> list[str]:
    """Languages of a pyttsx3 voice; eSpeak puts a priority byte around them."""
    return [str(language).lower().strip("\x00\x05") for language in voice.languages or []]


def _finished(file: Path) -> bytes:
    """The file's bytes; some engines return before they have written it."""
    deadline = time.monotonic() + _FILE_TIMEOUT_S
    size = -1
    while time.monotonic() < deadline:
        now = file.stat().st_size if file.is_file() else 0
        if now and (now == size or sys.platform == "linux"):
            return file.read_bytes()
        size = now
        threading.Event().wait(0.02)
    raise RuntimeError("it reported success and wrote no sound")
