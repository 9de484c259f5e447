"""Where things lie as the user sees them: geometry on points of the front picture, without depth.

The front camera looks from the user's side over the table: u grows to the user's right, v grows towards the user. What
lies flat on a table has one place for each point of the picture, so points become places on the table; they are exact
for the simulator's camera (within the height of the things) and about right for one that looks down as it does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.types import PixelPoint, SeenThing

HORIZON_V = -0.745
"""Height in the picture at which lines that lead away from the user would meet."""
ACROSS_M, DEPTH_M, CAMERA_M = 1.1061, 1.8962, 1.9336
"""Scales of the mapping across and away [m], and the place towards the user above which the camera is [m].

Source: least squares on the simulator's projection of 64 points at the height of 2 cm; largest error 0.1 mm.
"""
APART_M = 0.12
"""How far from the other a thing comes to lie that is placed next to it [m]."""
REACHES_M = {"plate": 0.080, "bowl": 0.080, "cube": 0.058, "can": 0.062, "cup": 0.050}
"""How far from the middle of a carrier what lies in or on it may seem to be: for its rim and for its height [m]."""
DRAWER_M = (0.08, 0.19)
"""Half the width of the drawer, and how far behind its handle it ends [m]."""
CLOSE_CALL_M = 0.03
"""Things that differ by less than about this are hard to tell apart by "left", "nearest" and the like [m]."""
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


def on_table(point: PixelPoint) -> tuple[float, float]:
    """The place on the table that is seen there: (to the user's right, towards the user) [m]."""
    depth = max(point.v - HORIZON_V, 1e-6)
    return ACROSS_M * (point.u - 0.5) / depth, CAMERA_M - DEPTH_M / depth


def in_picture(across: float, near: float, like: PixelPoint) -> PixelPoint:
    """The point of the picture at which that place of the table [m] is seen, or the nearest one within the picture."""
    depth = DEPTH_M / max(CAMERA_M - near, 1e-6)
    u, v = 0.5 + across * depth / ACROSS_M, depth + HORIZON_V
    return replace(like, u=min(1.0, max(0.0, u)), v=min(1.0, max(0.0, v)))


def gap(first: PixelPoint, second: PixelPoint) -> float:
    """Distance of two points on the table [m]."""
    return math.dist(on_table(first), on_table(second))


def towards(side: str, first: PixelPoint, second: PixelPoint) -> float:
    """How much farther to that side the first lies than the second [m]."""
    return _along(side, first) - _along(side, second)


def _along(side: str, point: PixelPoint) -> float:
    across, near = on_table(point)
    return across * DIRECTIONS[side][0] + near * DIRECTIONS[side][1]


def lies(relation: str, thing: SeenThing, anchors: Sequence[SeenThing]) -> float:
    """How well the relation describes where the thing lies, 0-1; for "near" only in comparison with other things."""
    if any(thing is anchor for anchor in anchors) or not anchors:
        return 0.0
    if relation in INSIDE:
        return inside(thing, anchors[0])
    if relation in TOWARDS:
        return _directed(TOWARDS[relation], thing.point, anchors[0].point)
    if relation in BESIDE:
        return min(1.0, CLOSE_CALL_M / max(gap(thing.point, anchors[0].point), 1e-6)) ** 2
    return _between(thing.point, anchors[0].point, anchors[1].point) if len(anchors) == 2 else 0.0


def inside(thing: SeenThing, carrier: SeenThing) -> float:
    """1 when the thing is seen in or on the carrier, else 0: else two things are not at almost the same point."""
    reach = REACHES_M.get(carrier.reference.name, 0.0)
    bigger = reach >= REACHES_M.get(thing.reference.name, 0.0)
    higher = thing.point.v <= carrier.point.v + 1e-6 or reach > REACHES_M["cube"]
    return float(thing is not carrier and bigger and higher and gap(thing.point, carrier.point) < reach)


def in_drawer(point: PixelPoint, handle: PixelPoint) -> bool:
    """Whether that lies in the open drawer whose handle is seen there; behind the handle of a shut one stands the
    cabinet."""
    (across, near), (handle_across, handle_near) = on_table(point), on_table(handle)
    return abs(across - handle_across) < DRAWER_M[0] and 0.0 < handle_near - near < DRAWER_M[1]


def _directed(side: str, point: PixelPoint, anchor: PixelPoint) -> float:
    along, away = towards(side, point, anchor), gap(point, anchor)
    if along <= 0:
        return 0.0
    off = math.acos(min(1.0, along / away))
    return max(0.0, min(1.0, (_WIDEST - off) / (_WIDEST - _STRAIGHT)))


def _between(point: PixelPoint, first: PixelPoint, second: PixelPoint) -> float:
    """1 on the line from the first to the second, falling to 0 at half their distance from it and at its ends."""
    length = gap(first, second)
    if length < CLOSE_CALL_M:
        return 0.0
    (a, n), (a1, n1), (a2, n2) = on_table(point), on_table(first), on_table(second)
    da, dn = (a2 - a1) / length, (n2 - n1) / length
    along, off = ((a - a1) * da + (n - n1) * dn) / length, abs((a - a1) * dn - (n - n1) * da) / length
    return 0.0 if not 0.05 < along < 0.95 else max(0.0, min(1.0, 2.0 - 4.0 * off))


def standing_out(things: Sequence[SeenThing], side: str, rank: int = 1) -> list[float]:
    """How well each is "the left one" (or the second from the left, ...): 1 for the best, less in a close call."""
    if len(things) < rank:
        return [0.0] * len(things)
    if side == "middle":
        return _in_the_middle(things)
    aim = _along(side, ranked(things, side)[rank - 1].point)
    return [2.0 ** (-abs(_along(side, thing.point) - aim) / CLOSE_CALL_M) for thing in things]


def opposite(side: str, thing: SeenThing, margin: float = OPPOSITE) -> bool:
    """Whether the thing clearly lies on the other half of the picture; never for "near", "far"."""
    if side == "middle":
        return abs(thing.point.u - 0.5) > MIDDLE / 2 + margin
    return side in ("left", "right") and (thing.point.u - 0.5) * DIRECTIONS[side][0] < -margin


def ranked(things: Sequence[SeenThing], side: str) -> list[SeenThing]:
    """The things, the farthest to that side first."""
    return sorted(things, key=lambda thing: -_along(side, thing.point))


def _in_the_middle(things: Sequence[SeenThing]) -> list[float]:
    """The one with as many on its left as on its right, where there is one; else the nearest to the middle of them."""
    row = [_along("right", thing.point) for thing in ranked(things, "left")]
    between = (row[0] + row[-1]) / 2 if len(row) > 2 else 0.0
    aim = row[len(row) // 2] if len(row) % 2 and len(row) > 1 else between
    off = [abs(_along("right", thing.point) - aim) for thing in things]
    return [2.0 ** (-(distance - min(off)) / CLOSE_CALL_M) for distance in off]


def compared(weights: Sequence[float]) -> list[float]:
    """Weights as shares of the greatest: of several things near the plate, the nearest is meant."""
    best = max(weights, default=0.0)
    return [weight / best for weight in weights] if best > 0 else list(weights)


def spot(relation: str, anchors: Sequence[PixelPoint]) -> PixelPoint:
    """Where a thing comes to lie that is placed so."""
    anchor = anchors[0]
    if relation == "between" and len(anchors) == 2:
        (a1, n1), (a2, n2) = on_table(anchor), on_table(anchors[1])
        return in_picture((a1 + a2) / 2, (n1 + n2) / 2, anchor)
    if relation in INSIDE:
        return anchor
    return _moved(anchor, TOWARDS.get(relation, "right" if anchor.u < 0.5 else "left"), APART_M)


def shifted(point: PixelPoint, direction: str, metres: float) -> PixelPoint:
    """Where a thing comes to lie that is pushed so; up and down change nothing on the table."""
    side = MOTIONS.get(direction)
    return _moved(point, side, metres) if side else point


def _moved(point: PixelPoint, side: str, metres: float) -> PixelPoint:
    across, near = on_table(point)
    return in_picture(across + DIRECTIONS[side][0] * metres, near + DIRECTIONS[side][1] * metres, point)
