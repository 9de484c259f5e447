"""A sound file played as a microphone, at the pace of the clock or as fast as the program can listen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydantic import Field

from vla_assistant.errors import InputError
from vla_assistant.events import PartState
from vla_assistant.registry import BackendConfig
from vla_assistant.speech import audio
from vla_assistant.speech.microphones.base import Report, Sink
from vla_assistant.types import Audio, FloatArray

REQUIRES = ("soundfile", "soxr")
BACKEND = "WavMicrophone"
BLOCK_S = 0.02


class Config(BackendConfig):
    """The file and its pace."""

    file: str = Field("", description="The WAV or FLAC file to hear; empty hears silence.")
    realtime: bool = Field(True, description="At the pace of the clock, else as fast as the program can listen.")
    silence_s: float = Field(1.5, ge=0, description="Silence after its end, so that the last word is an utterance.")


def require(config: Config) -> None:
    """Is the file there? See `registry`."""
    if config.file:
        audio.require_file(Path(config.file))


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
            samples, trouble = self._sound()
        except InputError as error:
            report(PartState.FAILED, str(error))
            return
        hearing = f"Hearing the file {self._config.file}." if self._config.file else "Hearing silence."
        report(PartState.WARNING if trouble else PartState.READY, trouble or hearing)
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

    def _sound(self) -> tuple[FloatArray, str]:
        """The file's samples float32 (n,) at 16 kHz with the silence after them, and what is wrong with the file."""
        trouble: list[str] = []
        file = self._config.file
        sound = audio.read(file, trouble.append).samples if file else np.zeros(0, np.float32)
        silence = np.zeros(round(self._config.silence_s * audio.RATE_HZ), np.float32)
        return np.concatenate([sound, silence]), " ".join(trouble)
