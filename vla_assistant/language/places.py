"""Where things lie as the user sees them: geometry on points of the front picture, without depth.

The picture is taken from the user's side over the table: u grows to the user's right, v grows towards the user. Lengths
are fractions of the picture's width, after `STRETCH` has undone how flat the table is seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.types import PixelPoint, SeenThing

STRETCH = 1.3
"""The same length on the table is so much longer across than away; measured in the simulator's front picture."""
PICTURE_PER_METRE = 1.2
"""Length in the picture of one metre across the middle of the table; measured in the simulator's front picture."""
APART = 0.14
"""How far from the other a thing comes to lie that is placed next to it."""
REACHES = {"plate": 0.085, "bowl": 0.085, "cube": 0.06, "can": 0.06, "cup": 0.05}
"""How far from the middle of a carrier a thing in or on it may be seen: its rim, or the height of what lies on it."""
CLOSE_CALL = 0.035
"""Things that differ by less than about this are hard to tell apart by "left", "nearest" and the like."""
OPPOSITE = 0.12
"""From so far beyond the middle on, a thing is not "the one on the left"."""
MIDDLE = 0.33
"""Width of the middle of the picture."""
DIRECTIONS = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "far": (0.0, -1.0), "near": (0.0, 1.0)}
"""Sides as directions (across, towards the user)."""
TOWARDS = {"left of": "left", "right of": "right", "in front of": "near", "behind": "far"}
MOTIONS = {"left": "left", "right": "right", "forward": "far", "back": "near"}
INSIDE = ("in", "on")
BESIDE = ("near", "next to")
_WIDEST = math.radians(70)
_STRAIGHT = math.radians(40)


def gap(first: PixelPoint, second: PixelPoint) -> float:
    """Distance of two points."""
    return math.hypot(first.u - second.u, (first.v - second.v) * STRETCH)


def towards(side: str, first: PixelPoint, second: PixelPoint) -> float:
    """How much farther to that side the first lies than the second."""
    across, near = DIRECTIONS[side]
    return (first.u - second.u) * across + (first.v - second.v) * STRETCH * near


def lies(relation: str, thing: SeenThing, anchors: Sequence[SeenThing]) -> float:
    """How well the relation describes where the thing lies, 0-1; for "near" only in comparison with other things."""
    if any(thing is anchor for anchor in anchors) or not anchors:
        return 0.0
    if relation in INSIDE:
        return inside(thing, anchors[0])
    if relation in TOWARDS:
        return _directed(TOWARDS[relation], thing.point, anchors[0].point)
    if relation in BESIDE:
        return min(1.0, CLOSE_CALL / max(gap(thing.point, anchors[0].point), 1e-6)) ** 2
    return _between(thing.point, anchors[0].point, anchors[1].point) if len(anchors) == 2 else 0.0


def inside(thing: SeenThing, carrier: SeenThing) -> float:
    """1 when the thing is seen in or on the carrier, else 0: else two things are not at almost the same point."""
    reach = REACHES.get(carrier.reference.name, 0.0)
    bigger = reach >= REACHES.get(thing.reference.name, 0.0)
    higher = thing.point.v <= carrier.point.v + 1e-6 or reach > REACHES["cube"]
    return float(thing is not carrier and bigger and higher and gap(thing.point, carrier.point) < reach)


def _directed(side: str, point: PixelPoint, anchor: PixelPoint) -> float:
    along, away = towards(side, point, anchor), gap(point, anchor)
    if along <= 0:
        return 0.0
    off = math.acos(min(1.0, along / away))
    return max(0.0, min(1.0, (_WIDEST - off) / (_WIDEST - _STRAIGHT)))


def _between(point: PixelPoint, first: PixelPoint, second: PixelPoint) -> float:
    """1 on the line from the first to the second, falling to 0 at half their distance from it and at its ends."""
    length = gap(first, second)
    if length < CLOSE_CALL:
        return 0.0
    du, dv = (second.u - first.u) / length, (second.v - first.v) * STRETCH / length
    pu, pv = point.u - first.u, (point.v - first.v) * STRETCH
    along, off = (pu * du + pv * dv) / length, abs(pu * dv - pv * du) / length
    return 0.0 if not 0.05 < along < 0.95 else max(0.0, min(1.0, 2.0 - 4.0 * off))


def standing_out(things: Sequence[SeenThing], side: str, rank: int = 1) -> list[float]:
    """How well each is "the left one" (or the second from the left, ...): 1 for the best, less in a close call."""
    if len(things) < rank:
        return [0.0] * len(things)
    if side == "middle":
        return _in_the_middle(things)
    ordered = ranked(things, side)
    aim = ordered[rank - 1].point
    off = [abs(towards(side, thing.point, aim)) for thing in things]
    return [2.0 ** (-distance / CLOSE_CALL) for distance in off]


def opposite(side: str, thing: SeenThing, margin: float = OPPOSITE) -> bool:
    """Whether the thing clearly lies on the other half of the picture; never for "near", "far"."""
    if side == "middle":
        return abs(thing.point.u - 0.5) > MIDDLE / 2 + margin
    return side in ("left", "right") and (thing.point.u - 0.5) * DIRECTIONS[side][0] < -margin


def ranked(things: Sequence[SeenThing], side: str) -> list[SeenThing]:
    """The things, the farthest to that side first."""
    across, near = DIRECTIONS[side]
    return sorted(things, key=lambda thing: -(thing.point.u * across + thing.point.v * STRETCH * near))


def _in_the_middle(things: Sequence[SeenThing]) -> list[float]:
    """The one with as many on its left as on its right, where there is one; else the nearest to the middle of them."""
    ordered = ranked(things, "left")
    if len(things) % 2 and len(things) > 1:
        aim = ordered[len(things) // 2].point.u
    else:
        aim = 0.5 if len(things) < 3 else (ordered[0].point.u + ordered[-1].point.u) / 2
    off = [abs(thing.point.u - aim) for thing in things]
    return [2.0 ** (-(distance - min(off)) / CLOSE_CALL) for distance in off]


def compared(weights: Sequence[float]) -> list[float]:
    """Weights as shares of the greatest: of several things near the plate, the nearest is meant."""
    best = max(weights, default=0.0)
    return [weight / best for weight in weights] if best > 0 else list(weights)


def spot(relation: str, anchors: Sequence[PixelPoint]) -> PixelPoint:
    """Where a thing comes to lie that is placed so."""
    anchor = anchors[0]
    if relation == "between" and len(anchors) == 2:
        return replace(anchor, u=(anchor.u + anchors[1].u) / 2, v=(anchor.v + anchors[1].v) / 2)
    if relation in INSIDE:
        return anchor
    return _clipped(anchor, TOWARDS.get(relation, "right" if anchor.u < 0.5 else "left"), APART)


def shifted(point: PixelPoint, direction: str, metres: float) -> PixelPoint:
    """Where a thing comes to lie that is pushed so; up and down change nothing on the table."""
    side = MOTIONS.get(direction)
    return _clipped(point, side, metres * PICTURE_PER_METRE) if side else point


def _clipped(point: PixelPoint, side: str, length: float) -> PixelPoint:
    across, near = DIRECTIONS[side]
    u, v = point.u + across * length, point.v + near * length / STRETCH
    return replace(point, u=min(1.0, max(0.0, u)), v=min(1.0, max(0.0, v)))
