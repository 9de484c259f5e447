"""What one text means, with a look at the table only where the words leave something open."""

from __future__ import annotations

from collections.abc import Callable

from vla_assistant.errors import InputError
from vla_assistant.language.by_colour import looking_for
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.fragments import mentioned
from vla_assistant.language.interpreter import understand
from vla_assistant.language.languages import FIRST
from vla_assistant.language.meaning import Hand
from vla_assistant.language.words import normalised
from vla_assistant.types import DIRECTIONS, Intent, Reference, SeenThing, Understanding

Look = Callable[[], tuple[SeenThing, ...]]
Feel = Callable[[], Hand | None]
PLACES = ("table", "drawer", *DIRECTIONS)
"""What needs no colour to be one."""


def interpret(
    text: str,
    look: Look,
    last: Reference | None = None,
    feel: Feel = lambda: None,
    language: str = "en",
    learnt: Learnt = EVERYTHING,
    before: str = FIRST,
) -> Understanding:
    """What the text means without the turns before it; one that cannot be read at all is unsupported.

    Args:
        text: What was said.
        look: What the policy sees now; called only when it matters.
        last: What "it" may mean.
        feel: What the hand holds, None when that is not known; called only for what moves the arm.
        language: Key of the vocabulary file, or "auto".
        learnt: What the policy can be asked for; what it has not learnt is refused.
        before: With "auto", the language of what was said before.
    """
    try:
        seen: tuple[SeenThing, ...] = ()
        understanding = understand(text, last=last, language=language, learnt=learnt, before=before)
        if _needs_picture(understanding):
            seen = looking_for(look, text, learnt)
            understanding = understand(text, seen, last=last, language=language, learnt=learnt, before=before)
        if any(step.skill != "home" for step in understanding.steps):
            understanding = understand(
                text, seen, last=last, hand=feel(), language=language, learnt=learnt, before=before
            )
    except InputError as error:
        return Understanding(text, Intent.UNSUPPORTED, confidence=0.0, reason=str(error))
    return understanding


def named_in(text: str) -> frozenset[Reference]:
    """The things that the text calls by colour and noun, to be looked for with more care than others. English only."""
    named = ((thing.kind, thing.colour) for thing in mentioned(normalised(text)))
    return frozenset(Reference(kind, colour) for kind, colour in named if colour is not None)


def _needs_picture(understanding: Understanding) -> bool:
    """A question about the table, or a thing that the words do not name fully."""
    if understanding.intent is Intent.QUESTION or understanding.question:
        return True
    named = [reference for step in understanding.steps for reference in (step.object, step.destination, step.second)]
    return any(_is_open(reference) for reference in named)


def _is_open(reference: Reference | None) -> bool:
    return reference is not None and reference.colour is None and reference.name not in PLACES
