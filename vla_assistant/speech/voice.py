"""Text to sound: a speech engine in a process of its own, which renders to a file and never plays.

pyttsx3 blocks while it speaks, cannot be silenced, keeps "run loop already started" after one exception, and macOS and
COM want it on a main thread; Piper loads a neural network. In a process of their own none of that matters: on any
trouble the process is replaced.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import shutil
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from vla_assistant import framing
from vla_assistant.child_process import ChildProgram, close_quietly, restored
from vla_assistant.errors import BackendError, ProcessError
from vla_assistant.types import Audio
from vla_assistant.wire import travels

PROGRAM = ChildProgram("vla_assistant.speech.voice_main", "--voice-process", "voice.log", {})

RATE_WPM = 150
VOLUME = 0.9
LONGEST_TEXT = 600
"""Characters; nobody listens to more."""
START_TIMEOUT_S = 60.0
"""It starts in 0.6 s; on a machine that is overloaded many times over it took 20 s."""
RENDER_TIMEOUT_S = 20.0
END_TIMEOUT_S = 0.5
_LIBRARIES = ("libespeak-ng.so.1", "/usr/local/lib/libespeak-ng.so.1", "libespeak.so.1")
"""Where pyttsx3 looks on Linux."""
HINT = "On Debian and Ubuntu: sudo apt install espeak-ng. Or set use.speaker to silent."


@travels
@dataclass(frozen=True)
class VoiceSettings:
    """How it speaks.

    Attributes:
        rate_wpm: Speed in words a minute.
        volume: 0-1.
        voice: The voice's id, name or language, for Piper its file; empty takes the engine's own.
        engine: Module of the engine, see `voice_engines`.
        hint: What to do when the engine fails.
    """

    rate_wpm: int = RATE_WPM
    volume: float = VOLUME
    voice: str = ""
    engine: str = "vla_assistant.speech.voice_engines.pyttsx3"
    hint: str = HINT


@dataclass(frozen=True)
class VoiceName:
    """A voice that can be chosen: its id, and its language ("en-us"; empty when the engine does not say)."""

    id: str
    language: str


class VoiceEngine:
    """Renders text in the engine's process; not thread-safe."""

    def __init__(self, settings: VoiceSettings) -> None:
        self.settings = settings
        """May be changed at any time, all but the engine; holds from the next text on."""
        self._process: subprocess.Popen[bytes] | None = None
        self._clean = weakref.finalize(self, lambda: None)
        self.voice = ""
        """Id of the voice in use, once started."""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process and wait until the engine is ready.

        Raises:
            BackendError: the engine or the voice is not there.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        try:
            self._process = PROGRAM.start()
        except OSError as error:
            raise BackendError(
                f"The voice engine's process cannot be started ({error}).", self.settings.hint
            ) from error
        self.voice, folder = self._ask({"settings": self.settings}, START_TIMEOUT_S)
        self._clean = weakref.finalize(self, partial(shutil.rmtree, folder, ignore_errors=True))

    def render(self, text: str, voice: str = "") -> Audio:
        """The text as mono sound at the engine's own rate; empty for a text without a word.

        Args:
            text: The words.
            voice: Speaks this text only; empty takes that of the settings.

        Raises:
            BackendError: the engine failed twice, each time in a fresh process.
        """
        spoken = speakable(text)
        if not spoken:
            return _decode(b"")
        try:
            return self._render(spoken, voice)
        except BackendError:
            self.close()
            return self._render(spoken, voice)

    def voices(self) -> list[VoiceName]:
        """Every voice that the engine has.

        Raises:
            BackendError: the engine failed.
        """
        self.start()
        return [VoiceName(*found) for found in self._ask({}, RENDER_TIMEOUT_S)]

    def close(self) -> None:
        """End the process; nothing of it stays."""
        if self._process is not None:
            close_quietly(self._process.stdin)
            try:
                self._process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            close_quietly(self._process.stdout)
            self._process = None
        self._clean()

    def _render(self, text: str, voice: str) -> Audio:
        self.start()
        settings = replace(self.settings, voice=voice) if voice else self.settings
        return _decode(self._ask({"text": text, "settings": settings}, RENDER_TIMEOUT_S))

    def _ask(self, request: dict[str, Any], timeout_s: float) -> Any:
        """What the process answers; one that does not answer in time is killed, which ends the waiting."""
        process, late = self._process, threading.Event()
        assert process is not None

        def give_up() -> None:
            late.set()
            process.kill()

        patience = threading.Timer(timeout_s, give_up)
        patience.daemon = True
        patience.start()
        try:
            answer = _exchanged(process, request)
        finally:
            patience.cancel()
            patience.join()
        if answer is not None and "value" in answer:
            return answer["value"]
        self.close()
        if answer is not None:
            raise restored(answer["error"])
        hint = self.settings.hint
        if late.is_set():
            raise BackendError(f"The voice engine has not answered for {timeout_s:.0f} s.", hint)
        raise BackendError("The voice engine's process has ended.", f"See {PROGRAM.log_file}. {hint}")


def _exchanged(process: subprocess.Popen[bytes], request: dict[str, Any]) -> dict[str, Any] | None:
    """The answer to a request; None when the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        framing.send(process.stdin, request)
        return framing.receive(process.stdout)
    except (OSError, ValueError, ProcessError):
        return None


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
    raise BackendError("There is no speech engine on this computer.", HINT)


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
