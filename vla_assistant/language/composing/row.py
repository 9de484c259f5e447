"""A text as a row of pieces, each with all that it may stand for in a request."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vla_assistant.language.composing.concepts import load
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ANYTHING, Description
from vla_assistant.language.vocabulary import Phrase

_PLACES = ("relations", "directions", "me", "home", "table", "hand", "manner")
"""Kinds of the reader's words that stand for themselves here."""
_SENSES = {"P": "take", "L": "put", "D": "lowering", "G": "give", "S": "push"}
"""The reader's letters for what a verb may mean."""
_FILLERS = ("filler", "opening")
_DETERMINERS = frozenset(("the", "a", "an", "that", "this", "my", "your", "our", "said"))
_COMMON = ("thing", "object", "item")
"""Of these "red things" are several, not what is the thing's own."""
_UNFURNISHED = ("drawer",)


@dataclass(frozen=True)
class Piece:
    """Some words and all that they may stand for.

    Attributes:
        concepts: Each with the form of a verb, or the value of a place or a direction.
        thing: Where it may name one.
    """

    words: Phrase
    concepts: Mapping[str, str] = field(default_factory=dict)
    thing: Description | None = None

    def may(self, *concepts: str) -> bool:
        """Whether it may stand for one of them."""
        return any(concept in self.concepts for concept in concepts)

    def is_only(self, concepts: Collection[str]) -> bool:
        """Whether it stands for nothing else than these."""
        return set(self.concepts) <= set(concepts)


Row = tuple[Piece, ...]


@functools.lru_cache(maxsize=256)
def row_of_words(said: Phrase) -> Row:
    """The pieces of the words; what stands for nothing is a piece of its own, "unknown"."""
    said = _with_possessives(said)
    found: list[Piece] = []
    at = 0
    while at < len(said):
        found.append(_piece(said, at) or Piece(said[at : at + 1], {"unknown": ""}))
        at += len(found[-1].words)
    return tuple(found)


def _senses(verb: str) -> dict[str, str]:
    """What a verb of the reader may stand for, with its form."""
    form, _, senses = verb.partition(" ")
    return {concept: form for letter, concept in _SENSES.items() if letter in senses.partition(":")[0]}


def _with_possessives(said: Phrase) -> Phrase:
    """The words with the "s" of "the red cube's" and "the drawer's" by itself."""
    found: list[str] = []
    for at, word in enumerate(said):
        owner = word.removesuffix("s")
        named = owner == "drawer" or (
            bool(owner) and owner not in _COMMON and "nouns" in reading.load().at((owner,), 0)
        )
        coloured = at > 0 and "colours" in reading.load().at(said, at - 1)
        found += [owner, "s"] if word != owner and named and (coloured or owner == "drawer") else [word]
    return tuple(found)


def _piece(said: Phrase, at: int) -> Piece | None:
    """The longest piece that begins here."""
    known, end = load().at(said, at)
    concepts = dict(known)
    shade, after = reading.load().at(said, at).get("colours", ("", at))
    if shade and after >= end:
        concepts, end = {"shade": shade}, after
    thing, after = _thing(said, at)
    if thing is not None and after >= end:
        concepts = {**(concepts if after == end else {}), "thing": ""}
        return Piece(said[at:after], concepts, thing)
    for kind in _PLACES:
        value, after = reading.load().at(said, at).get(kind, ("", at))
        if after > end:
            concepts, end = {}, after
        if after == end and after > at:
            concepts[kind] = value
    verb, after = reading.load().at(said, at).get("verbs", ("", at))
    if after > end and (senses := _senses(verb)):
        concepts, end = senses, after
    filler, after = reading.load().at(said, at).get("skipped", ("", at))
    if filler in _FILLERS and not concepts and after > at and load().reserved.isdisjoint(said[at:after]):
        concepts, end = {"nothing": ""}, after
    return Piece(said[at:end], concepts) if concepts else None


def _thing(said: Phrase, at: int) -> tuple[Description | None, int]:
    """A thing by its noun, by its colour and noun, or by an article and its colour alone; and the index after it."""
    words, start = reading.load(), at
    while at < len(said) and said[at] in _DETERMINERS:
        at += 1
    determined = at
    while at < len(said) and "adjectives" in (here := words.at(said, at)) and at > start:
        if {"nouns", "colours"} & set(here):
            break
        at = here["adjectives"][1]
    if at >= len(said):
        return None, start
    colour, after = words.at(said, at).get("colours", (None, at))
    kind, end = words.at(said, after).get("nouns", ("", after)) if after < len(said) else ("", after)
    if kind in _UNFURNISHED or (kind == ANYTHING and colour is None) or (not kind and after == start):
        return None, start
    if colour is None and at > determined:
        return None, start
    if kind:
        bare = colour is None and after == start
        return (None, start) if bare and kind == "can" else (Description(kind, colour), end)
    if colour is None or at == start:
        return None, start
    end = after + 1 if said[after : after + 1] == ("one",) else after
    return Description(ONE, colour), end
