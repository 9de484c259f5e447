"""Scenes in which something has happened before: things stand in dishes, on cubes or in the drawer from the start."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import DRAWER, IN_DRAWER, Draft, Draw
from vla_assistant.sim.suite.kinds import LIFTED, kind_of
from vla_assistant.types import Reference

_HOLDERS = ("bowl", "plate", "plate", "cube", "cube")


def in_the_middle(draw: Draw, draft: Draft) -> Draft:
    """The same steps; what is moved first stands in or on something, or two other things stand so."""
    try:
        target = _first_moved(draft)
        if target is not None and draw.chance(0.6):
            return _standing(draft, target, _holder(draw, target))
        thing = draw.moved("plate")
        return _standing(draft, thing, _holder(draw, thing))
    except InputError:  # nothing is left to draw that would hold it
        return draft


def with_something_inside(draw: Draw, draft: Draft) -> Draft:
    """The same steps; something that no step names lies in the drawer."""
    if draft.drawer is None or any(step.destination == DRAWER for step in draft.steps) or draft.starts:
        return draft
    return replace(draft, starts={kind_of(draw.moved("drawer")): IN_DRAWER})


def _first_moved(draft: Draft) -> Reference | None:
    """What the first step moves, when it stands on the table by itself and is lifted."""
    step = draft.steps[0]
    lifted = step.skill in ("pick", "place", "give") and step.object is not None
    return step.object if lifted and not draft.starts else None


def _holder(draw: Draw, thing: Reference) -> Reference:
    fitting = [name for name in _HOLDERS if things.can_place(thing.name, name)]
    return draw.thing((draw.one_of(fitting),))


def _standing(draft: Draft, thing: Reference, holder: Reference) -> Draft:
    assert thing.name in LIFTED
    if {kind_of(thing), kind_of(holder)} & draft.banned:
        return draft
    return replace(draft, starts={**draft.starts, kind_of(thing): kind_of(holder)})
