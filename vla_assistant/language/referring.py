"""Turns that refer to what was done before: undo, put it back, again, a bit more, the same with the blue one."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language import amending, fragments
from vla_assistant.language.destinations import last_place
from vla_assistant.language.fitting import View, fits, kept
from vla_assistant.language.manner import manner_after
from vla_assistant.language.memory import Memory
from vla_assistant.language.past import Past
from vla_assistant.language.places import INSIDE as HOLDING
from vla_assistant.language.request import IT, Act, Description, Request
from vla_assistant.language.resolution import Question, Refusal, Resolved, Settled
from vla_assistant.language.resolving import resolve
from vla_assistant.language.returning import carrier_of
from vla_assistant.language.saying import says
from vla_assistant.language.tasks import INSIDE, RETURN, Task, named
from vla_assistant.language.turn import Turn
from vla_assistant.language.wanted import Now, Wanted
from vla_assistant.language.words import normalised
from vla_assistant.types import SeenThing

_A_BIT = "a bit"


def undone(past: Past, now: Now) -> Task | Turn:
    """The task that undoes the last one."""
    acts = past.undo()
    if acts is None:
        return Turn("unsupported", says=says("nothing_to_undo", now.language))
    return Task(acts, now.heard.part.manner, undoes=True)


def returned(past: Past, now: Now) -> Wanted | Turn:
    """The thing goes back to where it was before; what was moved last when none is named."""
    thing = now.heard.thing or Description(IT)
    moved = [other for other in now.seen if past.memory.before(other) is not None]
    request = Request((Act("put_down", thing),), now.heard.part.manner)
    memory = past.memory
    if thing.kind == IT and thing.number != 1 and not memory.group:  # of several that were moved one by one
        memory = replace(memory, group=past.away)
    found = resolve(request, moved, memory, things=now.things) if moved or memory.held else None
    if found is None or isinstance(found, Refusal):
        named = "it" if thing.kind == IT else f"the {thing}"
        return Turn("unsupported", says=says("nothing_before", now.language, thing=named))
    meant = tuple(act.object for act in found.acts if act.object) if isinstance(found, Resolved) else ()
    return Wanted(request, (Settled(0, "object", meant),) if meant else (), RETURN, memory=memory)


def pointed_at(question: Question, request: Request, now: Now, memory: Memory) -> SeenThing | None:
    """Of what is asked about, that which was spoken of last, where it is called "that cup" or "this one"."""
    act = request.acts[question.act]
    meant = act.object if question.slot == "object" else act.anchors[int(question.slot.rpartition(" ")[2])]
    if meant not in fragments.pointed_at(normalised(now.text), now.language):
        return None
    return next((thing for thing in memory.last if thing in question.candidates), None)


def joined(past: Past, now: Now, doubt: float) -> Wanted | Turn:
    """ "Put it in with the other ball": into or onto what that lies in or on, else next to it."""
    thing, other = now.heard.thing or Description(IT), now.heard.other
    memory = past.memory.spoke_of(past.memory.held) if thing.kind == IT and past.memory.held else past.memory
    view = View.of(now.seen, memory, doubt)
    meant = [now.seen[i] for i in kept(fits(other, view), doubt) if i < len(now.seen)] if other is not None else []
    carriers = {carrier for other in meant if (carrier := carrier_of(other, now.seen, other)) is not None}
    if len(meant) == 1 and not carriers and other is not None:
        request = Request((Act("place", thing, "next to", (other,)),), now.heard.part.manner)
        return Wanted(request, (Settled(0, "anchor 0", tuple(meant)),), now.kind)
    if len(carriers) != 1:
        return Turn("unsupported", says=says("nothing_with", now.language, thing=f"the {other}"))
    (carrier,) = carriers
    kind = carrier.reference.name
    anchor = Description(kind, carrier.reference.colour)
    request = Request((Act("place", thing, "in" if kind in INSIDE else "on", (anchor,)),), now.heard.part.manner)
    return Wanted(request, (Settled(0, "anchor 0", (carrier,)),), now.kind)


def there(past: Past, now: Now) -> Wanted | Turn:
    """ "Put it there too": in or on what things were put in or on last, where "it" is something else than these."""
    act, memory = last_place(past), past.memory
    thing = memory.held or next(iter(memory.last), None)
    if act is None or act.relation not in HOLDING or thing is None or thing in (act.object, *act.anchors):
        return Turn("unsupported", says=says("nothing_to_repeat", now.language))
    place = Act("place", Description(IT), act.relation, tuple(map(named, act.anchors)))
    anchors = (Settled(0, f"anchor {at}", (anchor,)) for at, anchor in enumerate(act.anchors))
    return Wanted(Request((place,), now.heard.part.manner), (Settled(0, "object", (thing,)), *anchors), now.kind)


def repeated(past: Past, base: Task | None, now: Now) -> Wanted | Turn:
    """What was done last (`base`) again: as it was, farther, the other way, or with something else."""
    heard = now.heard
    nothing = Turn("unsupported", says=says("nothing_to_repeat", now.language))
    if base is None:
        return nothing if heard.thing is None else Turn("nothing")
    if heard.kind == "same" and heard.thing is not None:
        return with_other(past, base, heard.thing, now) or Turn("nothing")
    wanted = _again(base, now)
    if wanted is None:
        return nothing
    request, settled = wanted
    kind = now.correcting(heard.part).kind if heard.kind == "opposite" else now.kind
    return Wanted(request, settled, kind, replace(base, acts=()))


def _again(base: Task, now: Now) -> amending.Amended | None:
    heard = now.heard
    part = amending.turned_round(base) if heard.kind == "opposite" else heard.part
    if part is not None and part.says_something:
        return amending.amended(base, part, now.seen)
    if heard.kind == "opposite":
        return None
    if heard.kind != "more":
        return base.said()
    amount = amending.measured(base, heard.amount) if heard.amount.isdigit() else heard.amount or _A_BIT
    return amending.farther(base, amount) if amount else None


def with_other(past: Past, base: Task, thing: Description, now: Now) -> Wanted | None:
    """The same acts with another thing; while they wait to be confirmed, "the blue one too" comes after them.

    After one was put back, another that was moved is put back too.
    """
    if past.done and past.done[-1].returns:
        back = returned(past, replace(now, heard=replace(now.heard, kind=RETURN, thing=thing)))
        if isinstance(back, Wanted):
            return back
    if base.object is None:
        return None
    memory = past.memory.spoke_of(base.object)
    waits = now.waits and not now.heard.corrects
    kind = "wait-corrected" if waits else now.kind
    request, settled = amending.with_other(base, thing, now.seen)
    request = replace(request, manner=manner_after(request.manner, now.heard.part.manner))
    return Wanted(request, settled, kind, base if waits else replace(base, acts=()), memory)
