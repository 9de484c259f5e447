"""Short sounds that say what the ears do: they listen, they have heard something, something went wrong.

Made when they are first played, no files. Each is one or two taps as on wood: noise in a broad band, which
has a height, so that they rise or fall, but no pitch, so that the program does not take them for a voice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from functools import cache

import numpy as np

from vla_assistant import events
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event
from vla_assistant.speech.playback import Player
from vla_assistant.speech.worker import Worker
from vla_assistant.types import Audio, FloatArray, ListeningState

log = logging.getLogger(__name__)
RATE_HZ = 48_000
LOUDNESS = 0.25
_TAP_S = 0.07
_GAP_S = 0.04
_RISE_S = 0.003
_DECAY_S = 0.018
_BAND = 0.5
"""Standard deviation of a tap's spectrum as a share of its height."""
_SEED = 4


class Earcon(StrEnum):
    """LISTENING: say something. HEARD: that was an utterance. ERROR: it was not understood, or a part failed."""

    LISTENING = "listening"
    HEARD = "heard"
    ERROR = "error"


_HEIGHTS_HZ: dict[Earcon, tuple[float, ...]] = {
    Earcon.LISTENING: (1_800.0, 2_800.0),
    Earcon.HEARD: (2_400.0,),
    Earcon.ERROR: (2_800.0, 1_800.0),
}


@cache
def sound(earcon: Earcon) -> Audio:
    """The earcon at full volume; at most 0.2 s."""
    gap = np.zeros(round(_GAP_S * RATE_HZ), np.float32)
    pieces: list[FloatArray] = []
    for height_hz in _HEIGHTS_HZ[earcon]:
        pieces += [gap, _tap(height_hz)] if pieces else [_tap(height_hz)]
    return Audio(np.concatenate(pieces), RATE_HZ)


def _tap(height_hz: float) -> FloatArray:
    """Noise in a band around the height, struck and dying away."""
    count = round(_TAP_S * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(_SEED).normal(size=count))
    away = (np.fft.rfftfreq(count, 1 / RATE_HZ) - height_hz) / (_BAND * height_hz)
    noise = np.fft.irfft(spectrum * np.exp(-0.5 * away**2), count)
    time_s = np.arange(count) / RATE_HZ
    struck = noise * np.minimum(1.0, time_s / _RISE_S) * np.exp(-time_s / _DECAY_S)
    faded = struck * np.minimum(1.0, (_TAP_S - time_s) / _RISE_S)
    return (LOUDNESS * faded / np.abs(faded).max()).astype(np.float32)


class Signals:
    """Which earcon belongs to what the ears tell. Pure.

    LISTENING when they begin to listen: at the start, at the wake word, when the talk key goes down. ERROR only where
    somebody turned to the program before: hands-free it hears whatever is said in the room.
    """

    def __init__(self) -> None:
        self._state = ListeningState.ASLEEP
        self._hands_free = True

    def earcon(self, event: Event) -> Earcon | None:
        """The earcon to play now, if any."""
        if isinstance(event, events.ListeningChanged):
            before, self._state = self._state, event.state
            self._hands_free = event.mode == "hands-free"
            awake = event.state in (ListeningState.LISTENING, ListeningState.HEARING)
            return Earcon.LISTENING if awake and before in (ListeningState.ASLEEP, ListeningState.MUTED) else None
        if isinstance(event, events.Heard):
            return Earcon.HEARD
        if isinstance(event, events.NothingHeard) and event.reason and not self._hands_free:
            return Earcon.ERROR
        return None


class Earcons:
    """Plays earcons on a thread of its own; the latest wins, `play` never waits.

    Args:
        device: Name of the output, empty for the default one.
        volume: 0-1, asked for each time: that of the voice.
    """

    def __init__(self, device: str, volume: Callable[[], float]) -> None:
        self._player = Player(device)
        self._volume = volume
        self._lock = threading.Lock()
        self._worker: Worker[Earcon] = Worker("earcons", self._play, 1)

    def play(self, earcon: Earcon) -> None:
        """Play it now."""
        self._worker.put(earcon)

    def close(self) -> None:
        """Be quiet and free the output."""
        self._worker.close()
        with self._lock:
            self._player.close()

    def _play(self, earcon: Earcon) -> None:
        self._player.volume = self._volume()
        self._player.arm()
        try:
            with self._lock:
                self._player.play(sound(earcon))
        except AssistantError as error:  # the voice tells of an output that is missing
            log.info("no earcon: %s", error)
