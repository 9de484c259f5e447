"""Success of canonical steps, measured on the state and fixed.

The effect of a step (`effects`) must last for 1 s and hold at the end; of several steps with one thing that of the
last, and where it held from the start the others must have been seen. And nothing that was not to be moved has moved
more than 2 cm at any time, but for what lay in the drawer or in a named container.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.sim.drawer_model import TRAVEL
from vla_assistant.sim.effects import DRAWER, Effects
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Step

HOLD_S = 1.0
MOVED = 0.02  # m


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
        self._effects = effects = Effects(world, self._steps, at_start)
        acted_on = (i for i in (*effects.objects, effects.held) if i is not None)  # what is held goes with the hand
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
            self._reasons[index] = reason = self._effects.missing(index, relations)
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
        if self._slid > MOVED and DRAWER not in (*self._effects.objects, *self._effects.destinations):
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
        return [other for other in later if self._effects.objects[other] == self._effects.objects[index]]

    def _lasts(self, index: int) -> bool:
        since = self._since[index]
        return since is not None and self._world.time_s - since >= HOLD_S - 1e-6

    def _too_short(self, index: int) -> str:
        return "" if self._lasts(index) else f"It has not lasted {HOLD_S:.0f} s."

    def _riders(self, at_start: Relations) -> set[int]:
        """What lies in or on a named container, or in a named drawer, and may move along."""
        named = {index for index in (*self._effects.objects, *self._effects.destinations) if index is not None}
        things = range(len(at_start.shapes))
        riders = {i for i in things if any(j != DRAWER and at_start.on(i, j) for j in named)}
        if DRAWER in named:
            riders |= {i for i in things if at_start.in_drawer(i)}
        return riders | {i for i in things if any(at_start.on(i, j) for j in riders)}
