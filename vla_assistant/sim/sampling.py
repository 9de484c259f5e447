"""Seeded scenes: the things that are named, others that look like them, and places for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, product

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.placing import Kind, places_for
from vla_assistant.sim.scene import MAX_THINGS, Look, Scene, side
from vla_assistant.sim.scene_model import POOL
from vla_assistant.types import Reference, Step

DISTRACTORS = 3
_ATTEMPTS = 40


def sample_look(rng: np.random.Generator) -> Look:
    """A slightly different camera, light and table, for training that shall not lean on the exact picture."""
    shift = rng.uniform(-0.008, 0.008, 3)
    tint = rng.uniform(0.88, 1.08) * rng.uniform(0.96, 1.04, 3)
    lamp = float(rng.uniform(0.85, 1.12))
    return Look(camera_shift=(shift[0], shift[1], shift[2]), lamp=lamp, table=(tint[0], tint[1], tint[2]))


def sample_scene(
    rng: np.random.Generator,
    required: Sequence[Reference] = (),
    distractors: int = DISTRACTORS,
    lanes: Sequence[tuple[int, float]] = (),
    seed: int = 0,
) -> Scene:
    """A scene with the required things and `distractors` more that share a colour or a shape with one of them.

    Args:
        rng: The only source of randomness.
        required: Things that must be there; a missing colour is drawn, and no other thing then has that shape: the
            words "the cube" mean one.
        distractors: How many others at most; with no required thing they are drawn freely.
        lanes: (index into required, direction -1 or +1 along y): a push lane to keep free of other things.
        seed: Written into the scene, for reports.

    Raises:
        InputError: More things than the table or the pool holds, or in other colours.
    """
    _check_stock(required)
    if len(required) + distractors > MAX_THINGS:
        raise InputError(f"{len(required) + distractors} things do not fit on the table; {MAX_THINGS} do.")
    alone = frozenset(reference.name for reference in required if reference.colour is None)
    for _ in range(_ATTEMPTS):
        named = _with_colours(rng, required)
        kinds = named + _similar(rng, named, distractors, alone)
        placed = places_for(rng, kinds, dict(lanes), len(named))
        if placed is not None:
            return Scene(tuple(placed), seed)
    raise InputError("No room was found for the required things: " + ", ".join(map(str, required)) + ".")


def scene_for_steps(
    steps: Sequence[Step], seed: int, distractors: int | None = None, look: Look | None = None
) -> Scene:
    """The seeded scene in which these steps can be done: the named things and three or four look-alikes, if they fit.

    Raises:
        InputError: The simulator has not all of the named things, or no room for them.
    """
    rng = np.random.default_rng([seed, 20])
    required: list[Reference] = []
    for step in steps:
        for reference in (step.object, step.destination):
            if reference is not None and reference.name in things.SHAPES and reference not in required:
                required.append(reference)
    room = MAX_THINGS - len(required)
    count = min(room, int(rng.integers(DISTRACTORS, DISTRACTORS + 2))) if distractors is None else distractors
    scene = sample_scene(rng, required, max(0, count), _lanes(steps, required), seed)
    return Scene(scene.things, seed, look or Look())


def _lanes(steps: Sequence[Step], required: list[Reference]) -> list[tuple[int, float]]:
    lanes = []
    for step in steps:
        if step.skill == "push" and step.object in required and step.destination is not None:
            lanes.append((required.index(step.object), side(step.destination.name)))
    return lanes


def _with_colours(rng: np.random.Generator, required: Sequence[Reference]) -> list[Kind]:
    """(shape, colour) of each required thing, all different."""
    kinds: list[Kind] = [(things.shape_named(r.name).name, r.colour) for r in required if r.colour is not None]
    result: list[Kind] = []
    for reference in required:
        if reference.colour is not None:
            result.append((reference.name, reference.colour))
            continue
        free = [c for c in things.EVERYDAY_COLOURS if (reference.name, c) not in kinds]
        kind = (things.shape_named(reference.name).name, free[rng.integers(len(free))])
        kinds.append(kind)
        result.append(kind)
    return result


def _check_stock(required: Sequence[Reference]) -> None:
    """
    Raises:
        InputError: The simulator has not all of these things; the sentence names those it lacks, and what it has.
    """
    lacking = [f"no {r} (its colours are {', '.join(things.COLOURS)})" for r in required if _strange(r)]
    counts = Counter(reference.name for reference in required)
    lacking += [f"no {n} {name}s (it has {POOL[name]})" for name, n in counts.items() if n > POOL[name]]
    if len(required) > MAX_THINGS:
        lacking.append(f"no room for {len(required)} things ({MAX_THINGS} fit)")
    if lacking:
        raise InputError(f"The simulated table has {', '.join(lacking)}.")


def _strange(reference: Reference) -> bool:
    """Whether no simulated thing has this colour."""
    return reference.colour is not None and reference.colour not in things.COLOURS


def _similar(rng: np.random.Generator, named: list[Kind], count: int, alone: frozenset[str]) -> list[Kind]:
    """Up to `count` distractors, each with the shape or the colour of a named thing (or any, when nothing is named),
    none with a shape of `alone`."""
    chosen: list[Kind] = []
    while len(chosen) < count and any(_may_join(kind, named + chosen, alone) for kind in _all_similar(named)):
        kind = _one_similar(rng, named)
        if _may_join(kind, named + chosen, alone):
            chosen.append(kind)
    return chosen


def _may_join(kind: Kind, used: list[Kind], alone: frozenset[str]) -> bool:
    """Whether a distractor of this kind may lie beside the used ones."""
    shapes = [shape for shape, _ in used]
    crowded = shapes.count(kind[0]) >= POOL[kind[0]]
    bulky = kind[0] in ("bowl", "plate") and shapes.count("bowl") + shapes.count("plate") >= 3
    return kind not in used and kind[0] not in alone and not crowded and not bulky


def _all_similar(named: list[Kind]) -> Iterator[Kind]:
    """Every kind that `_one_similar` may draw."""
    if not named:
        return product(things.EVERYDAY_SHAPES, things.EVERYDAY_COLOURS)
    shapes, colours = {shape for shape, _ in named}, {colour for _, colour in named}
    return chain(product(shapes, things.EVERYDAY_COLOURS), product(things.EVERYDAY_SHAPES, colours))


def _one_similar(rng: np.random.Generator, named: list[Kind]) -> Kind:
    shapes, colours = list(things.EVERYDAY_SHAPES), list(things.EVERYDAY_COLOURS)
    if named:
        shape, colour = named[rng.integers(len(named))]
        if rng.random() < 0.5:
            return shape, colours[rng.integers(len(colours))]
        return shapes[rng.integers(len(shapes))], colour
    return shapes[rng.integers(len(shapes))], colours[rng.integers(len(colours))]
