"""What is planned, with one part of it put right: "no, the blue one", "left of it", "3 cm"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.fragments import Fragment
from vla_assistant.language.manner import manner_after
from vla_assistant.language.request import ANYTHING, IT, LIFTING, Act, Description, Request
from vla_assistant.language.resolution import ResolvedAct, Settled
from vla_assistant.language.tasks import INSIDE, OPPOSITES, RETURN, Task
from vla_assistant.types import SeenThing

CARRIERS = ("bowl", "plate")
"""What is rather put something on than put somewhere."""
MOTIONS = ("push", "move")
"""Skills with a direction."""
Amended = tuple[Request, tuple[Settled, ...]]
_Known = dict[tuple[int, str], Settled]


def amended(task: Task, part: Fragment, seen: Sequence[SeenThing]) -> Amended | None:
    """The request for the task with that part in it, all else settled; None when the part has no place in it.

    Acts that differ in nothing but their object ("both cans in the bowl") change together.
    """
    at = _act_for(task.acts, part)
    if at is None:
        request, settled = task.said()
        return (_with_manner(request, part), settled) if part.is_manner else None
    old = task.acts[at]
    slot = _slot(part, old, seen)
    if slot == "object":
        task = replace(task, acts=tuple(act for act in task.acts if act.object in (None, old.object)))
    request, settled = task.said()
    acts, known = list(request.acts), {(entry.act, entry.slot): entry for entry in settled}
    thing = like(part.things[0], _at(old, slot), seen) if part.things else None
    for index, act in enumerate(task.acts):
        if replace(act, object=old.object) == old:
            acts[index], known = _changed(acts[index], index, part, thing if slot != "object" else None, known)
        if slot == "object" and act.object == old.object and thing is not None:
            acts[index] = replace(acts[index], object=thing)
            known.pop((index, "object"), None)
    return _with_manner(replace(request, acts=tuple(acts)), part), tuple(known.values())


def _with_manner(request: Request, part: Fragment) -> Request:
    return replace(request, manner=manner_after(request.manner, part.manner), avoid=(*request.avoid, *part.avoid))


def _slot(part: Fragment, old: ResolvedAct, seen: Sequence[SeenThing]) -> str:
    """Where the thing of the part belongs; "" when it names none."""
    if not part.things:
        return ""
    return "object" if part.relation else slot_for(part.things[0], old, part, seen)


def _changed(act: Act, index: int, part: Fragment, anchor: Description | None, known: _Known) -> tuple[Act, _Known]:
    """The act with the place, direction, amount or receiver of the part, and what is settled then."""
    if part.relation:
        act, known = _placed(act, index, part, known)
    elif anchor is not None:
        relation = act.relation
        if relation in ("in", "on"):
            relation = "in" if anchor.kind in INSIDE else "on"
        act = replace(act, relation=relation, anchors=(anchor, *act.anchors[1:]))
        known = {key: entry for key, entry in known.items() if key != (index, "anchor 0")}
    if act.skill in MOTIONS:
        act = replace(act, direction=part.direction or act.direction, amount=part.amount or act.amount)
    if part.receiver:
        act, known = Act("give" if part.receiver == "me" else "put_down", act.object), _without_anchors(known, index)
    return act, known


def with_other(task: Task, thing: Description, seen: Sequence[SeenThing]) -> Amended:
    """The request for the acts on the task's object with another thing: "the same with the blue one"."""
    about = replace(task, acts=tuple(act for act in task.acts if act.object in (None, task.object)))
    request, settled = about.said()
    new = like(thing, task.object, seen)
    acts = tuple(replace(act, object=new) if act.object is not None else act for act in request.acts)
    return replace(request, acts=acts), tuple(entry for entry in settled if entry.slot != "object")


def farther(task: Task, amount: str) -> Amended | None:
    """The request for the last push or move of the task by that amount; None when it held none."""
    acts = [replace(act, amount=amount) for act in task.acts if act.skill in MOTIONS]
    return replace(task, acts=tuple(acts[-1:])).said() if acts else None


