"""What runs in the voice's process: one file per engine, with a function `load(settings) -> VoiceProgram`.

`VoiceSettings.engine` names the module; another package's engine is one of its own modules. Nothing here is imported by
the app itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from vla_assistant.speech.voice import VoiceSettings


class VoiceProgram(Protocol):
    """An engine that makes sound files of texts."""

    voice: str
    """Id of the voice in use."""

    def spoken(self, text: str, settings: VoiceSettings, file: Path) -> bytes:
        """The content of a sound file that says the text; `file` may be used to make it."""
        ...

    def voices(self) -> list[tuple[str, str]]:
        """Id and language ("en-us") of every voice there is."""
        ...
