"""Bringing a thing back to where it was with what the policy has learnt: carriers, the table and its thirds."""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language import places
from vla_assistant.language.meaning import Refused
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.language.tasks import RETURN
from vla_assistant.language.vocabulary import load
from vla_assistant.types import PixelPoint, SeenThing

THIRD_M = 0.14
"""Beyond this from the middle the left and the right third of the table begin [m], as in the simulator's tasks."""
ROUGHLY = "I can put it back on the table, but not exactly where it was."


def as_learnt(
    acts: Sequence[ResolvedAct], seen: Sequence[SeenThing], held: SeenThing | None
) -> tuple[tuple[ResolvedAct, ...], tuple[str, ...]]:
    """The acts with what brings things back replaced by what is learnt, and what the user should know about it.

    Args:
        acts: Of a turn; the skill "return" brings its object to its only anchor, the same thing as it lay before.
        seen: What the policy sees now.
        held: What the hand holds, as it is known to the conversation.

    Raises:
        Refused: a thing cannot be brought back; `str` says why.
    """
    learnt: list[ResolvedAct] = []
    for act in acts:
        learnt += _back(act.object, act.anchors[0].point, seen, held) if _returns(act) and act.object else [act]
    roughly = any(map(_returns, acts)) and any(act.skill == "put_down" for act in learnt)
    return tuple(learnt), (ROUGHLY,) if roughly else ()


def _returns(act: ResolvedAct) -> bool:
    return act.skill == RETURN


def _back(thing: SeenThing, before: PixelPoint, seen: Sequence[SeenThing], held: SeenThing | None) -> list[ResolvedAct]:
    carrier = carrier_of(SeenThing(thing.reference, before), seen, thing)
    if carrier is not None:
        return [ResolvedAct("place", thing, "on", (carrier,))]
    if thing == held:
        return [ResolvedAct("put_down", thing)]
    if carrier_of(thing, seen, thing) is not None:
        return [ResolvedAct("pick", thing), ResolvedAct("put_down", thing)]
    side = _third(before)
    if side and side != _third(thing.point):
        return [ResolvedAct("push", thing, direction=side)]
    raise Refused(f"I cannot bring the {thing.reference} back to exactly where it was yet.")


def carrier_of(thing: SeenThing, seen: Sequence[SeenThing], itself: SeenThing) -> SeenThing | None:
    """What the thing lies in or on; `itself` is no such thing."""
    things = load().things
    for other in seen:
        holds = other.reference.name in things and thing.reference.name in things[other.reference.name].holds
        if other != itself and holds and places.inside(thing, other) > 0:
            return other
    return None


def _third(point: PixelPoint) -> str:
    across, _ = places.on_table(point)
    return "left" if across < -THIRD_M else "right" if across > THIRD_M else ""
