"""Places that must stay free because a step will put something there. Metres in the base frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.sim.placing import REACH_X, REACH_Y
from vla_assistant.sim.spots import FINGER_ROOM
from vla_assistant.sim.suite.kinds import Kind, kind_of
from vla_assistant.sim.suite.zones import Disc
from vla_assistant.types import Step

SPACE = (0.036, 0.050)  # m between the outlines of a thing and what it is put beside
_ANGLES = {"in_front_of": 0.0, "right_of": math.pi / 2, "behind": math.pi, "left_of": -math.pi / 2}
"""Where each relation points, counted from the x axis towards +y [rad]."""
_SPREAD = 0.35  # rad


@dataclass(frozen=True)
class Room:
    """What is moved, in which relation ("" anywhere on the table), to which things."""

    moved: Kind
    relation: str
    anchors: tuple[Kind, ...]


def rooms_of(steps: Sequence[Step]) -> tuple[Room, ...]:
    """The rooms that these steps need."""
    rooms = []
    for step in steps:
        if step.object is None or not (step.relation or step.skill == "put_down"):
            continue
        anchors = [step.destination, step.second] if step.relation else []
        rooms.append(Room(kind_of(step.object), step.relation, tuple(kind_of(a) for a in anchors if a is not None)))
    return tuple(rooms)


def beside(rng: np.random.Generator, room: Room, anchors: Sequence[Disc | None], radius: float) -> Disc | None:
    """A random place for a thing of this radius in the room's relation; None when the anchors do not allow one."""
    if any(anchor is None for anchor in anchors):
        return None
    standing = [anchor for anchor in anchors if anchor is not None]
    if not standing:
        return Disc(float(rng.uniform(*REACH_X)), float(rng.uniform(*REACH_Y)), radius)
    if room.relation == "between":
        return _between(standing[0], standing[1], radius)
    return _at(rng, standing[0], room.relation, radius)


def opposite(rng: np.random.Generator, one: Disc, radius: float, between: float) -> tuple[float, float]:
    """A place for a second anchor of this radius that leaves room for something of the radius `between`."""
    angle = float(rng.uniform(-math.pi, math.pi))
    away = one.radius + radius + 2 * between + float(rng.uniform(2 * SPACE[0] + 0.004, 0.15))
    return one.x + away * math.cos(angle), one.y + away * math.sin(angle)


def _at(rng: np.random.Generator, anchor: Disc, relation: str, radius: float) -> Disc:
    relation = relation if relation in _ANGLES else list(_ANGLES)[int(rng.integers(len(_ANGLES)))]
    angle = _ANGLES[relation] + float(rng.uniform(-_SPREAD, _SPREAD))
    away = anchor.radius + max(radius + SPACE[0], FINGER_ROOM + 0.006) + float(rng.uniform(0.0, SPACE[1] - SPACE[0]))
    return Disc(anchor.x + away * math.cos(angle), anchor.y + away * math.sin(angle), radius)


def _between(one: Disc, other: Disc, radius: float) -> Disc | None:
    """The middle of both, unless they stand so far apart that the middle does not look like it."""
    wide = math.hypot(one.x - other.x, one.y - other.y)
    if wide > one.radius + other.radius + 2 * radius + 0.16:
        return None
    share = 0.5 + (one.radius - other.radius) / (2 * wide)
    return Disc(one.x + share * (other.x - one.x), one.y + share * (other.y - one.y), radius)
