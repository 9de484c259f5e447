"""Requests from what was heard: with what was said aside left out, and from clauses without a verb."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.amending import MOTIONS
from vla_assistant.language.composing.composer import composed_of
from vla_assistant.language.decoding import considered
from vla_assistant.language.fragments import Fragment
from vla_assistant.language.hearing import Heard
from vla_assistant.language.languages import FIRST
from vla_assistant.language.manner import manner_after
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import ANYTHING, IT, Act, Description, Request
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import CLEAR
from vla_assistant.language.words import normalised
from vla_assistant.types import SURE, Reference

_VERTICAL = ("up", "down")


def request(
    text: str, heard: Heard, language: str = "en", *, alone: bool = True, vetoed: bool = False
) -> Request | None:
    """The request that is read; "it" is what was spoken of before it in the same breath.

    Args:
        text: What was said.
        heard: Which turn that is.
        language: Of its words.
        alone: Whether the reader is asked alone; else the decoder is heard where the reader is not sure.
        vetoed: Whether the decoder is heard in any case; no request is surer then than both are of the whole text.
    """
    if load(language).own & set(normalised(text)):
        return None
    known = language == FIRST and composed_of(text) is not None  # that knows what "it" is
    core = read(heard.core, language) if heard.core and not known else None
    if core is not None:
        others = (thing for thing in heard.part.avoid if thing.kind != IT)  # "mind the bowl, don't bump into it"
        core = replace(core, avoid=tuple(dict.fromkeys((*core.avoid, *others))))
    whole = read(text, language)
    found = _surer(whole, core)
    if not alone and (vetoed or found is None or found.confidence < SURE):
        both = considered(text, whole)
        found = _surer(both, core)
        if found is not None and vetoed:
            found = replace(found, confidence=min(found.confidence, both.confidence if both else 0.0))
    if found is None:
        return None
    found = _as_far(replace(found, manner=manner_after(found.manner, heard.part.manner)), heard.part)
    if heard.topic is None or found.acts[0].object != Description(IT):
        return found
    return replace(found, acts=tuple(_about(act, heard.topic) for act in found.acts))


def _surer(whole: Request | None, core: Request | None) -> Request | None:
    """The request of the whole text, as sure as that of its core when they agree; that of the core when it is alone.

    "It" of the core is nothing that only a remark names: "put it in the bowl, I see the plate is dirty".
    """
    if core is None:
        return whole
    if whole is None:
        return core if core.confidence >= CLEAR else None
    if core.confidence >= CLEAR and tuple(map(_of_it, whole.acts)) == core.acts:
        return core
    if core.confidence >= CLEAR and tuple(map(_without_amount, core.acts)) == whole.acts:
        return core
    return core if str(core) == str(whole) and core.confidence > whole.confidence else whole


def _as_far(wanted: Request, part: Fragment) -> Request:
    """ "Push it towards me, and I mean a lot": how far, said after it."""
    motions = [at for at, act in enumerate(wanted.acts) if act.skill in MOTIONS]
    if part != Fragment(amount=part.amount, manner=part.manner) or len(motions) != 1 or wanted.acts[motions[0]].amount:
        return wanted
    acts = (replace(act, amount=part.amount) if at in motions else act for at, act in enumerate(wanted.acts))
    return replace(wanted, acts=tuple(acts))


def _without_amount(act: Act) -> Act:
    return replace(act, amount="")


def _of_it(act: Act) -> Act:
    return replace(act, object=Description(IT)) if act.object is not None else act


def _about(act: Act, thing: Description) -> Act:
    return replace(act, object=thing) if act.object == Description(IT) else act


def taking(wanted: Request, wishes: bool) -> Fragment | None:
    """The thing of "take the blue one": as a correction it means that what is planned is done with that one.

    So does "I want the blue one" (`wishes`), which otherwise asks for it to be handed over.
    """
    act = wanted.acts[0]
    skills = ("pick", "give") if wishes else ("pick",)
    if len(wanted.acts) != 1 or act.skill not in skills or act.object is None or act.object.kind == IT:
        return None
    return Fragment(things=(act.object,), manner=wanted.manner)


def says_one(wanted: Request) -> bool:
    """Whether it is of "the blue one", a thing without a kind: of those that were spoken of just now."""
    thing = wanted.acts[0].object
    return thing is not None and thing.kind == ANYTHING


def nudging(wanted: Request) -> Act | None:
    """The motion of the hand that is asked for, also in "raise it a bit" and "shift it left a bit"; else None."""
    act, *more = reversed(wanted.acts)
    if act.skill == "move" and not more:
        return act
    lifted = act.skill == "move" and [(before.skill, before.object) for before in more] == [("pick", Description(IT))]
    pushed = act.skill == "push" and act.object == Description(IT) and not more
    return act if act.amount and (lifted or pushed) else None


def raising(wanted: Request, held: Reference | None, of_hand: bool) -> Request:
    """ "Lift it a little higher" is of the hand alone when that thing is in it, or when the hand was spoken of."""
    pick, *after = wanted.acts
    if pick.skill == "push" and pick.direction in _VERTICAL and not after:
        after = [Act("move", direction=pick.direction, amount=pick.amount)]
    elif [act.skill for act in wanted.acts] != ["pick", "move"]:
        return wanted
    kinds, colours = (ANYTHING, held.name if held else ANYTHING), (None, held.colour if held else None)
    named = held is not None and pick.object in [Description(kind, colour) for kind in kinds for colour in colours]
    it = pick.object == Description(IT) and (held is not None or of_hand)
    return replace(wanted, acts=tuple(after)) if named or it else wanted


def verbless(part: Fragment, spoken_of: bool) -> Request | None:
    """ "The ball in the bowl", or "in the bowl" and "to me" when something was spoken of before: it goes there."""
    named = [thing for thing in part.things if thing.kind != IT]
    if not (part.relation or part.receiver == "me") or len(named) > 1 or not (named or spoken_of):
        return None
    thing = named[0] if named else Description(IT)
    relation = "on" if part.relation == "to" else part.relation
    act = Act("place", thing, relation, part.anchors) if relation else Act("give", thing)
    return Request((act,), part.manner, part.avoid)
