"""Success of canonical steps, measured on the state and fixed.

pick: lifted at least 5 cm for 1 s. place: released, resting in or on the destination for 1 s. put_down: released,
resting on the table for 1 s. push: resting for 1 s in the named third of the table, left and right as the user sees
them in the front picture. home: joints at home. And nothing that was not to be moved has moved more than 2 cm at any
time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.sim import arm_model
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import third
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import JOINTS, Step

LIFTED = 0.05  # m
HOLD_S = 1.0
MOVED = 0.02  # m
AT_HOME = 0.06  # rad
AT_REST = 0.05  # rad/s


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
        self._rest_height = np.where(at_start.bottoms < LIFTED, at_start.positions[:, 2], self._standing(at_start))
        self._objects = self._named_objects(at_start.holding())
        self._destinations = [self._destination(step) for step in self._steps]
        self._since: list[float | None] = [None] * len(self._steps)
        self._achieved = [False] * len(self._steps)
        self._reasons = ["It has not begun."] * len(self._steps)
        self._moved = np.zeros(len(world.scene.things))
        self.update()

    def update(self) -> None:
        """Look at the world now."""
        now, relations = self._world.time_s, Relations(self._world)
        shift = np.linalg.norm(relations.positions - self._start, axis=1)
        self._moved = np.maximum(self._moved, shift)
        for index, step in enumerate(self._steps):
            reason = _CHECKS[step.skill](self, index, relations)
            self._reasons[index] = reason
            if reason:
                self._since[index] = None
                continue
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
            if not self._satisfied(index, status):
                return status.reason or f"The effect of {status.step.skill} was undone."
        named = {index for index in self._objects if index is not None}
        for index, moved in enumerate(self._moved):
            if index not in named and moved > MOVED:
                thing = self._world.scene.things[index].reference
                return f"The {thing} was moved by {moved * 100:.1f} cm."
        return ""

    # Inside

    def _satisfied(self, index: int, status: StepStatus) -> bool:
        """The last step must hold now, an earlier one too unless a later one acts on the same thing."""
        if index == len(self._steps) - 1:
            return status.holds
        if status.step.skill == "home":
            return status.achieved
        if self._objects[index] in self._objects[index + 1 :]:
            return True
        return status.holds

    def _lasts(self, index: int) -> bool:
        since = self._since[index]
        return since is not None and self._world.time_s - since >= HOLD_S - 1e-6

    def _too_short(self, index: int) -> str:
        return "" if self._lasts(index) else f"It has not lasted {HOLD_S:.0f} s."

    def _named_objects(self, held: int | None) -> list[int | None]:
        """What each step acts on; a step that names nothing acts on what is in the hand by then."""
        objects: list[int | None] = []
        for step in self._steps:
            if step.object is not None:
                held = self._world.find(step.object)
            objects.append(None if step.skill == "home" else held)
        return objects

    def _destination(self, step: Step) -> int | None:
        if step.skill != "place" or step.destination is None:
            return None
        return self._world.find(step.destination)

    @staticmethod
    def _standing(relations: Relations) -> np.ndarray:
        return np.array([shape.height / 2 for shape in relations.shapes])

    def _name(self, index: int) -> str:
        return f"The {self._world.scene.things[index].reference}"

    def _pick(self, step: int, relations: Relations) -> str:
        thing = self._objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        lifted = relations.positions[thing, 2] - self._rest_height[thing]
        if relations.fingers_on(thing) == 0:
            return f"{self._name(thing)} is not in the gripper."
        return "" if lifted >= LIFTED else f"{self._name(thing)} is lifted by {lifted * 100:.1f} cm only."

    def _place(self, step: int, relations: Relations) -> str:
        thing, destination = self._objects[step], self._destinations[step]
        if thing is None or destination is None:
            return "Nothing is in the gripper." if thing is None else "No destination is named."
        if not relations.released(thing):
            return f"{self._name(thing)} is not released."
        if not relations.on(thing, destination):
            return f"{self._name(thing)} is not in or on the {self._world.scene.things[destination].reference}."
        return "" if relations.still(thing) else f"{self._name(thing)} still moves."

    def _put_down(self, step: int, relations: Relations) -> str:
        thing = self._objects[step]
        if thing is None:
            return "Nothing is in the gripper."
        if not relations.released(thing):
            return f"{self._name(thing)} is not released."
        if not relations.on_table(thing):
            return f"{self._name(thing)} does not rest on the table."
        return "" if relations.still(thing) else f"{self._name(thing)} still moves."

    def _push(self, step: int, relations: Relations) -> str:
        reason = self._put_down(step, relations)
        thing, wanted = self._objects[step], self._steps[step].destination
        if thing is None or wanted is None:
            return "It is not said what to push where."
        where = third(float(relations.positions[thing, 1]))
        if where != wanted.name:
            return f"{self._name(thing)} is in the {where} third of the table."
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
    "home": TaskMonitor._home,
}
