"""The reader: from a text to the request it makes."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language import words as spelling
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.cutting import Cutter
from vla_assistant.language.reading.fluency import fluent, merged, restarted
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.reading.order import ordered
from vla_assistant.language.reading.references import State
from vla_assistant.language.reading.repair import repaired
from vla_assistant.language.reading.search import cheapest
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.request import Description, Request
from vla_assistant.language.vocabulary import Phrase

ACCEPTED = 1.5
"""Highest cost of a reading that is acted on; long sentences may cost more."""


def read(text: str, language: str = "en") -> Request | None:
    """The request that the text makes, or None when it makes none that is understood."""
    lexicon = lexicons.load(language)
    said = spelling.normalised(text)
    first, first_cost = _read(said, lexicon)
    heard = mended(said, lexicon)
    if heard != said:
        second, second_cost = _read(heard, lexicon)
        if second is not None and (first is None or second_cost < first_cost):
            repairs = tuple((a, b) for a, b in zip(said, heard, strict=True) if a != b)
            return replace(second, confidence=_confidence(second_cost), repairs=repairs)
    return None if first is None else replace(first, confidence=_confidence(first_cost))


def _confidence(cost: float) -> float:
    return round(max(0.0, 1.0 - cost / (2 * ACCEPTED)), 3)


def _read(words: Phrase, lexicon: lexicons.Lexicon) -> tuple[Request | None, float]:
    said = fluent(words, lexicon)
    items = merged(repaired(merged(restarted(Cutter(said, lexicon).cut()))))
    manner = frozenset(item.value for item in items if item.kind == "manner")
    avoid = tuple(thing for item in items if item.kind == "avoid" for thing in item.things)
    path = cheapest(items, not lexicon.sets["polite_past"].isdisjoint(said), avoid)
    acts = ordered(items, path.acts)
    if not acts or path.cost > ACCEPTED + 0.05 * len(said):
        return None, path.cost
    avoid = tuple(_known(thing, path.state) for thing in avoid)
    return Request(tuple(acts), manner, avoid), path.cost


def _known(thing: Description, state: State) -> Description:
    if thing.kind == ONE and state.objects:
        return replace(thing, kind=state.objects[-1].kind)
    return thing
