"""From a draft to a scene: distractors, places, look; and how things are named there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.scene import ANY_THING, Look, Scene
from vla_assistant.sim.suite import looks
from vla_assistant.sim.suite.distractors import with_distractors
from vla_assistant.sim.suite.drafts import Draft
from vla_assistant.sim.suite.kinds import TRAINED_PAIRS, Kind, kind_of
from vla_assistant.sim.suite.laying import lay_out
from vla_assistant.types import Reference, Step

IDLE_DRAWERS = 0.15
"""Share of the scenes in which a drawer stands that the task does not need."""
_ATTEMPTS = 6
_DRAFTS = 60

Commands = tuple[tuple[Step, ...], ...]


@dataclass(frozen=True)
class Stock:
    """What a scene may hold.

    Attributes:
        pairs: Kinds that distractors may have.
        least: Number of things, at least (when the task allows).
        most: Number of things, at most.
        keep: Whether there must be at least `least` things; else fewer do where there is no room.
    """

    pairs: Sequence[Kind] = TRAINED_PAIRS
    least: int = 4
    most: int = 8
    keep: bool = False


def draw_scene(
    rng: np.random.Generator,
    draft: Callable[[], Draft],
    stock: Stock,
    look: Callable[[np.random.Generator], Look],
    seed: int,
) -> tuple[Draft, Scene]:
    """Draw drafts until one has room on the table, and its scene.

    Raises:
        InputError: None had room; a task whose things never fit.
    """
    for _ in range(_DRAFTS):
        wanted = draft()
        things_laid = _laid(rng, wanted, stock)
        if things_laid is not None:
            return wanted, replace(things_laid, seed=seed, look=_look(rng, things_laid, look))
    raise InputError(f"No scene was found with room for {stock.least} or more things.")


def _look(rng: np.random.Generator, scene: Scene, look: Callable[[np.random.Generator], Look]) -> Look:
    """A look in which nothing is out of the front picture; the plain one when none was found."""
    for _ in range(_DRAFTS):
        drawn = look(rng)
        if looks.shows_all(drawn, scene):
            return drawn
    return Look()


def _laid(rng: np.random.Generator, draft: Draft, stock: Stock) -> Scene | None:
    """As many things as were drawn, or fewer where there is no room."""
    wanted = int(rng.integers(stock.least, stock.most + 1))
    drawer = draft.drawer
    if drawer is None and rng.random() < IDLE_DRAWERS:
        drawer = 0.0 if rng.random() < 0.7 else float(rng.uniform(0.3, 1.0))
    least = stock.least if stock.keep else max(4, len(draft.required))
    for total in range(max(wanted, least), least - 1, -1):
        for _ in range(_ATTEMPTS):
            kinds = with_distractors(rng, draft, total - len(draft.required), stock.pairs)
            laid = lay_out(rng, draft, kinds, drawer)
            if laid is not None and len(kinds) >= least:
                return Scene(laid[0], drawer=laid[1])
    return None


def called_things(draft: Draft) -> Mapping[Kind, Reference]:
    """Shapes that have no noun are named by their colour alone."""
    return {k: Reference(ANY_THING, k[1]) for k in draft.named if k[0] in things.HELD_OUT}


def called_by_shape(draft: Draft, scene: Scene) -> Mapping[Kind, Reference]:
    """Things that are alone of their shape may be named without their colour."""
    shapes = [thing.shape for thing in scene.things]
    return {k: Reference(k[0]) for k in draft.named if shapes.count(k[0]) == 1}


def renamed(commands: Commands, names: Mapping[Kind, Reference]) -> Commands:
    """The same commands with some things named otherwise."""
    return tuple(tuple(_renamed(step, names) for step in command) for command in commands)


def _renamed(step: Step, names: Mapping[Kind, Reference]) -> Step:
    def name(reference: Reference | None) -> Reference | None:
        if reference is None or reference.colour is None:
            return reference
        return names.get(kind_of(reference), reference)

    return replace(step, object=name(step.object), destination=name(step.destination), second=name(step.second))
