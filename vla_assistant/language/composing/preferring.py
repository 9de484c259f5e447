"""Where a composed reading and another one differ, and the composed one says more of the same."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.composing.relations import OPPOSITE
from vla_assistant.language.request import ALL, Act, Description, Request

_SIDES = frozenset(OPPOSITE)


def says_more(composed: Request, other: Request) -> bool:
    """Whether the composed one is to be believed: it says on which side, or which of two is the one to be moved."""
    if [act.skill for act in composed.acts] == ["pick", "put_down"]:
        return other.acts == composed.acts[1:]
    act = composed.acts[0]
    done = [(said.skill, said.object) for said in other.acts]
    if act.skill == "give":
        return done == [("put_down", act.object)]  # "put it down in front of me"
    if act.skill == "pick":
        return done == [("close", None)]  # "close your fingers around it"
    if act.skill == "home":
        return {skill for skill, _ in done} == {"move", "home"}  # "move out of the way and go home"
    if len(composed.acts) != 1 or act.skill != "place":
        return False
    if len(other.acts) > 1 and all(said.skill in ("push", "place", "put_down", "give") for said in other.acts):
        return _moves_what_it_is_beside(act, other)
    last = other.acts[-1]
    if act.relation == "between" and last.skill == "place" and last.relation in ("in", "on"):
        return last.object == act.object and set(last.anchors) < set(act.anchors)  # "there's a gap ..., put it in it"
    if last.skill == "put_down" and last.object is not None and last.object.anchors:
        return replace(last.object, relation="", anchors=()) == act.object and last.object.anchors == act.anchors
    return last.skill == "place" and (_is_narrower(act, last) or _is_of_the_other(act, last))


def _moves_what_it_is_beside(act: Act, other: Request) -> bool:
    """Whether the other one makes several motions of one place: "between the cup on the left and the can"."""
    lowered = {said.object for said in other.acts if said.skill == "put_down"}
    if lowered and lowered != {act.object} and not all(said.skill == "put_down" for said in other.acts):
        return False  # "put the cup on the table and the ball next to it"
    if act in other.acts and not lowered:
        return False  # the other one says something besides
    moved = {said.object for said in other.acts}
    anchors = {thing for said in other.acts for thing in said.anchors if thing.number != ALL}
    return moved | anchors == {act.object, *act.anchors}


def _is_narrower(act: Act, other: Act) -> bool:
    """Left of it, not only next to it; "the side" is the other thing's own where its colour tells which is meant."""
    alike = (act.object, act.anchors) == (_anywhere(other.object), tuple(map(_anywhere, other.anchors)))
    of_the_side = other.relation == "on" and any(f"{thing.side} of" == act.relation for thing in other.anchors)
    return alike and (other.relation == "next to" or of_the_side) and act.relation in _SIDES


def _anywhere(thing: Description | None) -> Description | None:
    return replace(thing, side="", rank=1) if thing is not None and thing.colour else thing


def _is_of_the_other(act: Act, other: Act) -> bool:
    """What comes to the same, by moving the other one of the two."""
    crossed = (act.object,) == other.anchors and (other.object,) == act.anchors
    return crossed and other.relation == OPPOSITE.get(act.relation, "next to" if act.relation == "next to" else "")
