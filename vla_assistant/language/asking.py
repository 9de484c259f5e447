"""Requests from what was heard: with what was said aside left out, and from clauses without a verb."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.fragments import Fragment
from vla_assistant.language.hearing import Heard
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import IT, Act, Description, Request
from vla_assistant.language.turns import SURE


def request(text: str, heard: Heard, language: str = "en") -> Request | None:
    """The request that is read; "it" is what was spoken of before it in the same breath."""
    found = _surer(read(text, language), read(heard.core, language) if heard.core else None)
    if found is None:
        return None
    found = replace(found, manner=found.manner | heard.part.manner)
    if heard.topic is None or found.acts[0].object != Description(IT):
        return found
    return replace(found, acts=tuple(_about(act, heard.topic) for act in found.acts))


def _surer(whole: Request | None, core: Request | None) -> Request | None:
    """The request of the whole text, as sure as that of its core when they agree; that of the core when it is alone."""
    if core is None:
        return whole
    if whole is None:
        return core if core.confidence >= SURE else None
    return core if str(core) == str(whole) and core.confidence > whole.confidence else whole


def _about(act: Act, thing: Description) -> Act:
    return replace(act, object=thing) if act.object == Description(IT) else act


def taking(wanted: Request) -> Fragment | None:
    """The thing of "take the blue one": as a correction it means that what is planned is done with that one."""
    act = wanted.acts[0]
    if len(wanted.acts) != 1 or act.skill != "pick" or act.object is None or act.object.kind == IT:
        return None
    return Fragment(things=(act.object,), manner=wanted.manner)


def verbless(part: Fragment, spoken_of: bool) -> Request | None:
    """ "The ball in the bowl", or "in the bowl" when something was spoken of before: it goes there."""
    named = [thing for thing in part.things if thing.kind != IT]
    if not part.relation or len(named) > 1 or not (named or spoken_of):
        return None
    relation = "on" if part.relation == "to" else part.relation
    act = Act("place", named[0] if named else Description(IT), relation, part.anchors)
    return Request((act,), part.manner, part.avoid)
