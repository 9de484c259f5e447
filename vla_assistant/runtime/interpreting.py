"""From a text to what it means: the words alone first, the picture where they leave something open."""

from __future__ import annotations

from collections.abc import Callable

from vla_assistant import language
from vla_assistant.errors import InputError
from vla_assistant.types import Intent, Reference, SeenThing, Understanding

PLACES = ("table", "left", "right")


def interpret(text: str, look: Callable[[], tuple[SeenThing, ...]], last: Reference | None = None) -> Understanding:
    """What the text means; one that cannot be read at all is unsupported.

    Args:
        text: What was said.
        look: What the policy sees now; called only when it matters.
        last: What "it" may mean.
    """
    try:
        understanding = language.understand(text, last=last)
        if _needs_picture(understanding):
            understanding = language.understand(text, look(), last=last)
    except InputError as error:
        return Understanding(text, Intent.UNSUPPORTED, confidence=0.0, reason=str(error))
    return understanding


def _needs_picture(understanding: Understanding) -> bool:
    """A question about the table, or a thing that the words do not name fully."""
    if understanding.intent is Intent.QUESTION or understanding.question:
        return True
    named = [reference for step in understanding.steps for reference in (step.object, step.destination)]
    return any(r is not None and r.colour is None and r.name not in PLACES for r in named)
