"""Success of canonical steps, measured on the state and fixed.

pick: lifted at least 5 cm for 1 s. place: released, resting for 1 s in or on the destination, in the drawer, or on the
table in the named relation to the destination. put_down: released, resting on the table for 1 s. push: resting for 1 s
at the named side of the table, as the user sees it in the front picture. open, close: the drawer stands open or shut
for 1 s and is let go. give: released, resting on the marked place for 1 s. home: joints at home. Of several steps with
one thing the last must hold at the end; where that held from the start, the others must have been seen. And nothing
that was not to be moved has moved more than 2 cm at any time, but for what lay in the drawer or in a named container.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.sim import arm_model
from vla_assistant.sim.drawer_model import TRAVEL
from vla_assistant.sim.regions import where_pushed
from vla_assistant.sim.relations import LEFT_FINGER, RIGHT_FINGER, Relations
from vla_assistant.sim.scene import third
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import DIRECTIONS, JOINTS, Reference, Step

LIFTED = 0.05  # m
HOLD_S = 1.0
MOVED = 0.02  # m
AT_HOME = 0.06  # rad
AT_REST = 0.05  # rad/s
OPENED, SHUT = 0.85, 0.08  # of the drawer's way
PLACES = ("table", *DIRECTIONS)
DRAWER = -5  # stands for the drawer where a thing's index would stand, as in `SimWorld.touches`


@dataclass(frozen=True)
class StepStatus:
    """How a step stands: its effect has held long enough at some time, and holds long enough now; why not, if not."""

    step: Step
    achieved: bool
    holds: bool
    reason: str


class TaskMonitor:
    """Watches a list of steps; `update` after every tick (or every action), then ask for `success` and `reason`."""

    def __init__(self, world: SimWorld, steps: Sequence[Step]) -> None:
        self._world = world
        self._steps = tuple(steps)
        at_start = Relations(world)
        self._start = at_start.positions.copy()
        self._rest_height = at_start.positions[:, 2].copy()
        if (held := at_start.holding()) is not None:
            self._rest_height[held] = at_start.shapes[held].height / 2
        self._objects = self._named_objects(held)
        self._destinations = [self._index(step.destination) for step in self._steps]
        self._seconds = [self._index(step.second) for step in self._steps]
        acted_on = (index for index in (*self._objects, held) if index is not None)  # what is held goes with the hand
        self._may_move = self._riders(at_start).union(acted_on)
        self._since: list[float | None] = [None] * len(self._steps)
        self._achieved = [False] * len(self._steps)
        self._seen = [False] * len(self._steps)
        self._reasons = ["It has not begun."] * len(self._steps)
        self._moved = np.zeros(len(world.scene.things))
        self._opening = at_start.drawer_opening
        self._slid = 0.0
        self.update()
        self._from_start = tuple(not reason for reason in self._reasons)

    def update(self) -> None:
        """Look at the world now."""
        now, relations = self._world.time_s, Relations(self._world)
        shift = np.linalg.norm(relations.positions - self._start, axis=1)
        self._moved = np.maximum(self._moved, shift)
        self._slid = max(self._slid, abs(relations.drawer_opening - self._opening) * TRAVEL)
        for index, step in enumerate(self._steps):
            reason = _CHECKS[step.skill](self, index, relations)
            self._reasons[index] = reason
            if reason:
                self._since[index] = None
                continue
            # at home it was from the start: it counts once what comes before it was done
            self._seen[index] |= step.skill != "home" or index == 0 or self._seen[index - 1]
            if self._since[index] is None:
                self._since[index] = now
            self._achieved[index] = self._achieved[index] or self._lasts(index)

    @property
    def statuses(self) -> tuple[StepStatus, ...]:
        """Per step; an effect that began but has not lasted long enough says so."""
        return tuple(
            StepStatus(step, self._achieved[i], self._lasts(i), self._reasons[i] or self._too_short(i))
            for i, step in enumerate(self._steps)
        )

    @property
    def success(self) -> bool:
        """Whether everything that was asked holds now and nothing else has moved."""
        return not self.reason

    @property
    def reason(self) -> str:
        """Why it is no success, in a sentence; empty when it is one."""
        for index, status in enumerate(self.statuses):
            if self._left_out(index):
                return f"The effect of {status.step.skill} was never seen."
            if not self._satisfied(index, status):
                return status.reason or f"The effect of {status.step.skill} was undone."
        for index, moved in enumerate(self._moved):
            if index not in self._may_move and moved > MOVED:
                thing = self._world.scene.things[index].reference
                return f"The {thing} was moved by {moved * 100:.1f} cm."
        if self._slid > MOVED and DRAWER not in (*self._objects, *self._destinations):
            return f"The drawer was moved by {self._slid * 100:.1f} cm."
        return ""

    # Inside

    def _satisfied(self, index: int, status: StepStatus) -> bool:
        """The last step must hold now, an earlier one too unless a later one acts on the same thing."""
        if index == len(self._steps) - 1:
            return status.holds
        if status.step.skill == "home":  # on the way to the next step it need not stay there
            return self._seen[index]
        return bool(self._superseded_by(index)) or status.holds  # what was done with it last counts

    def _left_out(self, index: int) -> bool:
        """Whether a step was never done while a later one with the same thing held from the start: nobody has picked up
        what is to be put down."""
        return not self._seen[index] and any(self._from_start[later] for later in self._superseded_by(index))

    def _superseded_by(self, index: int) -> list[int]:
        """The later steps that act on the same thing."""
        later = range(index + 1, len(self._steps)) if self._steps[index].skill != "home" else ()
        return [other for other in later if self._objects[other] == self._objects[index]]

    def _lasts(self, index: int) -> bool:
        since = self._since[index]
        return since is not None and self._world.time_s - since >= HOLD_S - 1e-6

    def _too_short(self, index: int) -> str:
        return "" if self._lasts(index) else f"It has not lasted {HOLD_S:.0f} s."

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

    def _riders(self, at_start: Relations) -> set[int]:
        """What lies in or on a named container, or in a named drawer, and may move along."""
        named = {index for index in (*self._objects, *self._destinations) if index is not None}
        things = range(len(at_start.shapes))
        riders = {i for i in things if any(j != DRAWER and at_start.on(i, j) for j in named)}
        if DRAWER in named:
            riders |= {i for i in things if at_start.in_drawer(i)}
        return riders | {i for i in things if any(at_start.on(i, j) for j in riders)}

    def _name(self, index: int) -> str:
        return f"The {self._world.scene.things[index].reference}"

    def _pick(self, step: int, relations: Relations) -> str:
        thing = self._objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        lifted = relations.positions[thing, 2] - self._rest_height[thing]
        if relations.fingers_on(thing) == 0:
            return f"{self._name(thing)} is not in the gripper."
        if relations.support_of(thing) is not None or relations.in_drawer(thing):
            return f"{self._name(thing)} still lies where it lay."
        return "" if lifted >= LIFTED else f"{self._name(thing)} is lifted by {lifted * 100:.1f} cm only."

    def _place(self, step: int, relations: Relations) -> str:
        thing, destination, relation = self._objects[step], self._destinations[step], self._steps[step].relation
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
        thing = self._objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        reason = self._laid(thing, relations)
        if relations.on_table(thing) or reason.endswith("not released."):
            return reason
        return f"{self._name(thing)} does not rest on the table."

    def _give(self, step: int, relations: Relations) -> str:
        thing = self._objects[step]
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
        thing, wanted = self._objects[step], self._steps[step].destination
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


_CHECKS: dict[str, Callable[[TaskMonitor, int, Relations], str]] = {
    "pick": TaskMonitor._pick,
    "place": TaskMonitor._place,
    "put_down": TaskMonitor._put_down,
    "push": TaskMonitor._push,
    "open": TaskMonitor._open,
    "close": TaskMonitor._close,
    "give": TaskMonitor._give,
    "home": TaskMonitor._home,
}
