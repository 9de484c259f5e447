"""From a text to what it means: the words alone first, the picture where they leave something open."""

from __future__ import annotations

from collections.abc import Callable

from vla_assistant import language
from vla_assistant.config import ListeningSection
from vla_assistant.errors import InputError
from vla_assistant.language import Hand
from vla_assistant.types import Intent, Reference, SeenThing, Understanding, Utterance

PLACES = ("table", "left", "right")
NOTHING_HEARD = "I heard nothing usable in that sound."


def interpret(
    text: str,
    look: Callable[[], tuple[SeenThing, ...]],
    last: Reference | None = None,
    feel: Callable[[], Hand | None] = lambda: None,
) -> Understanding:
    """What the text means; one that cannot be read at all is unsupported.

    Args:
        text: What was said.
        look: What the policy sees now; called only when it matters.
        last: What "it" may mean.
        feel: What the hand holds, None when that is not known; called only for what moves the arm.
    """
    try:
        seen: tuple[SeenThing, ...] = ()
        understanding = language.understand(text, last=last)
        if _needs_picture(understanding):
            seen = look()
            understanding = language.understand(text, seen, last=last)
        if any(step.skill != "home" for step in understanding.steps):
            understanding = language.understand(text, seen, last=last, hand=feel())
    except InputError as error:
        return Understanding(text, Intent.UNSUPPORTED, confidence=0.0, reason=str(error))
    return understanding


def doubt_about(utterance: Utterance, limits: ListeningSection) -> str:
    """Why what was heard is not acted on, as a sentence; empty when it may be.

    A stop needs no certainty: a false one costs a pause. A yes or a resume that nobody said may cost a hand.
    """
    if not utterance.text:
        return NOTHING_HEARD
    meaning = interpret(utterance.text, tuple)
    resumes = meaning.intent is Intent.CONTROL and meaning.reason == "resume"
    needed = limits.min_confidence_resume if resumes else limits.min_confidence
    needed = limits.min_confidence_yes if meaning.intent is Intent.YES else needed
    if meaning.intent is Intent.STOP or utterance.confidence >= needed:
        return ""
    return f'That may have been "{utterance.text}", but I am not sure enough to act on it: please say it again.'


def _needs_picture(understanding: Understanding) -> bool:
    """A question about the table, or a thing that the words do not name fully."""
    if understanding.intent is Intent.QUESTION or understanding.question:
        return True
    named = [reference for step in understanding.steps for reference in (step.object, step.destination)]
    return any(r is not None and r.colour is None and r.name not in PLACES for r in named)
