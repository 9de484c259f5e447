"""Whether a text has the words for what the decoder takes it for: a network may see what nobody said."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.opinion import decode
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.fluency import fluent
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.request import ANYTHING, IT, Description, Request
from vla_assistant.language.vocabulary import Phrase

_ACTING = frozenset(("verbs", "home", "relations", "directions", "me", "table"))
"""Kinds of words of which at least one says what to do."""
_AIMING = frozenset(("directions", "me", "relations"))
"""Kinds of words of which one says in which direction."""
_DENYING = frozenset(("no", "hardly", "barely", "scarcely", "without", "avoid", "refrain", "stop"))
"""Words that deny besides the negations."""
_TELLING = _ACTING | {"colours", "nouns", "plurals"}
_OPEN = (IT, ANYTHING)
"""Kinds of things that are meant without being named."""


def grounded(text: str, request: Request) -> bool:
    """Whether every colour, kind and direction is named and something says what to do.

    Args:
        text: What was said.
        request: What the decoder takes it for.
    """
    lexicon, words = lexicons.load(), _mended(text)
    found = [lexicon.at(words, at) for at in range(len(words))]
    said = {entry[0] for here in found for kind, entry in here.items() if kind in ("colours", "nouns", "plurals")}
    named = {name for thing in _things(request) for name in (thing.colour, thing.kind) if name and name not in _OPEN}
    acting = any(_ACTING & set(here) for here in found)
    aimed = not any(act.direction for act in request.acts) or any(map(_aims, found, range(len(found))))
    return acting and aimed and named <= said


@functools.lru_cache(maxsize=64)
def _mended(text: str) -> Phrase:
    """The words with their slips put right; each question about a text needs them."""
    return mended(spelling.normalised(text), lexicons.load())


def _aims(here: dict[str, tuple[str, int]], at: int) -> bool:
    """Whether a direction begins here, which no longer phrase takes ("right now"), or a verb that holds one."""
    longest = max((end for _, end in here.values()), default=at)
    verb, _ = here.get("verbs", ("", at))
    return ":" in verb or any(here[kind][1] == longest for kind in _AIMING & set(here))


def denied(text: str, request: Request) -> bool:
    """Whether something is negated and the text without it would ask for the same: then that was not understood."""
    lexicon, words = lexicons.load(), _mended(text)
    negations = lexicon.sets["negations"] | _DENYING
    if negations.isdisjoint(fluent(words, lexicon)):
        return False
    decoded = decode(" ".join(word for word in words if word not in negations))
    return decoded is not None and (decoded.acts, decoded.avoid) == (request.acts, request.avoid)


def denies_request(text: str) -> bool:
    """Whether a negation stands in a clause that names something or says what to do.

    What "I'm not one to complain" denies is none of the arm's business.
    """
    lexicon = lexicons.load()
    negations = lexicon.sets["negations"]
    return any(
        not negations.isdisjoint(clause) and _is_of_request(clause, lexicon) for clause in _clauses(_mended(text))
    )


def _clauses(words: Phrase) -> Iterator[Phrase]:
    """The words from comma to comma, each with the comma that ends it."""
    begin = 0
    for at, word in enumerate((*words, ",")):
        if word == ",":
            yield words[begin : at + 1]
            begin = at + 1


def _is_of_request(clause: Phrase, lexicon: lexicons.Lexicon) -> bool:
    """Whether it names a thing or a colour, or holds words that say what to do."""
    return any(_TELLING & set(lexicon.at(clause, at)) for at in range(len(clause)))


def _things(request: Request) -> Iterator[Description]:
    """Every thing that is spoken of, with those it is described by."""
    for act in request.acts:
        if act.object:
            yield from _with_neighbours(act.object)
        for anchor in act.anchors:
            yield from _with_neighbours(anchor)
    for thing in request.avoid:
        yield from _with_neighbours(thing)


def _with_neighbours(thing: Description) -> Iterator[Description]:
    yield thing
    for other in (*thing.anchors, *((thing.without,) if thing.without else ())):
        yield from _with_neighbours(other)
