"""The voice: brings the speaker up in the background. Without a working speaker the program goes on in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from vla_assistant import registry
from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, Part, PartChanged, PartState

if TYPE_CHECKING:
    from vla_assistant.speech.speakers.base import Speaker, Spoken


class Voice:
    """A speaker that may come later, or never; nothing here waits."""

    def __init__(self, settings: Settings, emit: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._settings, self._emit, self._now = settings, emit, now
        self._speaker: Speaker | None = None
        self._early: list[str] = []
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._open, name="voice-start", daemon=True)

    def start(self) -> None:
        """Bring the speaker up in the background."""
        self._thread.start()

    def speak(self, text: str) -> None:
        """Say it after what is being said; before the speaker is up the latest sentence is kept for it."""
        with self._lock:
            if self._speaker is None:
                self._early = [text]
            else:
                self._speaker.speak(text)

    def silence(self) -> None:
        """Be quiet now and forget what waits."""
        self._early = []
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

    def close(self) -> None:
        """Be quiet and free the speaker."""
        self._closed = True
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        if self._speaker is not None:
            self._speaker.close()

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
            for text in () if self._closed else self._early:
                speaker.speak(text)
