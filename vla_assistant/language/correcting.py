"""What names things or places but no act: it puts right what is planned, or goes on from what was done."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language import amending, asking
from vla_assistant.language.fragments import Fragment
from vla_assistant.language.past import Past
from vla_assistant.language.referring import with_other
from vla_assistant.language.request import IT, Description
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.language.tasks import Task
from vla_assistant.language.turn import Turn
from vla_assistant.language.wanted import Now, Wanted
from vla_assistant.types import Going, SeenThing


def plan(past: Past, now: Now) -> Task | None:
    """What is proposed or under way and may be put right."""
    return past.planned if now.phase in (Going.WAITING, Going.MOVING) else None


def manner(past: Past, now: Now) -> Wanted | Turn:
    """ "Slower": the proposal gets it as a constraint, the motion at once."""
    part, planned = now.heard.part, past.planned
    if now.phase is Going.WAITING and planned is not None and (wanted := _amended(planned, part, now)):
        return replace(wanted, kind="wait-corrected")
    if not part.manner:
        return Turn("nothing")
    return Turn("faster" if "fast" in part.manner else "slower", manner=part.manner)


def part(past: Past, now: Now) -> Wanted | Turn | None:
    """What a part comes to; None when that alone says nothing."""
    named, planned = now.heard.part, plan(past, now)
    if now.phase is Going.MOVING and named.is_direction and not (now.heard.corrects and _pushes(planned)):
        return Turn("nudge", direction=named.direction, amount=named.amount)
    if named.is_complete and not now.heard.corrects:
        if now.phase is Going.MOVING:
            past.interrupt()
            past.look(now.seen)
        if (there := placed(past, now)) is not None:
            return there
    if planned is None:
        return _after_all(past, now)
    wanted = _amended(planned, named, now)
    kind = "instead" if now.phase is Going.MOVING else "wait-corrected"
    return replace(wanted, kind=kind) if wanted is not None else None


def measured(past: Past, now: Now) -> Wanted | Turn | None:
    """ "Make it 6": how far instead, in the unit that comes nearest to what was said before."""
    task, said = plan(past, now) or past.base(), now.heard.amount
    amount = amending.measured(task, said) if task is not None and said.isdigit() else said
    return part(past, now.correcting(Fragment(amount=amount, manner=now.heard.part.manner))) if amount else None


def _pushes(planned: Task | None) -> bool:
    return planned is not None and planned.acts[-1].skill in amending.MOTIONS


def _after_all(past: Past, now: Now) -> Wanted | None:
    """Said when nothing is planned: the last acts with another thing, or the last motion by another direction."""
    named = now.heard.part
    base = past.base(with_object=bool(named.things))
    if base is None or (named.things == (Description(IT),) and not now.heard.corrects):  # "clever, that"
        return None
    if (
        len(named.things) == 1
        and named == Fragment(things=named.things, manner=named.manner)
        and not now.heard.corrects
    ):
        if _is_carrier_for(past.memory.held, named.things[0]):
            onto = Fragment(relation="on", anchors=named.things, manner=named.manner)
            request = asking.verbless(onto, spoken_of=True)
            return Wanted(request, kind=now.kind) if request is not None else None
        return with_other(past, base, named.things[0], now)
    if now.heard.corrects or (named.relation and not named.things and base.acts[-1].anchors):
        return _amended(base, named, now)
    motions = tuple(act for act in base.acts if act.skill in amending.MOTIONS)
    if motions and not named.relation and (named.direction or named.amount):
        return _amended(replace(base, acts=(_anew(motions[-1], named),)), named, now)
    return None


def _anew(motion: ResolvedAct, named: Fragment) -> ResolvedAct:
    """The motion without "a bit" where the hand is to go another way: "up a bit", "now to the left"."""
    vague = motion.skill == "move" and not motion.amount[:1].isdigit()
    return replace(motion, amount="") if vague and named.direction not in ("", motion.direction) else motion


def _is_carrier_for(held: SeenThing | None, named: Description) -> bool:
    """Whether what is named alone can only be where the thing in the hand goes: "other bowl now"."""
    return held is not None and named.kind in amending.CARRIERS and held.reference.name not in amending.CARRIERS


def _amended(task: Task, named: Fragment, now: Now) -> Wanted | None:
    """The task with the part in it."""
    wanted = amending.amended(task, named, now.seen)
    return Wanted(*wanted, first=replace(task, acts=())) if wanted is not None else None


def placed(past: Past, now: Now) -> Wanted | None:
    """What names a thing and a place, or a place alone, without a verb: the thing goes there."""
    request = asking.verbless(now.heard.part, spoken_of=bool(past.memory.last))
    return Wanted(request, kind=now.kind) if request is not None else None
