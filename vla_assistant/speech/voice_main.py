"""The voice engine's process as a program: answers each text with the bytes of a sound file. `voice` starts it.

It ends when its stdin is closed: the app has closed it, or is gone.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from vla_assistant import framing
from vla_assistant.child_process import described, take_pipes
from vla_assistant.errors import BackendError
from vla_assistant.speech.voice import HINT, VoiceSettings

log = logging.getLogger(__name__)
_FILE_TIMEOUT_S = 2.0
_ATTEMPTS = 3
_HEADER_BYTES = 64
_ROUNDING = 0.011
_SETTLE_S = 0.01


def main() -> None:
    """Serve until stdin ends."""
    requests, answers = take_pipes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    first = framing.receive(requests)
    if first is None:  # the app closed it before it began
        return
    with contextlib.suppress(OSError):
        try:
            engine, voice = _engine(first["settings"])
        except Exception as error:
            log.exception("starting")
            framing.send(answers, _failed(f"The voice engine cannot be used ({_sentence(error)})."))
        else:
            _serve(requests, answers, engine, voice, first["settings"])


def _serve(requests: IO[bytes], answers: IO[bytes], engine: Any, voice: str, settings: VoiceSettings) -> None:
    """The folder is made here, so that it goes with this process, however the program ended."""
    with tempfile.TemporaryDirectory(prefix="vla-voice-", ignore_cleanup_errors=True) as folder:
        framing.send(answers, {"value": (voice, folder)})
        while (request := framing.receive(requests)) is not None:
            framing.send(answers, _answer(engine, settings, request["text"], Path(folder) / "voice.wav"))


def _engine(settings: VoiceSettings) -> tuple[Any, str]:
    """The engine of this system and the id of its voice."""
    try:
        import pyttsx3

        engine = pyttsx3.init()
    except OSError as error:
        raise RuntimeError(f"no speech engine was found: {_sentence(error)}") from error
    if settings.voice:
        engine.setProperty("voice", _voice_id(engine, settings.voice))
    return engine, settings.voice or str(engine.getProperty("voice"))


def _voice_id(engine: Any, wanted: str) -> str:
    """The id of the voice with that id, name or language, whatever the case."""
    voices = engine.getProperty("voices")
    for voice in voices:
        languages = [str(language).lower().strip("\x00\x05") for language in voice.languages or []]
        last = voice.id.rsplit("/", 1)[-1].lower()
        if wanted.lower() in (voice.id.lower(), voice.name.lower(), last, *languages):
            return voice.id
    near = [voice.id for voice in voices if wanted.lower()[:2] in voice.id.lower()][:8]
    raise RuntimeError(f"there is no voice {wanted!r}; near it are {', '.join(near) or 'none'}")


def _answer(engine: Any, settings: VoiceSettings, text: str, file: Path) -> dict[str, Any]:
    """The answer to a text.

    eSpeak works in a thread of its own: sometimes a start loses the rate for good, and sometimes a text comes out empty
    because the end of the one before arrives late. So rate and volume are set each time, and silence is tried again.
    """
    try:
        for _ in range(_ATTEMPTS):
            content = _spoken(engine, settings, text, file)
            if _has_sound(content):
                return {"value": content}
            log.info("the engine made no sound of %r", text)
        raise RuntimeError("it made no sound")
    except Exception as error:
        log.exception("speaking")
        return _failed(f"The voice engine failed ({_sentence(error)}).")


def _spoken(engine: Any, settings: VoiceSettings, text: str, file: Path) -> bytes:
    """The sound file."""
    file.unlink(missing_ok=True)
    _set(engine, "rate", settings.rate_wpm)
    _set(engine, "volume", settings.volume)
    engine.save_to_file(text, str(file))
    engine.runAndWait()
    return _finished(file)


def _set(engine: Any, name: str, value: float) -> None:
    """Set the property until the engine says that it has it; one that rounds it gets a few tries."""
    for _ in range(_ATTEMPTS):
        engine.setProperty(name, value)
        if abs(float(engine.getProperty(name)) - value) < _ROUNDING:
            return
        time.sleep(_SETTLE_S)


def _has_sound(content: bytes) -> bool:
    """Whether there is more in it than the header of a sound file."""
    return len(content) > _HEADER_BYTES


def _failed(sentence: str) -> dict[str, Any]:
    return {"error": described(BackendError(sentence, HINT))}


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


def _sentence(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


if __name__ == "__main__":
    main()
