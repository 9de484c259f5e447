"""What training may draw: tasks, sequences and series, without anything that the tests keep for themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.suite import looks, seeds
from vla_assistant.sim.suite.combinations import contains_unseen
from vla_assistant.sim.suite.drafts import DRAWER, Draft, Draw
from vla_assistant.sim.suite.kinds import DISHES
from vla_assistant.sim.suite.middle import in_the_middle, with_something_inside
from vla_assistant.sim.suite.scenes import Commands, Stock, called_by_shape, draw_scene, renamed
from vla_assistant.sim.suite.series import draw_series
from vla_assistant.sim.suite.tasks import TABLE, TASKS, one
from vla_assistant.types import RELATIONS, Step

CHANGED_LOOKS = 0.7
MIDDLE = 0.15
"""Share of the assignments that begin with something standing in or on something."""
SOMETHING_INSIDE = 0.25
"""Share of the assignments with a drawer in which something lies that is not asked for."""
WITHOUT_COLOUR = 0.06
"""Share of the assignments in which a thing that is alone of its shape is named without its colour."""


@dataclass(frozen=True)
class Assigned:
    """One of training's: its kind, its commands and the scene."""

    kind: str
    commands: Commands
    scene: Scene


def _pick_then(place: Callable[[Draw], Draft]) -> Callable[[Draw], Draft]:
    """Pick something up, and carry out the single step with the thing in the hand."""

    def draft(draw: Draw) -> Draft:
        drawn = place(draw)
        (step,) = drawn.steps
        return replace(drawn, commands=((Step("pick", step.object), step),))

    return draft


def _place_somewhere(draw: Draw) -> Draft:
    return TASKS[draw.one_of(("place_in", "place_in", "place_on"))].draft(draw)


def _beside_something(draw: Draw) -> Draft:
    return TASKS[draw.one_of(RELATIONS)].draft(draw)


def _pick_home(draw: Draw) -> Draft:
    return one(Step("pick", draw.moved()), Step("home"))


def _put_down_unnamed(draw: Draw) -> Draft:
    """As `put_down`, but half of the times whatever is in the hand is meant."""
    thing = draw.moved()
    return one(Step("pick", thing), Step("put_down", None if draw.chance(0.5) else thing, TABLE))


def _stack_away(draw: Draw) -> Draft:
    """Take the upper one of two things that stand on each other, or out of a dish, and put it elsewhere."""
    thing = draw.moved("plate")
    holder = draw.thing([name for name in (*DISHES, "cube", "cube") if things.can_place(thing.name, name)])
    other = draw.thing([name for name in (*DISHES, "cube") if things.can_place(thing.name, name)])
    return Draft(
        ((Step("place", thing, other),),), starts={(thing.name, str(thing.colour)): (holder.name, str(holder.colour))}
    )


def _drawer_round(draw: Draw) -> Draft:
    """Open and close, or close and open, one after the other."""
    open_first = draw.chance(0.5)
    steps = (
        (Step("open", DRAWER), Step("close", DRAWER)) if open_first else (Step("close", DRAWER), Step("open", DRAWER))
    )
    return Draft((steps,), drawer=0.0 if open_first else 1.0)


def _series(draw: Draw) -> Draft:
    while contains_unseen((draft := draw_series(draw, 3 if draw.chance(0.5) else 2, loose=4)).steps):
        continue
    return draft


_SEQUENCES: dict[str, tuple[Callable[[Draw], Draft], float]] = {
    "pick_place": (_pick_then(_place_somewhere), 0.06),
    "pick_stack": (_pick_then(TASKS["stack"].draft), 0.05),
    "pick_beside": (_pick_then(_beside_something), 0.05),
    "pick_give": (_pick_then(TASKS["give"].draft), 0.015),
    "pick_put_in_drawer": (_pick_then(TASKS["put_in_drawer"].draft), 0.015),
    "pick_home": (_pick_home, 0.01),
    "unload": (_stack_away, 0.03),
    "drawer_round": (_drawer_round, 0.01),
    "series": (_series, 0.12),
}
_DRAFTS = {name: task.draft for name, task in TASKS.items()} | {name: pair[0] for name, pair in _SEQUENCES.items()}
_DRAFTS["put_down"] = _put_down_unnamed
SHARES = {name: task.share for name, task in TASKS.items()} | {name: pair[1] for name, pair in _SEQUENCES.items()}
"""Kinds of assignments and their shares, before they are made to add up to 1."""


def draw_training(seed: int, kinds: tuple[str, ...] = (), *, plain: bool = False) -> Assigned:
    """The assignment of this seed, of one of these kinds (default: all, in their shares).

    `plain`: the world as shipped, without other cameras, lamps and tables.

    Raises:
        InputError: The seed belongs to a test, or there is no such kind.
    """
    seeds.require_training(seed)
    strange = [name for name in kinds if name not in SHARES]
    if strange:
        raise InputError(f"There is no kind of assignment {strange[0]!r}.", f"Known kinds: {', '.join(SHARES)}.")
    rng = np.random.default_rng([seed, 7])
    names = kinds or tuple(SHARES)
    shares = np.array([SHARES[name] for name in names])
    kind = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    look = looks.trained if rng.random() < CHANGED_LOOKS and not plain else looks.plain
    draft, scene = draw_scene(rng, lambda: _drafted(rng, kind), Stock(), look, seed)
    names_there = called_by_shape(draft, scene) if rng.random() < WITHOUT_COLOUR else {}
    return Assigned(kind, renamed(draft.commands, names_there), scene)


def _drafted(rng: np.random.Generator, kind: str) -> Draft:
    draw = Draw(rng)
    draft = _DRAFTS[kind](draw)
    if draft.drawer is not None and draw.chance(SOMETHING_INSIDE):
        draft = with_something_inside(draw, draft)
    return in_the_middle(draw, draft) if kind != "series" and draw.chance(MIDDLE) else draft
