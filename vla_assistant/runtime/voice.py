"""The voice: brings the speaker up in the background and tells it what is worth saying. Without one all is silent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from vla_assistant import events, registry
from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, Part, PartChanged, PartState, Saying
from vla_assistant.speech.earcons import Signals
from vla_assistant.speech.sentences import Sentence, Sentences

if TYPE_CHECKING:
    from vla_assistant.speech.speakers.base import Speaker, Spoken

ANSWER_TTL_S = 15.0
"""An answer that had to wait longer is no news any more."""
STOP_TTL_S = 3.0
QUESTION = "question"
LANGUAGES = ("", "en", "de", "es", "fr")
"""Of the voices that are offered: those that the program understands, and of voices that do not say."""


def sentence(said: events.Said, proposal_timeout_s: float) -> Sentence:
    """How long what the session says is worth saying, and what takes its place."""
    if said.saying is Saying.STOP:
        return Sentence(said.text, ttl_s=STOP_TTL_S, urgent=True, language=said.language)
    if said.saying is Saying.QUESTION:
        return Sentence(said.text, QUESTION, proposal_timeout_s, language=said.language)
    return Sentence(said.text, ttl_s=ANSWER_TTL_S, language=said.language)


def settles_question(event: Event) -> bool:
    """Whether nobody needs to hear any more what was asked before."""
    if isinstance(event, events.Understood):
        return bool(event.understanding.steps)
    return isinstance(event, events.Confirmed | events.Withdrawn)


class Voice:
    """A speaker that may come later, or never; nothing here waits but `voices` and `choose`."""

    def __init__(self, settings: Settings, emit: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._settings, self._emit, self._now = settings, emit, now
        self._speaker: Speaker | None = None
        self._early = Sentences()
        self._signals = Signals()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._open, name="voice-start", daemon=True)

    def start(self) -> None:
        """Bring the speaker up in the background."""
        self._thread.start()

    def note(self, event: Event) -> None:
        """Say what the session says, forget a question that is settled, signal what the ears do."""
        if (earcon := self._signals.earcon(event)) is not None and self._speaker is not None:
            self._speaker.signal(earcon)
        if isinstance(event, events.Said):
            self.speak(sentence(event, self._settings.session.proposal_timeout_s))
        elif settles_question(event):
            self._forget(QUESTION)

    def speak(self, said: Sentence) -> None:
        """Say it after what is being said; before the speaker is up it waits."""
        with self._lock:
            if self._speaker is None:
                self._early.put(said, self._now())
            else:
                _hand_over(self._speaker, said)

    def silence(self) -> None:
        """Be quiet now and forget what waits."""
        with self._lock:
            self._early.clear()
        if self._speaker is not None:
            self._speaker.silence()

    @property
    def speaking(self) -> bool:
        """Is our own voice to be heard?"""
        return self._speaker is not None and self._speaker.speaking

    @property
    def recent(self) -> tuple[Spoken, ...]:
        """The last sentences as they were played, oldest first."""
        return () if self._speaker is None else self._speaker.recent

    @property
    def volume(self) -> float:
        """Loudness, 0-1."""
        return self._speaker.volume if self._speaker is not None else 0.0

    def set_volume(self, volume: float) -> None:
        """Speak that loud from now on, 0-1; what lies beyond is clipped."""
        if self._speaker is not None:
            self._speaker.set_volume(volume)

    def voices(self) -> list[str]:
        """The voices that speak a language of the program, or none that is known; the one in use first."""
        if self._speaker is None:
            return []
        current = self._speaker.voice
        found = [voice.id for voice in self._speaker.voices() if voice.language[:2] in LANGUAGES]
        return [current, *(voice for voice in found if voice != current)] if current else found

    def choose(self, voice: str) -> None:
        """Speak with this voice from the next sentence on."""
        if self._speaker is not None:
            self._speaker.choose_voice(voice)

    def close(self) -> None:
        """Be quiet and free the speaker."""
        self._closed = True
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        if self._speaker is not None:
            self._speaker.close()

    def _forget(self, topic: str) -> None:
        with self._lock:
            self._early.forget(topic)
            if self._speaker is not None:
                self._speaker.forget(topic)

    def _open(self) -> None:
        name = self._settings.use.speaker
        try:
            config = self._settings.backend("speakers", name)
            speaker = registry.backend("speakers", name).create(config, emit=self._emit, now=self._now)
        except AssistantError as error:
            self._emit(PartChanged(self._now(), Part.SPEAKER, PartState.FAILED, str(error)))
            return
        with self._lock:
            self._speaker = speaker
            while not self._closed and (early := self._early.take(self._now())) is not None:
                _hand_over(speaker, early)


def _hand_over(speaker: Speaker, said: Sentence) -> None:
    speaker.speak(said.text, topic=said.topic, ttl_s=said.ttl_s, urgent=said.urgent, language=said.language)
