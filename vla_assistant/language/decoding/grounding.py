"""Whether a text has the words for what the decoder takes it for: a network may see what nobody said."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.opinion import decode
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.reader import read
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.request import ANYTHING, CARRYING, IT, Act, Description, Request
from vla_assistant.language.vocabulary import Phrase

_ACTING = frozenset(("verbs", "home", "relations", "directions", "me", "table"))
"""Kinds of words of which at least one says what to do."""
_AIMING = frozenset(("directions", "me", "relations"))
"""Kinds of words of which one says in which direction."""
_TELLING = _ACTING | {"colours", "nouns", "plurals"}
_SKILLS = {
    "P": "pick", "L": "place", "D": "put_down", "G": "give", "S": "push", "M": "move", "O": "open", "C": "close",
    "H": "home",
}  # fmt: skip
"""What the senses of a verb in the word file stand for."""
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
    words = _mended(text)
    denying = _denying(words, request)
    if not denying:
        return False
    decoded = decode(" ".join(word for at, word in enumerate(words) if at not in denying))
    return decoded is not None and (decoded.acts, decoded.avoid) == (request.acts, request.avoid)


def denies_request(text: str, request: Request) -> bool:
    """Whether a negation stands in a clause that names something or says what to do.

    What "I'm not one to complain" denies is none of the arm's business.
    """
    words, lexicon = _mended(text), lexicons.load()
    denying = _denying(words, request)
    return any(
        not denying.isdisjoint(range(begin, end)) and _is_of_request(words[begin:end], lexicon)
        for begin, end in spelling.between_commas(words)
    )


@functools.lru_cache(maxsize=64)
def _denying(words: Phrase, request: Request) -> frozenset[int]:
    """Where a negation stands that the request does not account for.

    It is accounted for where somebody tells of himself beside the request ("I can't reach it, ..."), where it belongs
    to a phrase ("no trouble"), where it says what to keep clear of, and where its clause names what is not asked for
    ("don't push it, lift it").
    """
    lexicon = lexicons.load()
    clauses = list(spelling.between_commas(words))
    asking = [_is_of_request(words[begin:end], lexicon) for begin, end in clauses]
    found: list[int] = []
    for (begin, end), asks in zip(clauses, asking, strict=True):
        asked_elsewhere = sum(asking) > asks
        denying = [
            at
            for at in range(begin, end)
            if words[at] in lexicon.sets["denying"]
            and not (_is_told(words, at) and (asked_elsewhere or words[at] in lexicon.sets["hesitant_no"]))
            and not _warns(words, at, request)
        ]
        if denying and not _contrasts(words[begin:end], request):
            found += denying
    return frozenset(found)


def _is_told(words: Phrase, at: int) -> bool:
    """Whether the negation is of what somebody does or of a phrase: "I can't reach it", "no trouble"."""
    sets = lexicons.load().sets
    before, after = (words[at - 1] if at else ""), (words[at + 1] if at + 1 < len(words) else "")
    if words[at] in sets["hesitant_no"]:
        return after in sets["after_no"]
    return (before in sets["tellers"] and after not in sets["wished"]) or (before == "you" and after in sets["knowing"])


def _warns(words: Phrase, at: int, request: Request) -> bool:
    """Whether the negation begins a warning that the request heeds: "don't hit the cup"."""
    return bool(request.avoid) and "avoidance" in lexicons.load().at(words, at)


def _contrasts(clause: Phrase, request: Request) -> bool:
    """Whether what the clause denies is something else than the request: "don't push it", where it is to be lifted."""
    lexicon = lexicons.load()
    rest = tuple(word for word in clause if word not in lexicon.sets["denying"])
    without = read(" ".join(rest))
    if without is not None:
        return {_bare(act) for act in without.acts}.isdisjoint(_done_by(request))
    verbs = (lexicon.at(rest, at).get("verbs") for at in range(len(rest)))
    senses = {sense for verb in verbs if verb is not None for sense in verb[0].split(" ")[1].partition(":")[0]}
    known = bool(senses) and senses <= _SKILLS.keys()
    return known and {_SKILLS[sense] for sense in senses}.isdisjoint(skill for skill, _ in _done_by(request))


def _done_by(request: Request) -> set[tuple[str, str]]:
    """The acts of the request, and the taking that carrying begins with: "don't pick it up, put it in ..."."""
    done = set(map(_bare, request.acts))
    return done | ({("pick", "")} if any(skill in CARRYING for skill, _ in done) else set())


def _bare(act: Act) -> tuple[str, str]:
    """The act without what it is done with, which the denied clause may leave open."""
    return act.skill, act.direction


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
