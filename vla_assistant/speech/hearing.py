"""What the ears keep watch over: the time of the stream, our own voice in the microphone, a microphone that is dead."""

from __future__ import annotations

from typing import Protocol

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.speakers.base import Spoken
from vla_assistant.types import Audio

ECHO_TAIL_S = 0.4
"""A room and the buffers of a sound system keep our voice this long after we stopped."""
DRIFT_S = 0.5
LOUD_ROOM_DBFS = -38.0
DEAD_S = 5.0
"""Nothing but zeros for this long: muted by the system, or without permission."""


class Voice(Protocol):
    """The part of a speaker that is needed here."""

    @property
    def speaking(self) -> bool:
        """Sound of ours is being played."""
        ...

    @property
    def recent(self) -> tuple[Spoken, ...]:
        """The last sentences as they were played, oldest first."""
        ...

    def silence(self) -> None:
        """Stop it at once."""
        ...


def room_words(noise_dbfs: float) -> tuple[bool, str]:
    """Whether the room is too loud, and what to tell the user of it."""
    loud = noise_dbfs > LOUD_ROOM_DBFS
    return loud, f"Room noise {noise_dbfs:.0f} dBFS" + (
        "; that is loud, speak close to the microphone." if loud else "."
    )


class StreamClock:
    """Time at the end of each block: counted in samples, set anew when a live stream lost some."""

    def __init__(self) -> None:
        self.time_s = 0.0
        self._running = False

    def advance(self, block: Audio, now: float, live: bool) -> float:
        """The time at the end of the block."""
        self.time_s += len(block.samples) / RATE_HZ
        if not self._running or (live and abs(self.time_s - now) > DRIFT_S):
            self.time_s = now
            self._running = True
        return self.time_s


class OwnVoice:
    """Does our own voice sound in the microphone? Also until ECHO_TAIL_S after it, never while the talk key is held."""

    def __init__(self) -> None:
        self.now = False
        self._until_s = float("-inf")

    def changed(self, time_s: float, *, speaking: bool, held: bool) -> bool:
        """Look; True when `now` has changed."""
        if speaking:
            self._until_s = time_s + ECHO_TAIL_S
        was, self.now = self.now, time_s < self._until_s and not held
        return was != self.now

    def forget(self) -> None:
        """It was silenced."""
        self.now = False
        self._until_s = float("-inf")


class DeadMicrophone:
    """Notices a microphone that sends nothing but zeros."""

    def __init__(self) -> None:
        self.now = False
        self._zeros_s = 0.0

    @property
    def words(self) -> str:
        """What to tell the user."""
        if self.now:
            return "The microphone sends only zeros. Is it muted, or does the system forbid its use?"
        return "The microphone sends sound."

    def changed(self, block: Audio) -> bool:
        """Look at a block; True when `now` has changed."""
        self._zeros_s = 0.0 if block.samples.any() else self._zeros_s + block.seconds
        was, self.now = self.now, self._zeros_s > DEAD_S
        return was != self.now
