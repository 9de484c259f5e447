"""Plays sound through PortAudio and can be silenced at once."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from vla_assistant.errors import DeviceError
from vla_assistant.speech.audio import resample
from vla_assistant.speech.portaudio import BLOCK_S, Device, pick, portaudio
from vla_assistant.types import Audio, FloatArray

BUFFER_S = 0.15
"""Asked of PortAudio: bears a busy machine; `silence` drops what is in it, so it does not delay that."""
_FADE_S = 0.005
"""Cutting a wave in the middle clicks."""


class Player:
    """Plays one sound after the other; `arm`, `play` and `close` are for one thread, `silence` for any.

    Args:
        device: Name of the output device, empty for the default one.
        volume: Factor for all samples, 0-1.
    """

    def __init__(self, device: str = "", volume: float = 1.0) -> None:
        self._device = device
        self.volume = volume
        """May be set from any thread; holds from the next block on."""
        self._samples = np.zeros(0, np.float32)
        self._at = 0
        self._uses_portaudio = False
        self._silenced = threading.Event()
        self._over = threading.Event()

    def arm(self) -> None:
        """Forget an earlier `silence`: the next `play` plays. Apart from `play`, so that no silence gets lost."""
        self._silenced.clear()
        self._over.clear()

    def find(self) -> Device:
        """The output that `play` would take now.

        Raises:
            DeviceError: there is none.
        """
        self._acquire()
        return pick(portaudio.devices("output"), self._device, "output")

    def _acquire(self) -> None:
        if not self._uses_portaudio:
            portaudio.acquire()
            self._uses_portaudio = True

    def play(self, audio: Audio) -> bool:
        """Play to the end, or until silenced; True when all of it was played.

        Raises:
            DeviceError: there is no output, or it does not take the sound.
        """
        if self._silenced.is_set():
            return False
        self._acquire()
        device, stream = self._start(audio)
        try:
            finished = self._over.wait(audio.seconds + 3.0)
            self._silenced.wait(stream.latency + BLOCK_S)
        finally:
            portaudio.close(stream)
        if not finished:
            raise DeviceError(f"The sound output {device.name} stopped taking sound.", "Is it plugged in?")
        return not self._silenced.is_set()

    def close(self) -> None:
        """Free PortAudio; nothing may be playing."""
        if self._uses_portaudio:
            portaudio.release()
            self._uses_portaudio = False

    def _start(self, audio: Audio) -> tuple[Device, Any]:
        """The device and its running stream; devices are only looked for anew when the known ones fail."""
        try:
            device = pick(portaudio.devices("output"), self._device, "output")
            return device, self._open(device, audio)
        except DeviceError:
            device = pick(portaudio.devices("output", again=True), self._device, "output")
            return device, self._open(device, audio)

    def silence(self) -> None:
        """Stop the sound at once; never waits."""
        self._silenced.set()
        self._over.set()

    def _open(self, device: Device, audio: Audio) -> Any:
        """The running stream: at the sound's rate if the device can, else at its own."""

        def prepare(rate_hz: int) -> None:
            self._samples, self._at = resample(audio, rate_hz).samples, 0

        calls = {"callback": self._fill, "finished_callback": self._over.set}
        stream, _ = portaudio.open("output", device, audio.rate_hz, prepare, latency=BUFFER_S, **calls)
        return stream

    def _fill(self, block: FloatArray, frames: int, times: Any, status: Any) -> None:
        """PortAudio's callback: the next samples into block (frames, channels), zeros after the end.

        The stream is not ended from here: PortAudio's draining takes up to seconds, in which we would seem to speak.
        """
        piece = self._samples[self._at : self._at + frames]
        if self._silenced.is_set():
            fade = min(len(piece), round(_FADE_S * 22_050))
            piece = piece[:fade] * np.linspace(1.0, 0.0, fade, dtype=np.float32)
        block[: len(piece)] = self.volume * piece[:, None]
        block[len(piece) :] = 0.0
        self._at += frames
        if len(piece) < frames:
            self._at = len(self._samples)
            self._over.set()
