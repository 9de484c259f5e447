"""Which understanding counts: that of the words alone or that of the dialogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language import abilities
from vla_assistant.language.interpreter import UNCERTAIN
from vla_assistant.language.languages import FIRST
from vla_assistant.language.meaning import Refused
from vla_assistant.language.vocabulary import load
from vla_assistant.language.words import normalised, without
from vla_assistant.types import Going, Intent, SeenThing, Understanding

DISAGREEING = 0.7
"""So sure is one whose steps the dialogue understood otherwise."""


def chosen(alone: Understanding, meant: Understanding | None, going: Going, refers: bool) -> Understanding:
    """Which of both counts; `refers`: the words point to something that was said or done before."""
    if meant is None:
        return alone
    if alone.steps and meant.steps:
        return _agreed(alone, meant, going)
    if alone.steps:
        return meant if meant.question else alone
    asked = alone.intent in (Intent.QUESTION, Intent.TEACH)
    if meant.steps and not load().lexicon(FIRST).stop_words.isdisjoint(normalised(alone.text)):
        return alone
    if meant.steps and going is Going.IDLE and not refers and _denies(alone):
        return alone  # "i want to see the cup behind the bowl not"
    if refers or (meant.steps and not (asked and going is Going.IDLE)):
        return meant
    if meant.intent is Intent.UNSUPPORTED:
        return alone if going is Going.IDLE else meant
    return alone if asked else meant


def _denies(alone: Understanding) -> bool:
    """Whether the words alone were refused, and a negation stands among them."""
    said = normalised(alone.text)
    return alone.intent is Intent.UNSUPPORTED and without(load().lexicon(FIRST).small["negations"], said) != said


def told_apart(understanding: Understanding, seen: Sequence[SeenThing]) -> Understanding:
    """The same, or a refusal where a step is about one of several things that look alike."""
    try:
        for step in understanding.steps:
            for reference in filter(None, (step.object, step.destination, step.second)):
                abilities.check_told_apart(reference, seen, understanding.language)
    except Refused as refusal:
        text, language = understanding.text, understanding.language
        reason = str(refusal)
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=reason, language=language)
    return understanding


def _agreed(alone: Understanding, meant: Understanding, going: Going) -> Understanding:
    """As sure as the words alone when both agree; else the dialogue counts where there was a turn before."""
    added = going is Going.WAITING and meant.steps[-len(alone.steps) :] == alone.steps
    if added and alone.steps != meant.steps:  # "and then ...": what waits, and this after it
        return replace(meant, confidence=min(alone.confidence, meant.confidence))
    if alone.steps == meant.steps:
        return replace(meant, confidence=alone.confidence, notes=alone.notes or meant.notes)
    counted = alone if going is Going.IDLE else meant
    return replace(counted, confidence=min(counted.confidence, DISAGREEING))