def measured(task: Task, number: str) -> str:
    """ "Another 5" in the unit that comes nearest to the last motion, cm or mm; "" where that was not measured."""
    amounts = [act.amount for act in task.acts if act.skill in MOTIONS]
    before = float(amounts[-1].removesuffix(" cm")) if amounts and amounts[-1][:1].isdigit() else 0.0
    if not before or round(before * 10, 6) % 1 or not int(number):
        return ""
    nearest = min((float(number), float(number) / 10), key=lambda said: abs(math.log(said / before)))
    return f"{nearest:g} cm"


def turned_round(task: Task) -> Fragment | None:
    """The direction opposite to the one of the last push or move."""
    directions = [act.direction for act in task.acts if act.skill in MOTIONS]
    return Fragment(direction=OPPOSITES[directions[-1]]) if directions else None


def like(thing: Description, old: SeenThing | None, seen: Sequence[SeenThing]) -> Description:
    """ "The blue one" instead of a cube is the blue cube where one is seen."""
    if thing.kind != ANYTHING or old is None:
        return thing
    alike = [
        other
        for other in seen
        if other.reference.name == old.reference.name and thing.colour in (None, other.reference.colour)
    ]
    if not alike:
        return thing
    return replace(thing, kind=old.reference.name)


def slot_for(thing: Description, act: ResolvedAct, part: Fragment, seen: Sequence[SeenThing]) -> str:
    """Which thing of the act another one is named for: what it is done with, or where it goes."""
    if not act.anchors or act.object is None:
        return "object"
    if part.rejected_place or any(
        _fits(other, act.anchors[0]) and not _fits(other, act.object) for other in part.rejected
    ):
        return "anchor 0"
    if any(_fits(other, act.object) for other in part.rejected):
        return "object"
    kinds = {thing.kind} if thing.kind != ANYTHING else _kinds(thing, act, seen)
    if act.object.reference.name in kinds:
        return "object"
    if act.anchors[0].reference.name in kinds or (kinds and kinds <= set(CARRIERS)):
        return "anchor 0"
    return "object"


def _kinds(thing: Description, act: ResolvedAct, seen: Sequence[SeenThing]) -> set[str]:
    """The kinds of which something of that colour is seen that the act is not about yet."""
    used = (act.object, *act.anchors) if thing.colour or thing.choice else ()
    return {
        other.reference.name for other in seen if other not in used and thing.colour in (None, other.reference.colour)
    }


def _fits(thing: Description, other: SeenThing) -> bool:
    return thing.kind in (ANYTHING, other.reference.name) and thing.colour in (None, other.reference.colour)


def _act_for(acts: Sequence[ResolvedAct], part: Fragment) -> int | None:
    """The last act that the part can belong to."""
    for at, act in reversed(list(enumerate(acts))):
        if act.skill == RETURN:
            continue
        if (part.direction or part.amount) and act.skill not in MOTIONS:
            continue
        if part.relation and act.skill not in LIFTING:
            continue
        if (part.things or part.receiver) and act.object is None:
            continue
        if part.things or part.relation or part.direction or part.amount or part.receiver:
            return at
    return None


def _placed(act: Act, index: int, part: Fragment, known: _Known) -> tuple[Act, _Known]:
    """The act with another place; "next to it" is next to where it was to go."""
    anchors = list(part.anchors)
    settled = _without_anchors(known, index)
    if anchors[0].kind == IT and act.anchors:
        anchors[0] = act.anchors[0]
        settled[index, "anchor 0"] = known[index, "anchor 0"]
    relation = part.relation
    if relation in ("in", "on", "to"):
        relation = "in" if anchors[0].kind in INSIDE else "on"
    return Act("place", act.object, relation, tuple(anchors)), settled


def _without_anchors(known: _Known, index: int) -> _Known:
    return {key: entry for key, entry in known.items() if key[0] != index or key[1] == "object"}


def _at(act: ResolvedAct, slot: str) -> SeenThing | None:
    return act.object if slot == "object" else act.anchors[0]
