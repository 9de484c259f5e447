"""Where everything lies at first, so that what is asked for can be done.

There is room for the open fingers around each thing, beside what others are to be put next to, on the way of what is
pushed, before the drawer, and on the marked place. Metres and radians in the base frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vla_assistant.sim import drawer_model, things
from vla_assistant.sim.grasps import best_grasp_yaw
from vla_assistant.sim.placing import GAP, REACH_X, REACH_Y
from vla_assistant.sim.scene import Drawer, Thing
from vla_assistant.sim.spots import FINGER_ROOM
from vla_assistant.sim.suite.drafts import IN_DRAWER, Draft
from vla_assistant.sim.suite.kinds import Kind, kind_of
from vla_assistant.sim.suite.rooms import Room, beside, opposite, rooms_of
from vla_assistant.sim.suite.zones import PUSH_STARTS, Box, Disc, along_x, drawer_box, lane, mark_box

DRAWER_X, DRAWER_Y = (0.27, 0.34), 0.21  # m: where the middle of the cabinet may stand
APART = 0.10  # m between the outlines of a thing and what it is to be put next to
_LOOSE = {"plate": 0.010, "bowl": 0.003}  # m: off the middle; a bowl's walls leave the fingers little room
_TRIES = 200

Laid = tuple[tuple[Thing, ...], Drawer | None]


def lay_out(rng: np.random.Generator, draft: Draft, kinds: Sequence[Kind], drawer: float | None) -> Laid | None:
    """Places for all kinds and for the drawer, when one is wanted at this opening; None when no room was found."""
    layout = _Layout(rng, draft, kinds, drawer)
    return layout.result() if layout.found() else None


class _Layout:
    """One attempt."""

    def __init__(self, rng: np.random.Generator, draft: Draft, kinds: Sequence[Kind], drawer: float | None) -> None:
        self._rng, self._draft, self._kinds = rng, draft, tuple(kinds)
        self._discs: dict[Kind, Disc] = {}
        self._boxes: list[Box] = []
        self._rooms: list[Disc] = []
        self._yaws = {kind: float(rng.uniform(-math.pi, math.pi)) for kind in kinds}
        self._wanted = rooms_of(draft.steps)
        self._lanes = _lanes(draft)
        self._drawer = None if drawer is None else self._stand_drawer(drawer)
        if any(step.skill == "give" for step in draft.steps):
            self._boxes.append(mark_box())

    def found(self) -> bool:
        """Place everything, what needs most room first; whether that worked."""
        anchors = {kind for room in self._wanted for kind in room.anchors}
        standing = [kind for kind in self._kinds if kind not in self._draft.starts]
        standing.sort(key=lambda kind: (kind not in self._lanes, kind not in anchors, -_radius(kind)))
        first = [kind for kind in standing if kind in self._lanes or kind in anchors]
        if not all(self._stand(kind) for kind in first) or not all(self._keep_free(room) for room in self._wanted):
            return False
        rest = [kind for kind in standing if kind not in first]
        return all(self._stand(kind) for kind in rest) and self._start_elsewhere() and self._in_reach()

    def result(self) -> Laid:
        """Things in the order of the kinds, and the drawer."""
        return tuple(self._thing(kind) for kind in self._kinds), self._drawer

    # Inside

    def _stand_drawer(self, opening: float) -> Drawer:
        drawer = Drawer(float(self._rng.uniform(*DRAWER_X)), float(self._rng.uniform(-DRAWER_Y, DRAWER_Y)), opening)
        # What is put down keeps away from where the drawer would slide, also when nobody opens it.
        self._boxes.append(_wider(drawer_box(drawer, self._draft.moves_drawer or bool(self._wanted)), GAP))
        return drawer

    def _stand(self, kind: Kind) -> bool:
        for _ in range(_TRIES):
            disc = Disc(*self._spot(kind), _radius(kind))
            if not _reached(disc) or not self._fits(disc) or self._too_near(kind, disc):
                continue
            if kind in self._lanes and not self._add_lane(disc, self._lanes[kind]):
                continue
            self._discs[kind] = disc
            return True
        return False

    def _spot(self, kind: Kind) -> tuple[float, float]:
        x, y = float(self._rng.uniform(*REACH_X)), float(self._rng.uniform(*REACH_Y))
        room = next((r for r in self._wanted if r.relation == "between" and r.anchors[1] == kind), None)
        if room is not None and room.anchors[0] in self._discs:
            return opposite(self._rng, self._discs[room.anchors[0]], _radius(kind), _radius(room.moved))
        direction = self._lanes.get(kind)
        if direction is None:
            return x, y
        start = float(self._rng.uniform(*PUSH_STARTS[direction]))
        return (start, y) if along_x(direction) else (x, start)

    def _fits(self, disc: Disc) -> bool:
        apart = all(disc.gap(other) >= GAP for other in (*self._discs.values(), *self._rooms))
        return apart and all(box.gap(disc) >= 0.0 for box in self._boxes)

    def _too_near(self, kind: Kind, disc: Disc) -> bool:
        """Whether it would stand from the start where it is to be put."""
        places = [r for r in self._wanted if r.moved == kind]
        return any(disc.gap(self._discs[a]) < APART for room in places for a in room.anchors if a in self._discs)

    def _add_lane(self, disc: Disc, direction: str) -> bool:
        swept = lane(disc, direction)
        if any(swept.meets(box) for box in self._boxes) or any(swept.gap(d) < 0 for d in self._discs.values()):
            return False
        self._boxes.append(swept)
        return True

    def _keep_free(self, room: Room) -> bool:
        """Find and keep the place that a step will need."""
        for _ in range(_TRIES):
            disc = beside(self._rng, room, [self._discs.get(a) for a in room.anchors], _room_radius(room))
            if disc is not None and _reached(disc) and self._fits(disc):
                self._rooms.append(disc)
                return True
        return False

    def _start_elsewhere(self) -> bool:
        """Put into dishes, onto cubes and into the drawer what starts there."""
        return all(self._put(kind, place) for kind, place in self._draft.starts.items())

    def _put(self, kind: Kind, place: Kind) -> bool:
        if place == IN_DRAWER:
            return self._put_in_drawer(kind)
        below, loose = self._discs[place], _LOOSE.get(place[0], 0.002)
        shift = self._rng.uniform(-loose, loose, 2)
        self._discs[kind] = Disc(below.x + shift[0], below.y + shift[1], _radius(kind))
        return True

    def _put_in_drawer(self, kind: Kind) -> bool:
        """Near the middle, a marker along the drawer, so that the fingers fit beside it."""
        assert self._drawer is not None
        middle = self._drawer.x + drawer_model.INSIDE_MIDDLE + drawer_model.TRAVEL * self._drawer.opening
        self._yaws[kind] = float(self._rng.normal(0.0, 0.25)) + (math.pi if self._rng.random() < 0.5 else 0.0)
        shift = self._rng.uniform(-0.010, 0.010, 2)
        self._discs[kind] = Disc(middle + shift[0], self._drawer.y + shift[1], _radius(kind))
        return sum(place == IN_DRAWER for place in self._draft.starts.values()) == 1

    def _in_reach(self) -> bool:
        """Whether the open gripper fits around each thing that is moved, and around all other graspable ones."""
        return all(self._graspable(kind) for kind in self._kinds if kind not in self._draft.starts)

    def _graspable(self, kind: Kind) -> bool:
        if kind[0] not in things.GRASPABLE:
            return True
        others = [
            (d.x, d.y, d.radius) for k, d in self._discs.items() if k != kind and kind != self._draft.starts.get(k)
        ]
        disc = self._discs[kind]
        return best_grasp_yaw(kind[0], disc.x, disc.y, self._yaws[kind], others)[1] >= 0.0

    def _thing(self, kind: Kind) -> Thing:
        disc = self._discs[kind]
        return Thing(*kind, disc.x, disc.y, self._yaws[kind], _base(self._draft.starts.get(kind)))


def _lanes(draft: Draft) -> dict[Kind, str]:
    pushes = [step for step in draft.steps if step.skill == "push"]
    return {kind_of(s.object): s.destination.name for s in pushes if s.object is not None and s.destination is not None}


def _base(place: Kind | None) -> float:
    """Height of what a thing starts on [m]."""
    if place is None:
        return 0.0
    if place == IN_DRAWER:
        return drawer_model.FLOOR_TOP
    shape = things.ALL_SHAPES[place[0]]
    return shape.height if place[0] == "cube" else shape.floor


def _radius(kind: Kind) -> float:
    return things.ALL_SHAPES[kind[0]].radius


def _room_radius(room: Room) -> float:
    """Of the disc that must be free, less the gap to other things: the thing, or the fingers that open around it."""
    return max(_radius(room.moved), FINGER_ROOM - GAP)


def _reached(disc: Disc) -> bool:
    return REACH_X[0] <= disc.x <= REACH_X[1] and REACH_Y[0] <= disc.y <= REACH_Y[1]


def _wider(box: Box, by: float) -> Box:
    return Box((box.x[0] - by, box.x[1] + by), (box.y[0] - by, box.y[1] + by))
