"""The voice of this computer through pyttsx3 (eSpeak NG, SAPI, macOS), rendered in an own process, played by us."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from pydantic import Field

from vla_assistant.errors import AssistantError
from vla_assistant.events import Part, PartChanged, PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.playback import Player
from vla_assistant.speech.portaudio import require_device
from vla_assistant.speech.speakers.base import WAITING, Emit, Spoken
from vla_assistant.speech.voice import VoiceEngine, VoiceSettings, require_engine, speakable

REQUIRES = ("pyttsx3", "sounddevice", "soundfile", "soxr")
BACKEND = "Pyttsx3Speaker"


class Config(BackendConfig):
    """How the voice sounds and where."""

    rate: int = Field(150, ge=60, le=400, description="Words a minute.")
    volume: float = Field(0.9, ge=0, le=1, description="0 to 1.")
    voice: str = Field("", description='Id, name or language of a voice ("en-us"); empty takes the engine\'s own.')
    device: str = Field("", description='"host API: name" of the output; empty takes the default.')
    remembered: int = Field(8, ge=1, description="Sentences whose samples are kept.")


def require(config: Config) -> None:
    """Are a speech engine and a sound output there? See `registry`."""
    require_engine()
    require_device("output", config.device)


class Pyttsx3Speaker:
    """One thread renders and plays; the engine's process starts with it."""

    def __init__(
        self, config: Config, emit: Emit = lambda event: None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._emit = emit
        self._now = now
        self._engine = VoiceEngine(VoiceSettings(config.rate, config.volume, config.voice))
        self._player = Player(config.device)
        self._waiting: deque[str] = deque(maxlen=WAITING)
        self._recent: deque[Spoken] = deque(maxlen=config.remembered)
        self._changed = threading.Condition()
        self._busy = False
        self._silences = 0
        self._closed = False
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def speak(self, text: str) -> None:
        if not speakable(text):
            return
        with self._changed:
            if not self._closed:
                self._waiting.append(text)
                self._changed.notify()

    def silence(self) -> None:
        with self._changed:
            self._waiting.clear()
            self._silences += 1
            self._player.silence()

    @property
    def speaking(self) -> bool:
        return self._busy or bool(self._waiting)

    @property
    def recent(self) -> tuple[Spoken, ...]:
        with self._changed:
            return tuple(self._recent)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self.silence()
        self._thread.join(3.0)

    def _run(self) -> None:
        try:
            self._warm_up()
            while (next_one := self._next()) is not None:
                self._say(*next_one)
        finally:
            self._player.close()
            self._engine.close()

    def _warm_up(self) -> None:
        self._tell(PartState.LOADING, "Starting the voice.")
        try:
            self._engine.start()
            self._player.find()
            self._tell(PartState.READY, f"Speaking with the voice {self._engine.voice}.")
        except AssistantError as error:
            self._complain(error)

    def _next(self) -> tuple[str, int] | None:
        """The next sentence and the count of silences before it; None when closed."""
        with self._changed:
            self._busy = False
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if self._closed:
                return None
            self._busy = True
            return self._waiting.popleft(), self._silences

    def _say(self, text: str, silences: int) -> None:
        try:
            sound = self._engine.render(text)
            with self._changed:
                if silences != self._silences:
                    return
                self._recent.append(Spoken(text, sound, self._now()))
                self._player.arm()
            self._player.play(sound)
        except AssistantError as error:
            self._complain(error)
            return
        if self._trouble:
            self._trouble = ""
            self._tell(PartState.READY, "The voice is back.")

    def _complain(self, error: AssistantError) -> None:
        """Tell a trouble once; without an output the sentences still appear in the window."""
        if str(error) == self._trouble:
            return
        self._trouble = str(error)
        self._tell(PartState.FAILED, self._trouble)

    def _tell(self, state: PartState, detail: str) -> None:
        self._emit(PartChanged(self._now(), Part.SPEAKER, state, detail))
