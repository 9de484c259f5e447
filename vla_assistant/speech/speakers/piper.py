"""A neural voice through Piper, from a model file on this computer; rendered in an own process, played by us.

A voice is two files, "en_GB-alba-medium.onnx" and "en_GB-alba-medium.onnx.json". Nothing is downloaded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from vla_assistant.errors import WeightsError
from vla_assistant.speech.portaudio import require_device
from vla_assistant.speech.rendered import RenderedSpeaker, SpeakerConfig
from vla_assistant.speech.speakers.base import Emit
from vla_assistant.speech.voice import VoiceSettings

REQUIRES = ("piper", "sounddevice", "soundfile", "soxr")
BACKEND = "PiperSpeaker"
HINT = "Set speakers.piper.voice to a voice's .onnx file with its .onnx.json beside it, or use.speaker to pyttsx3."


class Config(SpeakerConfig):
    """Which voice file, how it sounds and where."""

    voice: str = Field("", description='The voice\'s file ("en_GB-alba-medium.onnx"), its ".onnx.json" beside it.')


def require(config: Config) -> None:
    """Are the voice's files and a sound output there? See `registry`."""
    require_files(config.voice)
    require_device("output", config.device)


def require_files(voice: str) -> None:
    """Look whether the two files of a voice are there.

    Raises:
        WeightsError: one is missing.
    """
    if not voice:
        raise WeightsError("Piper has been given no voice.", HINT)
    for file in (Path(voice), Path(f"{voice}.json")):
        if not file.is_file():
            raise WeightsError(f"Piper's voice needs the file {file}, which is not there.", HINT)


class PiperSpeaker(RenderedSpeaker):
    """A Piper voice; the files are looked for before anything starts."""

    def __init__(
        self, config: Config, emit: Emit = lambda event: None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Start the voice.

        Raises:
            WeightsError: the voice's files are missing.
        """
        require_files(config.voice)
        settings = VoiceSettings(
            config.rate, voice=config.voice, engine="vla_assistant.speech.voice_engines.piper", hint=HINT
        )
        super().__init__(config, settings, emit, now)
