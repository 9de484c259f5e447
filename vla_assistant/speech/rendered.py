"""A speaker that renders each sentence in the voice's process and plays it itself: what pyttsx3 and Piper share."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from pydantic import Field

from vla_assistant.errors import AssistantError, BackendError
from vla_assistant.events import Part, PartChanged, PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.earcons import Earcon, Earcons
from vla_assistant.speech.playback import Player
from vla_assistant.speech.sentences import Sentence, Sentences
from vla_assistant.speech.speakers.base import Emit, Spoken
from vla_assistant.speech.voice import RATE_WPM, VOLUME, VoiceEngine, VoiceName, VoiceSettings, speakable
from vla_assistant.types import Audio

OWN_LANGUAGE = "en"
"""What the engine's own or the chosen voice says, whichever that is: who chooses a voice wants to hear it."""
FULL_VOLUME = 1.0
"""The engine renders at this; the volume is applied where it is played, so that it holds at once."""


class SpeakerConfig(BackendConfig):
    """What every speaker of this kind can be told; `Config` of each adds which voice."""

    rate: int = Field(RATE_WPM, ge=60, le=400, description="Words a minute.")
    volume: float = Field(VOLUME, ge=0, le=1, description="0 to 1.")
    device: str = Field("", description='"host API: name" of the output; empty takes the default.')
    earcons: bool = Field(True, description="Short taps say that it listens, has heard, has not understood.")
    remembered: int = Field(8, ge=1, description="Sentences whose samples are kept.")


class RenderedSpeaker:
    """One thread renders and plays; the engine's process starts with it.

    Attributes:
        many_tongued: Whether the engine has voices of several languages, which may be called by their language.
    """

    many_tongued = False

    def __init__(
        self,
        config: SpeakerConfig,
        settings: VoiceSettings,
        emit: Emit = lambda event: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit = emit
        self._now = now
        self._engine = VoiceEngine(replace(settings, volume=FULL_VOLUME))
        self._engine_is_mine = threading.Lock()
        self._player = Player(config.device, config.volume)
        self._earcons = Earcons(config.device, lambda: self._player.volume) if config.earcons else None
        self._waiting = Sentences()
        self._recent: deque[Spoken] = deque(maxlen=config.remembered)
        self._changed = threading.Condition()
        self._current: Sentence | None = None
        self._silences = 0
        self._closed = False
        self._trouble = self._chosen = ""
        self._unspoken: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def speak(
        self, text: str, *, topic: str = "", ttl_s: float = float("inf"), urgent: bool = False, language: str = "en"
    ) -> None:
        if not speakable(text):
            return
        with self._changed:
            if self._closed:
                return
            self._waiting.put(Sentence(text, topic, ttl_s, urgent, language), self._now())
            if urgent:
                self._cut()
            self._changed.notify()

    def silence(self) -> None:
        with self._changed:
            self._waiting.clear()
            self._cut()

    def forget(self, topic: str) -> None:
        with self._changed:
            self._waiting.forget(topic)
            if self._current is not None and topic and self._current.topic == topic:
                self._cut()

    def signal(self, earcon: Earcon) -> None:
        if self._earcons is not None:
            self._earcons.play(earcon)

    @property
    def speaking(self) -> bool:
        return self._current is not None or bool(len(self._waiting))

    @property
    def recent(self) -> tuple[Spoken, ...]:
        with self._changed:
            return tuple(self._recent)

    @property
    def volume(self) -> float:
        return self._player.volume

    def set_volume(self, volume: float) -> None:
        self._player.volume = min(1.0, max(0.0, volume))

    def set_rate(self, words_a_minute: int) -> None:
        self._engine.settings = replace(self._engine.settings, rate_wpm=words_a_minute)

    def voices(self) -> list[VoiceName]:
        try:
            with self._engine_is_mine:
                return [] if self._closed else self._engine.voices()
        except BackendError:
            return []

    @property
    def voice(self) -> str:
        return self._chosen or self._engine.voice

    def choose_voice(self, voice: str) -> None:
        with self._engine_is_mine:
            if self._closed:
                return
            before = self._engine.settings
            self._engine.settings = replace(before, voice=voice)
            try:
                self._engine.render("Yes.")
            except BackendError as error:
                self._engine.settings = before
                self._tell(PartState.WARNING, f"{error.message} The voice stays as it was.")
                return
        self._chosen = voice
        self._tell(PartState.READY, f"Speaking with the voice {voice}.")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self.silence()
        if self._earcons is not None:
            self._earcons.close()
        self._thread.join(3.0)

    def _cut(self) -> None:
        """Drop the sentence that is being rendered or played."""
        self._silences += 1
        self._player.silence()

    def _run(self) -> None:
        try:
            self._warm_up()
            while (next_one := self._next()) is not None:
                self._say(*next_one)
        finally:
            self._player.close()
            with self._engine_is_mine:
                self._engine.close()

    def _warm_up(self) -> None:
        self._tell(PartState.LOADING, "Starting the voice.")
        try:
            with self._engine_is_mine:
                self._engine.start()
            self._player.find()
            self._tell(PartState.READY, f"Speaking with the voice {self._engine.voice}.")
        except AssistantError as error:
            self._complain(error)

    def _next(self) -> tuple[Sentence, int] | None:
        """The next sentence that is worth saying and the count of silences before it; None when closed."""
        with self._changed:
            self._current = None
            while not self._closed:
                self._current = self._waiting.take(self._now())
                if self._current is not None:
                    return self._current, self._silences
                self._changed.wait()
            return None

    def _say(self, sentence: Sentence, silences: int) -> None:
        try:
            with self._engine_is_mine:
                sound = self._rendered(sentence)
            with self._changed:
                if silences != self._silences:
                    return
                self._recent.append(Spoken(sentence.text, sound, self._now()))
                self._player.arm()
            self._player.play(sound)
        except AssistantError as error:
            self._complain(error)
            return
        if self._trouble:
            self._trouble = ""
            self._tell(PartState.READY, "The voice is back.")

    def _rendered(self, sentence: Sentence) -> Audio:
        """The sentence in a voice of its language; where there is none, in the one that is in use."""
        voice = self._voice_of(sentence.language)
        if voice:
            try:
                return self._engine.render(sentence.text, voice)
            except BackendError as error:
                self._unspoken.add(sentence.language)
                self._tell(PartState.WARNING, f"{error.message} What is said in {sentence.language} sounds foreign.")
        return self._engine.render(sentence.text)

    def _voice_of(self, language: str) -> str:
        """What to ask the engine for; empty for the voice in use, which also speaks what it has no other voice for."""
        used = self.voice.rsplit("/", 1)[-1].lower()
        foreign = language != OWN_LANGUAGE and not used.startswith(language)
        return language if foreign and self.many_tongued and language not in self._unspoken else ""

    def _complain(self, error: AssistantError) -> None:
        """Tell a trouble once; without an output the sentences still appear in the window."""
        if str(error) == self._trouble:
            return
        self._trouble = str(error)
        self._tell(PartState.FAILED, self._trouble)

    def _tell(self, state: PartState, detail: str) -> None:
        self._emit(PartChanged(self._now(), Part.SPEAKER, state, detail))
