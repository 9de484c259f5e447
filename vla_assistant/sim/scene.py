"""What lies on the table: seeded scenes with minimum gaps, all within reach.

Lengths in metres, angles in radians, in the base frame (x towards the user, +y to the user's right).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, product

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.grasps import best_grasp_yaw
from vla_assistant.sim.scene_model import POOL, THIRD_Y
from vla_assistant.types import Reference, Step

REACH_X = (0.34, 0.62)  # m: what the tool reaches pointing straight down, with the marked place left free
REACH_Y = (-0.31, 0.31)  # m
GAP = 0.032  # m between the outlines of any two things: a finger and a third fit in between
MAX_THINGS = 8
ANY_THING = "thing"
"""Name of a reference to something by its colour alone."""
DISTRACTORS = 3
FINGER_OUTSIDE = 0.056  # m from the tool to the outer face of an open finger, with a little to spare
LANE_HALF_WIDTH = 0.040  # m: of what the hand sweeps when it pushes
PUSH_END = 0.170  # m: where the expert stops pushing, well inside the third that begins at 0.14 m
_TRIES = 400
_ATTEMPTS = 40


@dataclass(frozen=True)
class Thing:
    """One thing of the scene: canonical shape and colour, place [m] and heading [rad] before it has settled.

    `z` is the height of what it starts on: 0 on the table, more in a bowl, in the drawer or on a cube [m].
    """

    shape: str
    colour: str
    x: float
    y: float
    yaw: float = 0.0
    z: float = 0.0

    @property
    def reference(self) -> Reference:
        return Reference(self.shape, self.colour)


@dataclass(frozen=True)
class Drawer:
    """The cabinet with a drawer: its middle on the table [m], and how far the drawer is open at first (0-1)."""

    x: float
    y: float
    opening: float = 0.0


@dataclass(frozen=True)
class Look:
    """Visual differences between scenes; the default is the world as shipped.

    Attributes:
        camera_shift: Of the front camera in the base frame [m].
        camera_turn: Of the front camera, a rotation vector in its own frame (right, up, backwards) [rad].
        lamp: Brightness factor of the lamp and the ambient light.
        lamp_turn: Where the lamp shines from: turned about the vertical, and tilted, from its usual place [rad].
        table: Factor on each colour channel of the table.
        table_top: "" for a plain one, or a pattern of `table_tops.PATTERNS`.
    """

    camera_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    camera_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lamp: float = 1.0
    lamp_turn: tuple[float, float] = (0.0, 0.0)
    table: tuple[float, float, float] = (1.0, 1.0, 1.0)
    table_top: str = ""


@dataclass(frozen=True)
class Scene:
    """Everything on the table, the seed it came from and how it looks; at most one drawer stands there."""

    things: tuple[Thing, ...]
    seed: int = 0
    look: Look = field(default_factory=Look)
    drawer: Drawer | None = None

    def find(self, reference: Reference) -> int:
        """Index of the one thing that the reference names.

        Raises:
            InputError: No thing or several things fit.
        """
        fits = [i for i, thing in enumerate(self.things) if matches(thing, reference)]
        if len(fits) == 1:
            return fits[0]
        there = ", ".join(str(thing.reference) for thing in self.things) or "nothing"
        found = "no" if not fits else f"{len(fits)} times a"
        raise InputError(f"There is {found} {reference} on the table.", f"On the table: {there}.")


def matches(thing: Thing, reference: Reference) -> bool:
    """Whether the reference can mean this thing; the name "thing" means any shape."""
    return reference.name in (thing.shape, ANY_THING) and reference.colour in (None, thing.colour)


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
        placed = _placed(rng, kinds, dict(lanes), len(named))
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


def side(name: str) -> float:
    """-1 for the user's left, +1 for the user's right: the sign of y there.

    Raises:
        InputError: It is neither.
    """
    if name not in ("left", "right"):
        raise InputError(f"Things can be pushed to the left or to the right, not to {name!r}.")
    return -1.0 if name == "left" else 1.0


Kind = tuple[str, str]


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


def _placed(rng: np.random.Generator, kinds: list[Kind], lanes: dict[int, float], named: int) -> list[Thing] | None:
    """Places with gaps for all kinds, large and lane things first; None when no room was found."""
    order = sorted(range(len(kinds)), key=lambda i: (i not in lanes, -things.ALL_SHAPES[kinds[i][0]].radius))
    placed: dict[int, Thing] = {}
    for index in order:
        shape, colour = kinds[index]
        for _ in range(_TRIES):
            thing = Thing(shape, colour, *_spot(rng, index, lanes), float(rng.uniform(-math.pi, math.pi)))
            if _fits(thing, placed, lanes):
                placed[index] = thing
                break
        else:
            return None
    result = [placed[i] for i in range(len(kinds))]
    return result if all(_reachable(result, i) for i in range(named)) else None


def _spot(rng: np.random.Generator, index: int, lanes: dict[int, float]) -> tuple[float, float]:
    x = float(rng.uniform(*REACH_X))
    if index in lanes:
        return x, float(rng.uniform(-0.11, 0.11))
    return x, float(rng.uniform(*REACH_Y))


def _fits(thing: Thing, placed: dict[int, Thing], lanes: dict[int, float]) -> bool:
    radius = things.ALL_SHAPES[thing.shape].radius
    for index, other in placed.items():
        reach = things.ALL_SHAPES[other.shape].radius
        if math.hypot(thing.x - other.x, thing.y - other.y) < radius + reach + GAP:
            return False
        if index in lanes and _in_lane(thing, radius, other, reach, lanes[index]):
            return False
    return True


def _in_lane(thing: Thing, radius: float, pushed: Thing, reach: float, direction: float) -> bool:
    """Whether the thing stands where the pushed one and the hand around it will pass."""
    half = max(LANE_HALF_WIDTH, reach + 0.012)
    if abs(thing.x - pushed.x) > half + radius:
        return False
    end = direction * (PUSH_END + max(FINGER_OUTSIDE, reach) + 0.025)
    low, high = sorted((pushed.y - direction * (FINGER_OUTSIDE + 0.01), end))
    return low - radius < thing.y < high + radius


def _reachable(placed: list[Thing], index: int) -> bool:
    """Whether the open gripper fits around the thing without touching another one."""
    thing = placed[index]
    if thing.shape not in things.GRASPABLE:
        return True
    others = [(o.x, o.y, things.ALL_SHAPES[o.shape].radius) for i, o in enumerate(placed) if i != index]
    return best_grasp_yaw(thing.shape, thing.x, thing.y, thing.yaw, others)[1] >= 0.0


def third(y: float) -> str:
    """The third of the table as the user sees it: "left", "middle" or "right"."""
    if abs(y) <= THIRD_Y:
        return "middle"
    return "left" if y < 0 else "right"
