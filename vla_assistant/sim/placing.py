"""Where things lie on the table: with gaps, within reach of the hand, and clear of what is to be pushed.

Lengths in metres, angles in radians, in the base frame.
"""

from __future__ import annotations

import math

import numpy as np

from vla_assistant.sim import things
from vla_assistant.sim.grasps import best_grasp_yaw
from vla_assistant.sim.scene import Thing

REACH_X = (0.34, 0.62)  # m: what the tool reaches pointing straight down, with the marked place left free
REACH_Y = (-0.31, 0.31)  # m
GAP = 0.032  # m between the outlines of any two things: a finger and a third fit in between
FINGER_OUTSIDE = 0.056  # m from the tool to the outer face of an open finger, with a little to spare
LANE_HALF_WIDTH = 0.040  # m: of what the hand sweeps when it pushes
PUSH_END = 0.170  # m: where the expert stops pushing, well inside the third that begins at 0.14 m
_TRIES = 400

Kind = tuple[str, str]
"""Shape and colour of a thing."""


def places_for(rng: np.random.Generator, kinds: list[Kind], lanes: dict[int, float], named: int) -> list[Thing] | None:
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
