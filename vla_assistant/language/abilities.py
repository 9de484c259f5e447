"""From acts to steps; what the policy has not learnt, or no step can say, is refused in words, never left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.chores.carrying_out import CHORES
from vla_assistant.language.meaning import Refused, Unclear, alike, check_steps, seen_once
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.phrasing import spoken_name
from vla_assistant.language.request import AMOUNTS_M, ANYTHING, IT, Act, Description, Request
from vla_assistant.language.resolution import Question, ResolvedAct
from vla_assistant.language.resolving import asked
from vla_assistant.language.vocabulary import FIRST, Lexicon, Vocabulary
from vla_assistant.types import DIRECTIONS, RELATIONS, Reference, SeenThing, Step

PLACED = ("in", "on")
_BESIDE = {relation.replace("_", " "): relation for relation in RELATIONS}
"""Relations of a request -> those of a step."""
_NO_STEP = {
    "move": "move the hand by itself",
    "open": "open the gripper by itself",
    "close": "close the gripper by itself",
}
_ANY = "cube"
"""Stands for a thing of which the words leave the kind open, where only the skill is asked about."""
_INTO_BOWL = Step("place", Reference(_ANY), Reference("bowl"))
_CHORES = {
    "swap": (Step("put_down", Reference(_ANY), Reference("table")), _INTO_BOWL),
    "tower": (Step("place", Reference(_ANY), Reference(_ANY)),),
    "sort": (_INTO_BOWL,),
    "clear": (Step("place", Reference(_ANY), Reference("drawer")), Step("close", Reference("drawer"))),
}
"""Steps like those of the tasks of several."""


def is_plain(request: Request) -> bool:
    """Whether kind and colour name every thing of the request, so that no picture is needed to know which is meant."""
    things = [thing for act in request.acts for thing in (act.object, *act.anchors) if thing is not None]
    if any(act.skill in CHORES for act in request.acts):
        return False
    return all(thing == Description(thing.kind, thing.colour) and thing.kind not in (ANYTHING, IT) for thing in things)


def check(request: Request, learnt: Learnt = EVERYTHING) -> None:
    """Refuse what no step can say and what the policy has not learnt, whichever things are meant.

    Raises:
        Refused: `str` says what.
    """
    for act in request.acts:
        _check_act(act)
        check_steps(_probes(act), learnt)
    if request.avoid:
        raise Refused(f"I cannot promise to keep clear of the {request.avoid[0]} yet.")


def _probes(act: Act) -> list[Step]:
    """Steps like those of the act, with things of any colour."""
    if act.skill in CHORES:
        return [*_CHORES[act.skill]]
    things = [Reference(_ANY if thing.kind in (ANYTHING, IT) else thing.kind) for thing in _named(act)]
    return [_step(act.skill, act.relation, act.direction, things or [Reference(_ANY)])]


def _named(act: Act) -> list[Description]:
    return [thing for thing in (act.object, *act.anchors) if thing is not None]


def plain_steps(request: Request, vocabulary: Vocabulary, lexicon: Lexicon) -> tuple[Step, ...]:
    """The steps of a plain request.

    Raises:
        Refused: the arm cannot do this with that thing.
    """
    return tuple(_plain_step(act, vocabulary, lexicon) for act in request.acts)


def steps_of(acts: Sequence[ResolvedAct], seen: Sequence[SeenThing], lexicon: Lexicon) -> tuple[Step, ...]:
    """The steps of acts on things that are seen.

    Raises:
        Refused: two things look alike, and the policy knows a thing only by its kind and colour.
    """
    steps = []
    for act in acts:
        things = [_reference(thing, seen, lexicon) for thing in (act.object, *act.anchors) if thing is not None]
        steps.append(_step(act.skill, act.relation, act.direction, things))
    return tuple(steps)


def answerable(
    question: Question,
    request: Request,
    seen: Sequence[SeenThing],
    lexicon: Lexicon,
    learnt: Learnt = EVERYTHING,
) -> Question:
    """The question, about things that the arm can be directed to only; what is left out it says.

    Raises:
        Refused: no answer would help: the policy has not learnt it, or all that may be meant look alike.
    """
    check(request, learnt)
    apart = seen_once(question.candidates, seen)
    if len(apart) == len(question.candidates):
        return question
    first = next(thing.reference for thing in question.candidates if thing not in apart)
    why = alike(first, sum(thing.reference == first for thing in seen), phrasebook())
    if not apart:
        raise Refused(why)
    fewer = asked(request, apart, seen, question.act, question.slot, question.settled)
    return replace(fewer, text=f"{why} {fewer.text}")


def _check_act(act: Act) -> None:
    if act.skill in _NO_STEP and act.object is None:
        raise Refused(f"I cannot {_NO_STEP[act.skill]} yet.")
    if act.skill == "place" and act.relation not in (*PLACED, *_BESIDE):
        raise Refused(f"I cannot place things {act.relation} {_things(act.anchors)} yet.")
    if act.skill == "push" and act.direction not in DIRECTIONS:
        raise Refused(f"I cannot push things {act.direction} yet.")
    if act.skill == "push" and act.amount and act.amount not in AMOUNTS_M:
        raise Refused(f"I cannot push things by a measured way ({act.amount}) yet.")


def remarks(request: Request) -> tuple[str, ...]:
    """What is done otherwise than said, to be told: how far things are pushed."""
    vague = [act.amount for act in request.acts if act.skill == "push" and act.amount in AMOUNTS_M]
    return tuple(f'I push things one length only, whatever "{amount}" is.' for amount in dict.fromkeys(vague))


def _things(anchors: Sequence[Description]) -> str:
    return " and ".join(f"the {anchor}" for anchor in anchors)


def _plain_step(act: Act, vocabulary: Vocabulary, lexicon: Lexicon) -> Step:
    things = [Reference(thing.kind, thing.colour) for thing in _named(act)]
    if act.skill not in ("open", "close") and things and not vocabulary.things[things[0].name].lift:
        what = spoken_name(Reference(things[0].name), lexicon)
        raise Refused(f"I cannot {'push' if act.skill == 'push' else 'lift'} a {what}.")
    inside = act.relation in PLACED and len(things) > 1
    if inside and things[0].name not in vocabulary.things[things[1].name].holds:
        what, where = (spoken_name(Reference(thing.name), lexicon) for thing in things)
        raise Refused(f"A {what} does not stay in or on a {where}.")
    return _step(act.skill, act.relation, act.direction, things)


def _step(skill: str, relation: str, direction: str, things: Sequence[Reference]) -> Step:
    if skill == "home":
        return Step("home")
    if skill == "put_down":
        return Step("put_down", things[0] if things else None, Reference("table"))
    if not things:
        raise Unclear("I do not know what that is about. Say the thing too.")
    if skill == "push":
        return Step("push", things[0], Reference(direction))
    if skill != "place":
        return Step(skill, things[0])
    return _placing(_BESIDE.get(relation, ""), things)


def _placing(relation: str, things: Sequence[Reference]) -> Step:
    second = things[2] if relation == "between" and len(things) > 2 else None
    destination = things[1] if len(things) > 1 else things[0]
    return Step("place", things[0], destination, relation, second)


def _reference(thing: SeenThing, seen: Sequence[SeenThing], lexicon: Lexicon) -> Reference:
    check_told_apart(thing.reference, seen)
    return thing.reference


def check_told_apart(reference: Reference, seen: Sequence[SeenThing], language: str = FIRST) -> None:
    """Refuse one of several that look alike.

    Raises:
        Refused: see `meaning.alike`.
    """
    count = sum(thing.reference == reference for thing in seen)
    if count > 1:
        raise Refused(alike(reference, count, phrasebook(language)))
