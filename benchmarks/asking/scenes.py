"""Scenes with alike things, and what can be said about them clearly and ambiguously, judged in metres on the table.

Nothing here knows how the program compares points of a picture: what is left, near or behind is decided on the
simulator's positions with margins within which every onlooker would agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from vla_assistant.sim import things
from vla_assistant.sim.sampling import sample_scene
from vla_assistant.sim.scene import Scene, Thing
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import PixelPoint, Reference, SeenThing

NOISE = 0.006  # standard deviation of a detected point, share of the picture; the detector's own is about 0.008
OBVIOUS_M = 0.05  # an onlooker sees at once which of two things is farther to one side
UNSEEN_M = 0.006  # nobody does
SURELY, HARDLY = math.radians(35), math.radians(75)  # off the direction: surely so, hardly so any more
NEARER, AS_NEAR = 1.6, 1.12  # ratio of distances: clearly nearer, about as near
DIRECTIONS = {"left of": (0, -1), "right of": (0, 1), "in front of": (1, 0), "behind": (-1, 0)}  # along (x, y)
SIDES = {"left": (0, -1), "right": (0, 1), "near": (1, 0), "far": (-1, 0)}


@dataclass(frozen=True)
class Said:
    """Words for a thing, as a pattern to fill, and which things of the scene it may mean.

    Attributes:
        family: What it goes by, for the report.
        kind: Noun, or "one" for "the red one".
        colour: Or "".
        side, rank: "left" and 2 for the second from the left; or "".
        relation, anchor: To the index of another thing; or "".
        means: Indices of the things; one when it is clear.
    """

    family: str
    kind: str
    means: tuple[int, ...]
    colour: str = ""
    side: str = ""
    rank: int = 1
    relation: str = ""
    anchor: int = -1


def alike_scene(seed: int, same_colour: bool = True) -> Scene:
    """Two or three things of one kind among others; some of them of one colour where that is allowed."""
    rng = np.random.default_rng([seed, 31])
    shapes = list(things.EVERYDAY_SHAPES)
    kind = shapes[rng.integers(len(shapes))]
    colours = [str(colour) for colour in rng.permutation(list(things.EVERYDAY_COLOURS))]
    count = int(rng.integers(2, 4))
    required = [Reference(kind, colour) for colour in colours[:count]]
    scene = sample_scene(rng, required, int(rng.integers(3, 5)), seed=seed)
    same = int(rng.integers(0, count + 1)) if same_colour else 0
    return replace(scene, things=tuple(
        replace(thing, colour=colours[0]) if i < same else thing for i, thing in enumerate(scene.things)
    ))  # fmt: skip


def as_seen(scene: Scene, world: SimWorld) -> tuple[SeenThing, ...]:
    """The things as a detector reports them: points of the front picture with a little noise."""
    rng = np.random.default_rng([scene.seed, 32])
    middles = np.array([[thing.x, thing.y, things.SHAPES[thing.shape].height / 2] for thing in scene.things])
    points = world.project("front", middles)[:, :2] + rng.normal(0.0, NOISE, (len(middles), 2))
    sure = rng.uniform(0.85, 1.0, len(middles))
    return tuple(
        SeenThing(thing.reference, PixelPoint("front", float(u), float(v), float(confidence)))
        for thing, (u, v), confidence in zip(scene.things, points, sure, strict=True)
    )


def sayings(scene: Scene) -> Iterator[Said]:
    """Everything that can be said about the things of which it is certain whether it is clear or ambiguous."""
    placed = scene.things
    for kind, colour in sorted(
        {(t.shape, c) for t in placed for c in (t.colour, "")} | {("one", t.colour) for t in placed}
    ):
        fits = [i for i, t in enumerate(placed) if kind in ("one", t.shape) and colour in ("", t.colour)]
        base = Said("words", kind, tuple(fits), colour)
        yield base
        if len(fits) > 1 and kind != "one":
            yield from _by_side(base, placed)
            yield from _by_relation(base, placed)


def unique(scene: Scene, index: int) -> bool:
    """Whether no other thing has its kind and colour."""
    return sum(t.reference == scene.things[index].reference for t in scene.things) == 1


def standing_out(scene: Scene, target: int, others: Sequence[int]) -> list[str]:
    """The sides on which everyone sees the target beyond the others."""
    placed = scene.things
    return [
        side
        for side in SIDES
        if all(_along(placed[target], side) - _along(placed[i], side) >= OBVIOUS_M for i in others)
    ]


def landmarks(scene: Scene, target: int, others: Sequence[int]) -> list[int]:
    """Things that are clearly nearer to the target than to the others."""
    return [
        i
        for i, mark in enumerate(scene.things)
        if i not in (target, *others)
        and all(_away(scene.things[other], mark) >= NEARER * _away(scene.things[target], mark) for other in others)
    ]


def _by_side(base: Said, placed: Sequence[Thing]) -> Iterator[Said]:
    for side in SIDES:
        order = sorted(base.means, key=lambda i: -_along(placed[i], side))
        steps = [_along(placed[a], side) - _along(placed[b], side) for a, b in pairwise(order)]
        if steps[0] >= OBVIOUS_M:
            yield replace(base, family="side", side=side, means=(order[0],))
        elif steps[0] <= UNSEEN_M:
            yield replace(base, family="side", side=side, means=tuple(order[:2]))
        if side in ("left", "right") and len(order) > 2 and min(steps) >= OBVIOUS_M:
            yield replace(base, family="rank", side=side, rank=2, means=(order[1],))


def _by_relation(base: Said, placed: Sequence[Thing]) -> Iterator[Said]:
    for anchor, mark in enumerate(placed):
        if anchor in base.means or sum(t.reference == mark.reference for t in placed) > 1:
            continue
        for relation, direction in DIRECTIONS.items():
            off = {i: _angle(placed[i], mark, direction) for i in base.means}
            surely, perhaps = _below(off, SURELY), _below(off, HARDLY)
            if surely and (len(surely) > 1 or surely == perhaps):
                yield replace(base, family="relation", relation=relation, anchor=anchor, means=surely)
        away = sorted((_away(placed[i], mark), i) for i in base.means)
        ratio = away[1][0] / away[0][0]
        if ratio >= NEARER or ratio <= AS_NEAR:
            means = (away[0][1],) if ratio >= NEARER else (away[0][1], away[1][1])
            yield replace(base, family="neighbour", relation="near", anchor=anchor, means=means)


def _away(thing: Thing, mark: Thing) -> float:
    return math.hypot(thing.x - mark.x, thing.y - mark.y)


def _along(thing: Thing, side: str) -> float:
    x, y = SIDES[side]
    return thing.x * x + thing.y * y


def _angle(thing: Thing, mark: Thing, direction: tuple[int, int]) -> float:
    dx, dy = thing.x - mark.x, thing.y - mark.y
    return math.acos(max(-1.0, min(1.0, (dx * direction[0] + dy * direction[1]) / math.hypot(dx, dy))))


def _below(off: dict[int, float], limit: float) -> tuple[int, ...]:
    return tuple(i for i, angle in off.items() if angle < limit)
