"""What estimated positions say against the success of a step: pure rules, all on the forgiving side.

Positions are off by 3-5 mm, more where a thing hides another. Metres in the base frame: x towards the user, +y to the
user's right, z up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import Reference, Step

Point = NDArray[np.floating]

LIFTED_Z = 0.050  # the middle of a marker lifted by 5 cm is 58 mm high, that of everything else higher
LYING_Z = 0.060  # the middle of a thing on the table is at most 30 mm high
STACKED_Z = 0.020  # above the middle of the cube below; 40 mm is right
SURE = 0.9
"""From this estimate of success on, a stack is refuted only by what is plainly elsewhere: of a thing that stands on
another the position is estimated worse than the success. In bowls, cups and on plates positions are good witnesses."""
ELSEWHERE_M = 0.10
REACHES = {"bowl": 0.050, "plate": 0.062, "cup": 0.025, "cube": 0.028}  # between the middles of thing and destination

# Axis, sign and border of the side that a push leads to, 15 mm before it begins.
SIDES = {"left": (1, -1, 0.125), "right": (1, 1, 0.125), "forward": (0, -1, -0.435), "back": (0, 1, 0.565)}
# Where a relation leads to as the user sees it, (x, y).
TOWARDS = {"left_of": (0, -1), "right_of": (0, 1), "in_front_of": (1, 0), "behind": (-1, 0)}
# Round their footprints [m]; what is called by its colour alone may be any of them.
RADIUS = {"cube": 0.028, "ball": 0.020, "can": 0.022, "cup": 0.028, "bowl": 0.065, "plate": 0.075, "marker": 0.055}
NEXT_TO_GAP, BESIDE_GAP = 0.080, 0.100  # between the footprints, 10 mm more than what counts
BETWEEN_OFF, BETWEEN_SHARE = 0.043, (0.25, 0.75)  # beside the line between both anchors; share of the way ...
WITHIN = 0.008  # ... and how much further, along the way and across a side [m]
MARK, MARK_HALF = (0.68, 0.0), (0.075, 0.105)  # the marked place before the user
# The cabinet stands at the far side: its handle is at x = 0.38-0.45 when shut, and 0.15 further when open.
OPEN_FROM_X, SHUT_UNTIL_X = 0.47, 0.49
INSIDE_FROM_HANDLE, INSIDE_HALF = (-0.111, 0.0), (0.090, 0.090)  # the drawer's inside
INSIDE_Z = 0.070  # what lies on top of the cabinet is higher


@dataclass(frozen=True, eq=False)
class Belief:
    """What the network makes of the pictures: success 0-1; object, destination and second anchor (3, 3) [m].

    The position of a drawer is that of its handle.
    """

    success: float
    position: NDArray[np.floating]


def positions_object(step: Step, belief: Belief) -> str:
    """What the estimated positions say against success; empty when nothing."""
    if step.object is None or step.skill == "home":
        return ""
    thing, destination, second = belief.position
    if step.skill in ("open", "close"):
        return _handle_objects(step, thing)
    if step.skill == "pick":
        return f"The {step.object} seems to be still on the table." if thing[2] < LIFTED_Z else ""
    if step.skill == "push" and step.destination is not None:
        axis, sign, border = SIDES[step.destination.name]
        return "" if sign * thing[axis] > border else f"The {step.object} does not seem to be far enough."
    if step.skill == "place" and step.destination is not None and not step.relation:
        if step.destination.name == "drawer":
            return _drawer_objects(step.object, thing, destination)
        return _placed_objects(step.object, step.destination, belief)
    if thing[2] > LYING_Z:
        return f"The {step.object} does not seem to be on the table."
    if step.skill == "give":
        return _mark_objects(step.object, thing)
    return _relation_objects(step, thing, destination, second) if step.relation else ""


def _handle_objects(step: Step, handle: Point) -> str:
    if step.skill == "open":
        return "" if handle[0] > OPEN_FROM_X else "The drawer seems to be still shut."
    return "" if handle[0] < SHUT_UNTIL_X else "The drawer seems to be still open."


def _placed_objects(name: Reference, where: Reference, belief: Belief) -> str:
    thing, destination = belief.position[:2]
    stacked = where.name == "cube"
    sure = stacked and belief.success >= SURE
    away = math.hypot(*(thing[:2] - destination[:2]))
    if away > (ELSEWHERE_M if sure else REACHES.get(where.name, 0.06)):
        return f"The {name} seems to lie {away * 100:.0f} cm beside the {where}."
    if stacked and not sure and thing[2] - destination[2] < STACKED_Z:
        return f"The {name} does not seem to be on top of the {where}."
    return ""


def _drawer_objects(name: Reference, thing: Point, handle: Point) -> str:
    away = np.abs(thing[:2] - handle[:2] - INSIDE_FROM_HANDLE)
    inside = bool((away < INSIDE_HALF).all()) and thing[2] < INSIDE_Z
    return "" if inside else f"The {name} does not seem to be in the drawer."


def _mark_objects(name: Reference, thing: Point) -> str:
    there = bool((np.abs(thing[:2] - MARK) < MARK_HALF).all())
    return "" if there else f"The {name} does not seem to lie on the marked place."


def _relation_objects(step: Step, thing: Point, anchor: Point, second: Point) -> str:
    """Whether it lies elsewhere than in the relation to its anchors."""
    assert step.object is not None
    assert step.destination is not None
    if step.relation == "between":
        return "" if _is_between(thing[:2], anchor[:2], second[:2]) else f"The {step.object} seems to lie elsewhere."
    offset = thing[:2] - anchor[:2]
    gap = math.hypot(*offset) - _radius(step.object) - _radius(step.destination)
    if gap > (NEXT_TO_GAP if step.relation == "next_to" else BESIDE_GAP):
        return f"The {step.object} seems to lie {math.hypot(*offset) * 100:.0f} cm from the {step.destination}."
    if step.relation == "next_to":
        return ""
    towards = np.array(TOWARDS[step.relation])
    along, across = float(offset @ towards), abs(float(offset[0] * towards[1] - offset[1] * towards[0]))
    aside = along + WITHIN > across
    return "" if aside else f"The {step.object} seems to lie on another side of the {step.destination}."


def _radius(reference: Reference) -> float:
    return RADIUS.get(reference.name, max(RADIUS.values()))


def _is_between(place: Point, one: Point, other: Point) -> bool:
    way = other - one
    length = max(math.hypot(*way), 1e-6)
    share, more = float((place - one) @ way) / length**2, WITHIN / length
    off = abs(float(way[0] * (place - one)[1] - way[1] * (place - one)[0])) / length
    return BETWEEN_SHARE[0] - more <= share <= BETWEEN_SHARE[1] + more and off <= BETWEEN_OFF
