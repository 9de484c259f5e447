"""Places that are said by where things were put before: "the can on the other one", "put it there too"."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.fragments import cut
from vla_assistant.language.past import Past
from vla_assistant.language.reading.items import ONE
from vla_assistant.language.request import ANYTHING, Act, Description, Request
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.language.wanted import Now
from vla_assistant.language.words import normalised

_OTHER = "other"


def last_place(past: Past) -> ResolvedAct | None:
    """The last act that brings something to a place: of what is planned, else of what was done."""
    tasks = [*past.done, *filter(None, (past.planned,))]
    return next((act for task in reversed(tasks) for act in reversed(task.acts) if _has_place(act)), None)


def _has_place(act: ResolvedAct) -> bool:
    return act.skill == "place" and bool(act.anchors)


def known(past: Past, now: Now) -> Now:
    """ "On the other one" after something was put on a plate is the other plate, where another one is seen."""
    anchors = now.heard.part.anchors
    place = _place(past, now) if any(map(_is_open, anchors)) else None
    if place is None:
        return now
    part = replace(now.heard.part, anchors=tuple(place if _is_open(anchor) else anchor for anchor in anchors))
    return replace(now, heard=replace(now.heard, part=part))


def meant(request: Request, past: Past, now: Now) -> Request:
    """The request with the same put right: the reader, which hears one sentence, takes that for another can."""
    if not any(_is_told_apart(anchor) for act in request.acts for anchor in act.anchors):
        return request
    place = _place(past, now)
    return request if place is None else replace(request, acts=tuple(_brought(act, place) for act in request.acts))


def _brought(act: Act, place: Description) -> Act:
    kinds = (ANYTHING, act.object.kind if act.object is not None else ANYTHING)
    anchors = (place if a.kind in kinds and a == replace(place, kind=a.kind) else a for a in act.anchors)
    return replace(act, anchors=tuple(anchors))


def _is_open(anchor: Description) -> bool:
    return anchor.kind == ANYTHING and _is_told_apart(anchor)


def _is_told_apart(thing: Description) -> bool:
    """Whether it is "the other one", "the left one" and the like: told from its like by that alone."""
    by = Description(thing.kind, choice=thing.choice, side=thing.side, rank=thing.rank)
    return thing == by and (thing.choice == _OTHER or (bool(thing.side) and not thing.choice))


def _place(past: Past, now: Now) -> Description | None:
    """What "the other one" is as a place; None where none is called so, or where there is no other such thing."""
    places = (item for item in cut(normalised(now.text), now.language) if item.kind == "at")
    called = [thing for item in places for thing in item.things if thing.kind in (ONE, ANYTHING)]
    before = last_place(past)
    if before is None or not called or not _is_told_apart(called[0]):
        return None
    kind = before.anchors[0].reference.name
    alike = [thing for thing in now.seen if thing.reference.name == kind]
    return replace(called[0], kind=kind) if len(alike) > 1 else None
