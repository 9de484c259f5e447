"""A scene in which given steps can be done: what `do`, `plan` and `demo` lay on the simulated table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import sampling, things
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.suite import looks
from vla_assistant.sim.suite.drafts import DRAWER, IN_DRAWER, Draft, references
from vla_assistant.sim.suite.kinds import Kind, kind_of
from vla_assistant.sim.suite.scenes import Stock, draw_scene
from vla_assistant.types import Reference, Step

EVERYDAY = ("pick", "place", "put_down", "home")
_EVERYDAY_SIDES = ("left", "right")


def scene_for_steps(steps: Sequence[Step], seed: int) -> Scene:
    """The seeded scene: the one of `sim.sampling` where that knows all that the steps need, else as the suite lays it.

    Raises:
        InputError: The simulator has not all of the named things, or no room for them.
    """
    if all(map(_is_everyday, steps)) and not _crossed(steps):
        return sampling.scene_for_steps(steps, seed)
    rng = np.random.default_rng([seed, 21])
    try:
        draft = _draft(_coloured(steps, rng))
        return draw_scene(rng, lambda: draft, Stock(), looks.plain, seed)[1]
    except InputError as error:
        raise InputError("There is no room on the simulated table for what these steps need.") from error


def _is_everyday(step: Step) -> bool:
    known = all(reference.name != DRAWER.name for reference in references(step)) and not step.relation
    side = step.destination.name if step.destination is not None else ""
    return known and (step.skill in EVERYDAY or (step.skill == "push" and side in _EVERYDAY_SIDES))


def _draft(steps: Sequence[Step]) -> Draft:
    named = {r for step in steps for r in references(step) if r.name in things.ALL_SHAPES}
    banned = frozenset(map(kind_of, named))
    return Draft((tuple(steps),), _starts(steps), _opening(steps), banned=banned)


def _crossed(steps: Sequence[Step]) -> list[tuple[Reference | None, Reference | None]]:
    """Two things that are swapped, and where each stands: a is put down, b goes to its place, a to b's."""
    for down, there, back in zip(steps, steps[1:], steps[2:], strict=False):
        skills = (down.skill, there.skill, back.skill)
        if skills == ("put_down", "place", "place") and down.object == back.object != there.object:
            return [(back.object, there.destination), (there.object, back.destination)]
    return []


def _starts(steps: Sequence[Step]) -> dict[Kind, Kind]:
    """What does not stand on the table at first: what is swapped, and in the drawer what is first taken out of it.

    That is the first thing that is taken after it was opened and does not go into it.
    """
    crossed = {kind_of(thing): kind_of(place) for thing, place in _crossed(steps) if thing and place}
    opened = next((at for at, step in enumerate(steps) if step.skill == "open"), len(steps))
    taken = (step.object for step in steps[opened + 1 :] if step.destination != DRAWER)
    first = next((thing for thing in taken if thing is not None and thing != DRAWER), None)
    if first is None or not things.can_place(first.name, DRAWER.name):
        return crossed
    return crossed | {kind_of(first): IN_DRAWER}


def _opening(steps: Sequence[Step]) -> float | None:
    """Shut where it is opened first, else open; None when no step is about it."""
    about = [step for step in steps if DRAWER in references(step)]
    return None if not about else 0.0 if about[0].skill == "open" else 1.0


def _coloured(steps: Sequence[Step], rng: np.random.Generator) -> tuple[Step, ...]:
    """The same steps, with a colour for each thing that was named without one."""
    named = {r for step in steps for r in references(step) if r.name in things.ALL_SHAPES}
    used = {r.colour for r in named}
    free = [colour for colour in rng.permutation(list(things.EVERYDAY_COLOURS)) if colour not in used]
    bare = sorted((r for r in named if r.colour is None), key=str)
    chosen = {r: Reference(r.name, str(colour)) for r, colour in zip(bare, free, strict=False)}
    return tuple(_renamed(step, chosen) for step in steps)


def _renamed(step: Step, chosen: dict[Reference, Reference]) -> Step:
    def name(reference: Reference | None) -> Reference | None:
        return chosen.get(reference, reference) if reference is not None else None

    return replace(step, object=name(step.object), destination=name(step.destination), second=name(step.second))
