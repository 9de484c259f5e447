"""A sound file played as a microphone, at the pace of the clock or as fast as the program can listen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from pydantic import Field

from vla_assistant.errors import InputError
from vla_assistant.events import PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech import audio
from vla_assistant.speech.microphones.base import Report, Sink
from vla_assistant.types import Audio

REQUIRES = ("soundfile", "soxr")
BACKEND = "WavMicrophone"
BLOCK_S = 0.02


class Config(BackendConfig):
    """The file and its pace."""

    file: str = Field("", description="The WAV or FLAC file to hear; empty hears silence.")
    realtime: bool = Field(True, description="At the pace of the clock, else as fast as the program can listen.")
    silence_s: float = Field(1.5, ge=0, description="Silence after its end, so that the last word is an utterance.")


class WavMicrophone:
    """Delivers the file, then silence, then reports OFF."""

    def __init__(self, config: Config, now: Callable[[], float] = time.monotonic) -> None:
        self.live = config.realtime
        self._config = config
        self._now = now
        self._level = 0.0
        self._quit = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, sink: Sink, report: Report) -> None:
        self._quit = threading.Event()
        self._thread = threading.Thread(target=self._deliver, args=(sink, report), name="microphone-wav", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._quit.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._level = 0.0

    def devices(self) -> list[str]:
        return []

    @property
    def level(self) -> float:
        return self._level

    def _deliver(self, sink: Sink, report: Report) -> None:
        try:
            samples = self._samples()
        except InputError as error:
            report(PartState.FAILED, str(error))
            return
        report(PartState.READY, f"Hearing the file {self._config.file}." if self._config.file else "Hearing silence.")
        width = round(BLOCK_S * audio.RATE_HZ)
        start_s = self._now()
        for index, start in enumerate(range(0, len(samples), width), 1):
            if self._config.realtime and self._quit.wait(start_s + index * BLOCK_S - self._now()):
                return
            if self._quit.is_set():
                return
            block = Audio(samples[start : start + width], audio.RATE_HZ)
            self._level = audio.meter(audio.level_dbfs(block.samples))
            sink(block)
        self._level = 0.0
        report(PartState.OFF, "The file is over.")

    def _samples(self) -> audio.FloatArray:
        """The file's samples float32 (n,) at 16 kHz and the silence after them."""
        sound = audio.read(self._config.file).samples if self._config.file else np.zeros(0, np.float32)
        return np.concatenate([sound, np.zeros(round(self._config.silence_s * audio.RATE_HZ), np.float32)])
