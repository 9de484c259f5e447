"""What the ears tell of themselves when it changes: the noise of the room, a dead microphone, what counts now."""

from __future__ import annotations

from collections.abc import Callable

from vla_assistant.events import Event, ListeningChanged, Part, PartChanged, PartState
from vla_assistant.speech.hearing import DeadMicrophone, room_words
from vla_assistant.speech.modes import Modes
from vla_assistant.types import Audio, ListeningState


class Bulletins:
    """Tells each change once.

    Args:
        modes: What is told of.
        wake_words: What wakes the program.
        emit: Takes PartChanged and ListeningChanged.
        now: Monotonic clock.
    """

    def __init__(
        self, modes: Modes, wake_words: tuple[str, ...], emit: Callable[[Event], None], now: Callable[[], float]
    ) -> None:
        self._modes, self._wake_words, self._emit, self._now = modes, wake_words, emit, now
        self._dead = DeadMicrophone()
        self._told: tuple[ListeningState, str] | None = None
        self._calibrated = False

    def begin(self) -> None:
        """The stream begins anew: tell again what counts."""
        self._told = None

    def look(self, block: Audio) -> None:
        """A live microphone has sent this: is it dead?"""
        if self._dead.changed(block):
            self.report(PartState.WARNING if self._dead.now else PartState.READY, self._dead.words)

    def state(self) -> None:
        """Tell what has changed."""
        told = (self._modes.state, self._modes.mode)
        if told != self._told:
            self._told = told
            self._emit(ListeningChanged(self._now(), *told, self._wake_words))
        if self._modes.calibrated and not self._calibrated:
            self._calibrated = True
            loud, words = room_words(self._modes.noise_dbfs)
            self.report(PartState.WARNING if loud else PartState.READY, words)

    def report(self, state: PartState, detail: str) -> None:
        """Tell how the microphone does."""
        self._emit(PartChanged(self._now(), Part.MICROPHONE, state, detail))
