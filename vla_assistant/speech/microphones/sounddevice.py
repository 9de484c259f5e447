"""A microphone of this computer through PortAudio (ALSA, PulseAudio, Core Audio, Windows)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pydantic import Field

from vla_assistant.errors import DeviceError
from vla_assistant.events import PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech import audio
from vla_assistant.speech.microphones.base import Report, Sink
from vla_assistant.speech.portaudio import pick, portaudio, require_device
from vla_assistant.speech.sound_server import Plug, SoundServer
from vla_assistant.types import Audio, FloatArray

REQUIRES = ("sounddevice", "soundfile", "soxr")
BACKEND = "SoundDeviceMicrophone"
RING_S = 4.0
POLL_S = 0.02
BUFFER_S = 0.2
"""Asked of PortAudio: bears a busy machine and delays nothing, a block is handed over when it is full."""
_LONGEST_LOOK_S = 3 * POLL_S
"""Between two looks no more than this counts as silence: a computer that stood still did not lose its microphone."""
FIRST_SOUND_S = 4.0
"""Bluetooth headsets and sleeping sound servers take seconds to begin."""


class Config(BackendConfig):
    """Which device, and how patient."""

    device: str = Field("", description='"host API: name" as the device picker shows it; empty takes the default.')
    watchdog_s: float = Field(0.8, gt=0, description="No sound for this long: the device has vanished.")
    retry_s: float = Field(1.5, gt=0, description="A missing device is looked for this often.")


def require(config: Config) -> None:
    """Is there such a microphone? See `registry`."""
    require_device("input", config.device)


class Ring:
    """A fixed ring of samples: the audio callback writes, one reader reads. No lock: each index has one writer."""

    def __init__(self, length: int) -> None:
        self._samples = np.zeros(length, np.float32)
        self._written = 0
        self._read = 0
        self.dropped = 0

    @property
    def is_untouched(self) -> bool:
        """Nothing was ever written."""
        return self._written == 0

    def write(self, block: FloatArray) -> None:
        """Copy float32 (n,) in, n at most the ring's length."""
        length = len(self._samples)
        at = self._written % length
        first = min(len(block), length - at)
        self._samples[at : at + first] = block[:first]
        self._samples[: len(block) - first] = block[first:]
        self._written += len(block)

    def read(self) -> FloatArray:
        """All new samples float32 (n,); the oldest are lost (and counted) when the reader was too late."""
        length = len(self._samples)
        end = self._written
        start = max(self._read, end - length)
        self.dropped += start - self._read
        self._read = end
        index = np.arange(start, end) % length
        return self._samples[index]


class SoundDeviceMicrophone:
    """Opens the device at 16 kHz, or at its own rate and resamples; watches it and opens it anew when it vanished."""

    live = True

    def __init__(self, config: Config, now: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._now = now
        self._level = 0.0
        self._in_use = ""
        self._ring = Ring(1)
        self._quit = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, sink: Sink, report: Report) -> None:
        self._quit = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(sink, report), name="microphone", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._quit.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._level = 0.0

    def devices(self) -> list[str]:
        portaudio.acquire()
        try:
            names = [device.name for device in portaudio.devices("input", again=True)]
        except DeviceError:
            return []
        finally:
            portaudio.release()
        first = self._in_use or self._config.device
        return [first, *(name for name in names if name != first)] if first else names

    @property
    def level(self) -> float:
        return self._level

    def _run(self, sink: Sink, report: Report) -> None:
        """Open, deliver until the device vanishes, open again, until stopped."""
        portaudio.acquire()
        told = ""

        def report_once(state: PartState, sentence: str) -> None:
            nonlocal told
            if sentence != told:
                told = sentence
                report(state, sentence)

        server, plug = SoundServer(), Plug()
        try:
            while not self._quit.is_set():
                server = server if server.alive else server.renewed()
                try:
                    self._use_device(sink, report_once, server, plug)
                except DeviceError as error:
                    report_once(PartState.FAILED, str(error))
                self._level = 0.0
                self._wait_for_a_device(server, plug)
        finally:
            server.close()
            portaudio.release()

    def _use_device(self, sink: Sink, report: Report, server: SoundServer, plug: Plug) -> None:
        """Deliver until stopped, or the device falls silent or was unplugged."""
        device = pick(portaudio.devices("input", again=True), self._config.device, "input")
        stream, rate_hz = portaudio.open(
            "input", device, audio.RATE_HZ, self._prepare, latency=BUFFER_S, callback=self._copy
        )
        self._in_use = device.name
        try:
            for block in self._blocks(rate_hz):
                state, sentence = plug.look(server.sources, device.name)
                if state is not PartState.READY:
                    self._level = 0.0
                    report(state, sentence)
                elif len(block.samples):
                    self._level = audio.meter(audio.level_dbfs(block.samples))
                    report(state, sentence)
                    sink(block)
                if plug.is_out:
                    return
        finally:
            self._in_use = ""
            portaudio.close(stream)
        if not self._quit.is_set():
            report(
                PartState.WARNING,
                f"The microphone {device.name} sends nothing. Is it plugged in? It is tried again.",
            )

    def _wait_for_a_device(self, server: SoundServer, plug: Plug) -> None:
        """Until it is time to try again: at once when the sound server has a microphone again."""
        until_s = self._now() + self._config.retry_s
        while self._now() < until_s or (plug.is_out and server.alive):
            if self._quit.wait(POLL_S) or (plug.is_out and plug.may_be_back(server.sources)):
                return

    def _prepare(self, rate_hz: int) -> None:
        self._ring = Ring(round(RING_S * rate_hz))

    def _patience_s(self) -> float:
        return max(FIRST_SOUND_S, self._config.watchdog_s) if self._ring.is_untouched else self._config.watchdog_s

    def _copy(self, block: FloatArray, frames: int, times: Any, status: Any) -> None:
        """PortAudio's callback: copies, nothing else. block is float32 (frames, channels)."""
        self._ring.write(block[:, 0] if block.shape[1] == 1 else block.mean(axis=1))

    def _blocks(self, rate_hz: int) -> Iterator[Audio]:
        """Blocks at 16 kHz, also empty ones, until stopped, or until no callback came for too long."""
        resampler = None
        if rate_hz != audio.RATE_HZ:
            import soxr

            resampler = soxr.ResampleStream(rate_hz, audio.RATE_HZ, 1, dtype="float32")
        quiet_s, looked_s = 0.0, self._now()
        while not self._quit.wait(POLL_S):
            samples = self._ring.read()
            before_s, looked_s = looked_s, self._now()
            quiet_s = 0.0 if len(samples) else quiet_s + min(looked_s - before_s, _LONGEST_LOOK_S)
            if quiet_s > self._patience_s():
                return
            if resampler is not None:
                samples = resampler.resample_chunk(samples)
            yield Audio(np.clip(np.nan_to_num(samples), -1.0, 1.0), audio.RATE_HZ)
