"""Text to sound: the pyttsx3 engine in a process of its own, which renders to a file and never plays.

pyttsx3 blocks while it speaks, cannot be silenced, keeps "run loop already started" after one exception, and macOS and
COM want it on a main thread. In its own process none of that matters: on any trouble the process is replaced.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from vla_assistant.errors import BackendError
from vla_assistant.types import Audio

RATE_WPM = 150
VOLUME = 0.9
LONGEST_TEXT = 600
"""Characters; nobody listens to more."""
START_TIMEOUT_S = 60.0
"""It starts in 0.6 s; on a machine that is overloaded many times over it took 20 s."""
RENDER_TIMEOUT_S = 20.0
_FILE_TIMEOUT_S = 2.0
_LIBRARIES = ("libespeak-ng.so.1", "/usr/local/lib/libespeak-ng.so.1", "libespeak.so.1")
"""Where pyttsx3 looks on Linux."""
_HINT = "On Debian and Ubuntu: sudo apt install espeak-ng. Or set use.speaker to silent."


@dataclass(frozen=True)
class VoiceSettings:
    """Speed in words a minute, volume 0-1, and the voice's id, name or language; empty takes the engine's own."""

    rate_wpm: int = RATE_WPM
    volume: float = VOLUME
    voice: str = ""


class VoiceEngine:
    """Renders text in the engine's process; not thread-safe."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        self._process: Any = None
        self._connection: Connection | None = None
        self._clean = weakref.finalize(self, lambda: None)
        self.voice = ""
        """Id of the voice in use, once started."""

    def start(self) -> None:
        """Start the process and wait until the engine is ready.

        Raises:
            BackendError: the engine or the voice is not there.
        """
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._settings), name="vla-voice", daemon=True)
        self._process.start()
        theirs.close()
        self.voice, folder = self._answer(START_TIMEOUT_S)
        self._clean = weakref.finalize(self, partial(shutil.rmtree, folder, ignore_errors=True))

    def render(self, text: str) -> Audio:
        """The text as mono sound at the engine's own rate; empty for a text without a word.

        Raises:
            BackendError: the engine failed twice, each time in a fresh process.
        """
        spoken = speakable(text)
        if not spoken:
            return _decode(b"")
        try:
            return self._render(spoken)
        except BackendError:
            self.close()
            return self._render(spoken)

    def close(self) -> None:
        """End the process; nothing of it stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.join(0.5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(1.0)
            self._process.close()
            self._process = None
        self._clean()

    def _render(self, text: str) -> Audio:
        self.start()
        assert self._connection is not None
        try:
            self._connection.send(text)
        except OSError as error:
            raise BackendError("The voice engine's process has ended.", _HINT) from error
        return _decode(self._answer(RENDER_TIMEOUT_S))

    def _answer(self, timeout_s: float) -> Any:
        assert self._connection is not None
        try:
            if not self._connection.poll(timeout_s):
                self.close()
                raise BackendError(f"The voice engine has not answered for {timeout_s:.0f} s.", _HINT)
            good, answer = self._connection.recv()
        except (EOFError, OSError) as error:
            self.close()
            raise BackendError("The voice engine's process has ended.", _HINT) from error
        if not good:
            self.close()
            raise BackendError(str(answer), _HINT)
        return answer


def render(text: str, voice: str = "", rate_wpm: int = RATE_WPM, volume: float = VOLUME) -> Audio:
    """One text spoken by the synthetic voice; for more than one keep a VoiceEngine.

    Raises:
        BackendError: there is no engine or no such voice.
    """
    engine = VoiceEngine(VoiceSettings(rate_wpm, volume, voice))
    try:
        return engine.render(text)
    finally:
        engine.close()


def require_engine() -> None:
    """Look whether this system has a speech engine; Windows and macOS bring their own.

    Raises:
        BackendError: it has none.
    """
    if sys.platform != "linux":
        return
    for library in _LIBRARIES:
        with contextlib.suppress(OSError):
            ctypes.CDLL(library)
            return
    raise BackendError("There is no speech engine on this computer.", _HINT)


def speakable(text: str) -> str:
    """The text without control characters and line breaks, of bounded length; empty when nothing could be spoken."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_TEXT]
    return words if any(c.isalnum() for c in words) else ""


def _decode(content: bytes) -> Audio:
    import numpy as np

    from vla_assistant.speech.audio import mono

    if not content:
        return Audio(np.zeros(0, np.float32), 22_050)
    import soundfile

    samples, rate_hz = soundfile.read(io.BytesIO(content), dtype="float32")
    return Audio(mono(samples), rate_hz)


def _serve(connection: Connection, settings: VoiceSettings) -> None:
    """The engine's process: answers each text with the bytes of a sound file, until the connection closes.

    The folder is made here, so that it goes with this process, however the program ended.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    with (
        tempfile.TemporaryDirectory(prefix="vla-voice-", ignore_cleanup_errors=True) as folder,
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.suppress(EOFError, OSError),
    ):
        try:
            engine, voice = _engine(settings)
        except Exception as error:
            connection.send((False, f"The voice engine cannot be used ({_sentence(error)})."))
            return
        connection.send((True, (voice, folder)))
        while True:
            connection.send(_try_speak(engine, connection.recv(), Path(folder) / "voice.wav"))


def _engine(settings: VoiceSettings) -> tuple[Any, str]:
    """The engine of this system and the id of its voice."""
    try:
        import pyttsx3

        engine = pyttsx3.init()
    except OSError as error:
        raise RuntimeError(f"no speech engine was found: {_sentence(error)}") from error
    if settings.voice:
        engine.setProperty("voice", _voice_id(engine, settings.voice))
    engine.setProperty("rate", settings.rate_wpm)
    engine.setProperty("volume", settings.volume)
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


def _try_speak(engine: Any, text: str, file: Path) -> tuple[bool, bytes | str]:
    try:
        file.unlink(missing_ok=True)
        engine.save_to_file(text, str(file))
        engine.runAndWait()
        return True, _finished(file)
    except Exception as error:
        return False, f"The voice engine failed ({_sentence(error)})."


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
