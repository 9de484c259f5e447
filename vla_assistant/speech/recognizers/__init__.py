"""Recognizers: sound -> words. One file per back end; `choose` settles "auto"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vla_assistant import registry
from vla_assistant.errors import WeightsError

if TYPE_CHECKING:
    from vla_assistant.config import Settings

AUTO = "auto"


@dataclass(frozen=True)
class Choice:
    """A recognizer by name, and why it was taken."""

    name: str
    reason: str


def choose(settings: Settings) -> Choice:
    """The recognizer that is meant by `use.recognizer`; "auto" takes whisper when its weights are there, else sphinx.

    Imports and loads nothing heavy.

    Raises:
        BackendError: there is no recognizer of that name.
    """
    wanted = settings.use.recognizer
    if wanted != AUTO:
        chosen = registry.backend("recognizers", wanted)
        notice = getattr(chosen.module, "notice", lambda config: "")(settings.backend("recognizers", wanted))
        return Choice(wanted, f"use.recognizer asks for {wanted}. {notice}".strip())
    from vla_assistant.speech.recognizers import whisper

    config = settings.backend("recognizers", "whisper")
    assert isinstance(config, whisper.Config)
    missing = registry.backend("recognizers", "whisper").missing
    if missing:
        return Choice("sphinx", f"Whisper needs {', '.join(missing)}, which is not installed.")
    try:
        whisper.require(config)
    except WeightsError as error:
        return Choice("sphinx", error.message)
    file = whisper.weights_file(config)
    return Choice("whisper", f"Whisper's weights are at {file}." if file else "Whisper's weights may be downloaded.")
