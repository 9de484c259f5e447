"""Recognizers: sound -> words. One file per back end; `choose` settles "auto"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vla_assistant import registry
from vla_assistant.errors import WeightsError

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.speech.recognizers.base import Recognizer

AUTO, CHAIN = "auto", "chain"
COMMANDS = "sphinx"
"""Decides closed words and commands, in English, and needs no weights but its own."""
FREE_SPEECH = ("whisper", "faster_whisper")
"""Asked where COMMANDS is not sure; the first whose weights are there."""
HEARD_BY_COMMANDS = ("en", "auto")


@dataclass(frozen=True)
class Choice:
    """A recognizer by name ("chain" for several), why it was taken, and the back ends that it asks in order."""

    name: str
    reason: str
    parts: tuple[str, ...]


def choose(settings: Settings) -> Choice:
    """The recognizer that is meant by `use.recognizer`.

    "auto" and "chain" take sphinx and, where its weights are, a recognizer of free speech after it; where the program
    is spoken to in another language than English, that one alone. Imports and loads nothing heavy.

    Raises:
        BackendError: there is no recognizer of that name.
    """
    wanted = settings.use.recognizer
    if wanted not in (AUTO, CHAIN):
        chosen = registry.backend("recognizers", wanted)
        notice = getattr(chosen.module, "notice", lambda config: "")(settings.backend("recognizers", wanted))
        return Choice(wanted, f"use.recognizer asks for {wanted}. {notice}".strip(), (wanted,))
    free, reason = _free_speech(settings)
    if not free:
        return Choice(COMMANDS, reason, (COMMANDS,))
    if settings.app.language not in HEARD_BY_COMMANDS:
        return Choice(free, f"{COMMANDS} hears English only. {reason}", (free,))
    return Choice(CHAIN, f"What {COMMANDS} is not sure of goes to {free}. {reason}", (COMMANDS, free))


def create(settings: Settings, choice: Choice) -> Recognizer:
    """The recognizer in this process; loading it may take seconds.

    Raises:
        BackendError: a package it needs is not installed.
        WeightsError: its weights are missing.
    """
    from vla_assistant.speech.recognizers.chain import RecognizerChain

    parts: list[Recognizer] = [
        registry.backend("recognizers", name).create(settings.backend("recognizers", name)) for name in choice.parts
    ]
    return parts[0] if len(parts) == 1 else RecognizerChain(parts)


def _free_speech(settings: Settings) -> tuple[str, str]:
    """The recognizer of free speech that can be used here, or none; and why."""
    reasons = []
    known = registry.backends("recognizers")
    for name in (name for name in FREE_SPEECH if name in known):
        backend = registry.backend("recognizers", name)
        if backend.missing:
            reasons.append(f"{name} needs {', '.join(backend.missing)}, which is not installed.")
            continue
        config = settings.backend("recognizers", name)
        try:
            backend.module.require(config)
        except WeightsError as error:
            reasons.append(error.message)
        else:
            file = getattr(backend.module, "weights_file", lambda config: None)(config)
            return name, f"Its weights are at {file}." if file else "Its weights are there, or may be downloaded."
    return "", " ".join(reasons[:1])
