"""One clause about the drawer or a task of several steps, as acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from vla_assistant.language.chores.phrases import load
from vla_assistant.language.composing.composer import ordered
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.reading.things import Things
from vla_assistant.language.request import ALL, ANYTHING, IT, Act, Description
from vla_assistant.language.vocabulary import Phrase

DRAWER = Description("drawer")
EVERYTHING = Description(ANYTHING, number=ALL)
_CUBE = "cube"
_LISTED = (",", "and", "then", "with", "next")
_FEWEST = 3
"""Two that are stacked are read as a place."""


def acts_of(clause: Phrase, of_drawer: bool) -> tuple[Act, ...]:
    """The acts of the clause; none when it is about something else.

    Args:
        clause: Its words, without courtesy.
        of_drawer: Whether the drawer was spoken of just before, so that it may be "it".
    """
    clause = _without_purpose(clause)
    if acts := _retrieve(clause):
        return acts
    for kind in ("open", "close"):
        named = load().clauses[f"drawer {kind}"].fit(clause)
        if named or (of_drawer and load().clauses[f"drawer {kind}_it"].fit(clause)):
            return (Act(kind, DRAWER),)
    return _swap(clause) or _tower(clause) or _sort(clause) or _clear(clause) or ordered(clause)


def is_aside(clause: Phrase) -> bool:
    """Whether the clause only says how things are: "the drawer is still open"."""
    return load().clauses["aside state"].fit(clause)


def _without_purpose(clause: Phrase) -> Phrase:
    """The clause without what it is asked for: "so that I can see what is inside", unless that denies or goes on."""
    taken = load().clauses["aside purpose"].end(clause)
    purpose = clause[len(clause) - taken :]
    serious = lexicons.load().sets
    reserved = any(not serious[name].isdisjoint(purpose) for name in ("negations", "contrasting"))
    return clause if reserved or not load().words["reserved"].isdisjoint(purpose) else clause[: len(clause) - taken]


def _retrieve(clause: Phrase) -> tuple[Act, ...]:
    """What lies in the drawer is taken; it is opened before."""
    for slots in _slots("retrieve one", clause):
        thing = _thing(slots["a"])
        if thing is not None and thing.kind not in (ANYTHING, ONE):
            return (Act("pick", replace(thing, relation="in", anchors=(DRAWER,))),)
    return ()


def _swap(clause: Phrase) -> tuple[Act, ...]:
    for name in ("swap two", "swap crossed"):
        for slots in _slots(name, clause):
            first, second = _thing(slots["a"]), _thing(slots["b"])
            crossed = ("c" not in slots or _thing(slots["c"]) == first) and (
                "d" not in slots or _thing(slots["d"]) == second
            )
            if first is not None and second is not None and crossed:
                first, second = _of_one_kind([first, second])
                return (Act("swap", first, anchors=(second,)),) if first != second else ()
    return ()


def _tower(clause: Phrase) -> tuple[Act, ...]:
    for name in ("tower upwards", "tower downwards", "tower whole", "tower named"):
        for slots in _slots(name, clause):
            if "d" in slots and _thing(slots["d"]) != _thing(slots["b"]):
                continue
            if "list" in slots:
                things = _several(slots["list"])
            else:
                things = [thing for slot in "abc" if (thing := _thing(slots[slot])) is not None]
            up = list(reversed(things)) if name == "tower downwards" else things
            if found := _stacked(_of_one_kind(up, _CUBE), counted=name != "tower named"):
                return found
    return ()


def _stacked(things: Sequence[Description], counted: bool) -> tuple[Act, ...]:
    """Each on the one before it; where they may only be `counted`, it is open which."""
    if counted and len(things) == 1 and things[0].kind == _CUBE and things[0].number not in (1, 2):
        return (Act("tower", things[0]),)
    single = all(thing.number == 1 and thing.kind not in (IT, ANYTHING) for thing in things)
    if len(things) < _FEWEST or not single or len(set(things)) < len(things):
        return ()
    if any(thing.kind != _CUBE for thing in things[:-1]):
        return ()
    return tuple(Act("place", above, "on", (below,)) for below, above in pairwise(things))


def _sort(clause: Phrase) -> tuple[Act, ...]:
    for kind in ("bowl", "plate", "all"):
        if load().clauses[f"sort {kind}"].fit(clause):
            into = () if kind == "all" else (Description(kind, number=ALL),)
            return (Act("sort", EVERYTHING, anchors=into),)
    return ()


def _clear(clause: Phrase) -> tuple[Act, ...]:
    return (Act("clear", EVERYTHING),) if load().clauses["clear all"].fit(clause) else ()


def _slots(name: str, clause: Phrase) -> Iterator[dict[str, Phrase]]:
    return (found.slots for found in load().clauses[name].matches(clause))


def _thing(words: Phrase) -> Description | None:
    """The one thing that these words describe, all of them."""
    found = Things(words, lexicons.load()).thing(0) if words else None
    return found[0] if found is not None and found[1] == len(words) and found[0].kind != IT else None


def _several(words: Phrase) -> list[Description]:
    """The things that are listed there; none when a word is left over."""
    found: list[Description] = []
    things, at = Things(words, lexicons.load()), 0
    while at < len(words):
        if words[at] in _LISTED:
            at += 1
            continue
        thing = things.thing(at)
        if thing is None:
            return []
        found.append(thing[0])
        at = thing[1]
    return found


def _of_one_kind(things: Sequence[Description], usual: str = ANYTHING) -> list[Description]:
    """ "The red and the blue cube", "the red cube and the blue one": of the kind that is named, else of the usual."""
    kinds = {thing.kind for thing in things if thing.kind != ONE}
    kind = kinds.pop() if len(kinds) == 1 else usual
    return [replace(thing, kind=kind) if thing.kind == ONE else thing for thing in things]
