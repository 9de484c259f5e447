"""What a turn asked for, on seen things: how it is said again with something changed, carried out, and undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import places
from vla_assistant.language.memory import Memory
from vla_assistant.language.request import CARRYING, Act, Description, Request
from vla_assistant.language.resolution import ResolvedAct, Settled
from vla_assistant.language.resolving import PUSHED_M
from vla_assistant.types import PixelPoint, SeenThing

RETURN = "return"
"""Skill of an act that brings its object back to its only anchor, the same thing as it lay before."""
INSIDE = ("bowl", "cup", "drawer")
"""Things in which another rests; it rests on the others."""
OPPOSITES = {"left": "right", "right": "left", "forward": "back", "back": "forward", "up": "down", "down": "up"}
_REVERSED = {"open": "close", "close": "open"}
_AT_USER = 0.95


@dataclass(frozen=True)
class Task:
    """Acts of one turn.

    Attributes:
        acts: In the order in which they are carried out.
        manner: Of "slow", "fast", "careful".
        avoid: What must not be touched.
        origins: Of each act that was carried out: where its object was before; None without object.
        undoes: Whether it undoes another; such a task is not undone itself.
    """

    acts: tuple[ResolvedAct, ...]
    manner: frozenset[str] = frozenset()
    avoid: tuple[SeenThing, ...] = ()
    origins: tuple[PixelPoint | None, ...] = ()
    undoes: bool = False

    @property
    def object(self) -> SeenThing | None:
        """What the last act is about."""
        return next((act.object for act in reversed(self.acts) if act.object is not None), None)

    @property
    def is_bare(self) -> bool:
        """Whether it is about nothing that it could be about another of: no object, or only letting go of one."""
        return self.object is None or {act.skill for act in self.acts} <= {"put_down", "open"}

    @property
    def things(self) -> tuple[SeenThing, ...]:
        """Everything that it is about and that may lie elsewhere by now."""
        return tuple(thing for act in self.acts for thing in (act.object, *_moving_anchors(act)) if thing is not None)

    @property
    def returns(self) -> bool:
        """Whether it brings things back, among others."""
        return any(act.skill == RETURN for act in self.acts)

    def renamed(self, now: Mapping[SeenThing, SeenThing]) -> Task:
        """With things as they are seen now; where something goes back to stays where it was."""
        acts = tuple(
            replace(
                act,
                object=now.get(act.object, act.object) if act.object is not None else None,
                anchors=act.anchors if act.skill == RETURN else _now(act.anchors, now),
            )
            for act in self.acts
        )
        return replace(self, acts=acts, avoid=_now(self.avoid, now))

    def said(self) -> tuple[Request, tuple[Settled, ...]]:
        """The request for the same acts, with what settles every thing in it."""
        settled = []
        for index, act in enumerate(self.acts):
            slots = [("object", act.object)] if act.object else []
            slots += [(f"anchor {number}", anchor) for number, anchor in enumerate(act.anchors)]
            settled += [Settled(index, slot, (thing,)) for slot, thing in slots if thing]
        return Request(tuple(map(_described, self.acts)), self.manner), tuple(settled)


def _moving_anchors(act: ResolvedAct) -> tuple[SeenThing, ...]:
    return () if act.skill == RETURN else act.anchors


def _now(things: tuple[SeenThing, ...], now: Mapping[SeenThing, SeenThing]) -> tuple[SeenThing, ...]:
    return tuple(now.get(thing, thing) for thing in things)


def named(thing: SeenThing) -> Description:
    """The thing by kind and colour."""
    return Description(thing.reference.name, thing.reference.colour)


def _described(act: ResolvedAct) -> Act:
    anchors = tuple(map(named, act.anchors))
    return Act(act.skill, named(act.object) if act.object else None, act.relation, anchors, act.direction, act.amount)


def as_carried(act: ResolvedAct) -> ResolvedAct:
    """The act with "in" or "on" as its carrier has it."""
    if act.relation not in places.INSIDE or not act.anchors:
        return act
    return replace(act, relation="in" if act.anchors[0].reference.name in INSIDE else "on")


def one_by_one(acts: Sequence[ResolvedAct]) -> tuple[ResolvedAct, ...]:
    """The acts as one hand does them: of several things that are taken and then carried, each is carried at once."""
    taken = [act.object for act in acts if act.skill == "pick"]
    carried = [act.object for act in acts if act.skill in CARRYING]
    together = [act.skill for act in acts] == ["pick"] * len(taken) + [act.skill for act in acts[len(taken) :]]
    if len(taken) < 2 or taken != carried[: len(taken)] or not together:
        return tuple(acts)
    return tuple(acts[len(taken) :])


def going_back(thing: SeenThing, point: PixelPoint) -> ResolvedAct:
    """The act that brings the thing back to that point."""
    return ResolvedAct(RETURN, thing, anchors=(replace(thing, point=point),))


def undone(task: Task) -> tuple[ResolvedAct, ...] | None:
    """The acts that undo a task which was carried out, the last first; None when one of them cannot be undone."""
    acts: list[ResolvedAct] = []
    for act, origin in zip(reversed(task.acts), reversed(task.origins), strict=True):
        if act.skill == "home":
            continue
        if act.skill in _REVERSED:
            acts.append(replace(act, skill=_REVERSED[act.skill]))
        elif act.skill == "move":
            acts.append(replace(act, direction=OPPOSITES[act.direction]))
        elif act.object is not None and origin is not None:
            acts = [back for back in acts if back.object != act.object] + [going_back(act.object, origin)]
    return tuple(acts) or None


def carried_out(task: Task, memory: Memory) -> tuple[Task, Memory]:
    """The task with the origins of its objects, and what is remembered after it."""
    origins: list[PixelPoint | None] = []
    for act in task.acts:
        origins.append(_origin(act, memory))
        memory = _after(act, memory)
    return replace(task, origins=tuple(origins)), memory


def _origin(act: ResolvedAct, memory: Memory) -> PixelPoint | None:
    if act.object is None:
        return None
    return (memory.before(act.object) if act.object == memory.held else None) or act.object.point


def _after(act: ResolvedAct, memory: Memory) -> Memory:
    thing = act.object
    if thing is None:
        return memory.let_go() if act.skill == "open" else memory
    if act.skill == "pick":
        return memory.took(thing)
    memory = memory.moved(thing, landing(act, thing.point))
    return memory if act.skill == "push" else memory.let_go()


def landing(act: ResolvedAct, start: PixelPoint) -> PixelPoint:
    """Where the object of the act comes to lie, about."""
    match act.skill:
        case "place" if act.anchors:
            return places.spot(act.relation, [anchor.point for anchor in act.anchors])
        case "return":
            return act.anchors[0].point
        case "push":
            return places.shifted(start, act.direction, Act("push", amount=act.amount).metres or PUSHED_M)
        case "give":
            return replace(start, v=_AT_USER)
    return start


def spoken_of(acts: Sequence[ResolvedAct], memory: Memory) -> Memory:
    """With the things of the acts spoken of: what the last act is about is "it", several objects are "them"."""
    for act in acts:
        for anchor in _moving_anchors(act):
            memory = memory.spoke_of(anchor)
    objects = tuple(dict.fromkeys(act.object for act in acts if act.object is not None))
    together = {act.object for act in acts if act.skill == acts[-1].skill}
    if len(objects) > 1 and together >= set(objects):
        return memory.spoke_of(*objects)
    for thing in objects:
        memory = memory.spoke_of(thing)
    return memory
