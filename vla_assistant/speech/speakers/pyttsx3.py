"""The voice of this computer through pyttsx3 (eSpeak NG, SAPI, macOS), rendered in an own process, played by us."""

from __future__ import annotations

import time
from collections.abc import Callable

from pydantic import Field

from vla_assistant.speech.portaudio import require_device
from vla_assistant.speech.rendered import RenderedSpeaker, SpeakerConfig
from vla_assistant.speech.speakers.base import Emit
from vla_assistant.speech.voice import VoiceSettings, require_engine

REQUIRES = ("pyttsx3", "sounddevice", "soundfile", "soxr")
BACKEND = "Pyttsx3Speaker"


class Config(SpeakerConfig):
    """How the voice sounds and where."""

    voice: str = Field("", description='Id, name or language of a voice ("en-us"); empty takes the engine\'s own.')


def require(config: Config) -> None:
    """Are a speech engine and a sound output there? See `registry`."""
    require_engine()
    require_device("output", config.device)


class Pyttsx3Speaker(RenderedSpeaker):
    """The system's speech engine."""

    many_tongued = True

    def __init__(
        self, config: Config, emit: Emit = lambda event: None, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(config, VoiceSettings(config.rate, voice=config.voice), emit, now)
