"""Whether the effect of a canonical step is there at this moment, measured on the state; if not, why not.

pick: lifted at least 5 cm. place: released and at rest in or on the destination, in the drawer, or on the table in the
named relation to the destination. put_down: released and at rest on the table. push: at rest at the named side of the
table, as the user sees it in the front picture. open, close: the drawer stands open or shut and is let go. give:
released and at rest on the marked place. home: joints at home.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vla_assistant.sim import arm_model
from vla_assistant.sim.regions import where_pushed
from vla_assistant.sim.relations import LEFT_FINGER, RIGHT_FINGER, Relations
from vla_assistant.sim.scene import third
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import DIRECTIONS, JOINTS, Reference, Step

LIFTED = 0.05  # m
AT_HOME = 0.06  # rad
AT_REST = 0.05  # rad/s
OPENED, SHUT = 0.85, 0.08  # of the drawer's way
PLACES = ("table", *DIRECTIONS)
DRAWER = -5  # stands for the drawer where a thing's index would stand, as in `SimWorld.touches`


class Effects:
    """What a list of steps is about in this scene, and how their effects stand.

    Attributes:
        objects: What each step acts on: the index of a thing, DRAWER, or None.
        destinations: Where each step brings it, likewise; None for a place.
        held: What was in the hand at the start.
    """

    def __init__(self, world: SimWorld, steps: Sequence[Step], at_start: Relations) -> None:
        self._world, self._steps = world, tuple(steps)
        self._rest_height = at_start.positions[:, 2].copy()
        if (held := at_start.holding()) is not None:
            self._rest_height[held] = at_start.shapes[held].height / 2
        self.held = held
        self.objects = self._named_objects(held)
        self.destinations = [self._index(step.destination) for step in self._steps]
        self._seconds = [self._index(step.second) for step in self._steps]

    def missing(self, step: int, relations: Relations) -> str:
        """Why the effect of the step with this number is not there, in a sentence; empty when it is."""
        return _CHECKS[self._steps[step].skill](self, step, relations)

    def _named_objects(self, held: int | None) -> list[int | None]:
        """What each step acts on; a step that names nothing acts on what is in the hand by then."""
        objects: list[int | None] = []
        for step in self._steps:
            index = self._index(step.object)
            if index is not None and index != DRAWER:
                held = index
            objects.append(None if step.skill == "home" else index if index is not None else held)
        return objects

    def _index(self, reference: Reference | None) -> int | None:
        """Of the thing that a reference names; None for a place."""
        if reference is None or reference.name in PLACES:
            return None
        return DRAWER if reference.name == "drawer" else self._world.find(reference)

    def _name(self, index: int) -> str:
        return f"The {self._world.scene.things[index].reference}"

    def _pick(self, step: int, relations: Relations) -> str:
        thing = self.objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        lifted = relations.positions[thing, 2] - self._rest_height[thing]
        if relations.fingers_on(thing) == 0:
            return f"{self._name(thing)} is not in the gripper."
        if relations.support_of(thing) is not None or relations.in_drawer(thing):
            return f"{self._name(thing)} still lies where it lay."
        return "" if lifted >= LIFTED else f"{self._name(thing)} is lifted by {lifted * 100:.1f} cm only."

    def _place(self, step: int, relations: Relations) -> str:
        thing, destination, relation = self.objects[step], self.destinations[step], self._steps[step].relation
        if thing is None or destination is None:
            return "Nothing is in the gripper." if thing is None else "No destination is named."
        reason = self._put_down(step, relations) if relation else self._laid(thing, relations)
        if reason.endswith("not released."):
            return reason
        if destination == DRAWER:
            return reason if relations.in_drawer(thing) else f"{self._name(thing)} is not in the drawer."
        there = self._world.scene.things[destination].reference
        if not relation:
            return reason if relations.on(thing, destination) else f"{self._name(thing)} is not in or on the {there}."
        if relations.beside(thing, relation, destination, self._seconds[step]):
            return reason
        return f"{self._name(thing)} is not {relation.replace('_', ' ')} the {there}."

    def _put_down(self, step: int, relations: Relations) -> str:
        thing = self.objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        reason = self._laid(thing, relations)
        if relations.on_table(thing) or reason.endswith("not released."):
            return reason
        return f"{self._name(thing)} does not rest on the table."

    def _give(self, step: int, relations: Relations) -> str:
        thing = self.objects[step]
        reason = self._put_down(step, relations)
        if thing is None or reason:
            return reason
        return "" if relations.at_user(thing) else f"{self._name(thing)} is not on the marked place."

    def _laid(self, thing: int, relations: Relations) -> str:
        """Why it is not let go and at rest."""
        if not relations.released(thing):
            return f"{self._name(thing)} is not released."
        return "" if relations.still(thing) else f"{self._name(thing)} still moves."

    def _open(self, step: int, relations: Relations) -> str:
        opening = relations.drawer_opening
        if opening <= OPENED:
            return f"The drawer is open by {opening * 100:.0f} % only."
        return self._drawer_left(relations)

    def _close(self, step: int, relations: Relations) -> str:
        opening = relations.drawer_opening
        if opening >= SHUT:
            return f"The drawer is still open by {opening * 100:.0f} %."
        return self._drawer_left(relations)

    @staticmethod
    def _drawer_left(relations: Relations) -> str:
        if {(DRAWER, LEFT_FINGER), (DRAWER, RIGHT_FINGER)} & relations.touches:
            return "The drawer is not released."
        return ""

    def _push(self, step: int, relations: Relations) -> str:
        reason = self._put_down(step, relations)
        thing, wanted = self.objects[step], self._steps[step].destination
        if thing is None or wanted is None:
            return "It is not said what to push where."
        x, y = map(float, relations.positions[thing, :2])
        if not where_pushed(x, y, wanted.name):
            if wanted.name in ("forward", "back"):
                return f"{self._name(thing)} is not far enough {wanted.name}."
            return f"{self._name(thing)} is in the {third(y)} third of the table."
        return "" if reason.endswith("not released.") and not relations.held(thing) else reason

    def _home(self, step: int, relations: Relations) -> str:
        away = float(np.abs(self._world.data.qpos[:JOINTS] - arm_model.HOME_JOINTS).max())
        speed = float(np.abs(self._world.data.qvel[:JOINTS]).max())
        if away > AT_HOME:
            return f"A joint is {away:.2f} rad from home."
        return "" if speed < AT_REST else "The arm still moves."


_CHECKS: dict[str, Callable[[Effects, int, Relations], str]] = {
    "pick": Effects._pick,
    "place": Effects._place,
    "put_down": Effects._put_down,
    "push": Effects._push,
    "open": Effects._open,
    "close": Effects._close,
    "give": Effects._give,
    "home": Effects._home,
}
