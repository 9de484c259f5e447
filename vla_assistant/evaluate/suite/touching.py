"""What the hand acted on: which thing it took or moved first, and what became of the named one. Reads the state."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim.effects import DRAWER
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.tasks import MOVED
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Step

OPENED = 0.1
"""Share of its travel by which the drawer must have moved to count as acted on."""


class Touching:
    """Watches one command; `update` after every action.

    Attributes:
        first: The first thing that was between the fingers or moved by more than 2 cm; None when none was.
        held: All that were between the fingers at some time.
        moved: All that were moved.
    """

    def __init__(self, world: SimWorld, steps: Sequence[Step]) -> None:
        self._world = world
        self._start = Relations(world).positions.copy()
        self._opening = world.drawer_opening()
        self.named = frozenset(self._named(steps))
        self.first: int | None = None
        self.held: set[int] = set()
        self.moved: set[int] = set()

    def update(self) -> None:
        """Look at the state now."""
        now = Relations(self._world)
        holding = now.holding()
        if holding is not None:
            self.held.add(holding)
        shift = np.linalg.norm(now.positions - self._start, axis=1)
        moved = {int(index) for index in np.flatnonzero(shift > MOVED)}
        if abs(self._world.drawer_opening() - self._opening) > OPENED:
            moved = self._with_drawer(moved)
        self.moved |= moved
        if self.first is None:
            self.first = holding if holding is not None else self._most_moved(moved, shift)

    @property
    def acted(self) -> str:
        """ "named" or "other", of the first thing acted on; empty when nothing was."""
        if self.first is None:
            return ""
        return "named" if self.first in self.named else "other"

    @property
    def took_other(self) -> bool:
        """Whether the first thing was not named, and it was in the hand."""
        return self.acted == "other" and self.first in self.held

    @property
    def moved_other(self) -> bool:
        return bool(self.moved - self.named)

    @property
    def in_hand(self) -> int | None:
        """What is between the fingers now."""
        return Relations(self._world).holding()

    def object_of(self, step: Step) -> int | None:
        """The thing that the step acts on; None where it names none of the scene's."""
        if step.object is None:
            return None
        if step.object.name == "drawer":
            return DRAWER
        try:
            return self._world.find(step.object)
        except InputError:
            return None

    def _named(self, steps: Sequence[Step]) -> set[int]:
        """Objects of the steps; what is in the hand at the beginning is meant by steps that name nothing."""
        objects = {self.object_of(step) for step in steps} | {Relations(self._world).holding()}
        return {index for index in objects if index is not None}

    def _with_drawer(self, moved: set[int]) -> set[int]:
        """The drawer takes along what lies in it: that is not acted on."""
        now = Relations(self._world)
        carried = {index for index in moved if now.in_drawer(index) and index not in self.held}
        return (moved - carried) | {DRAWER}

    @staticmethod
    def _most_moved(moved: set[int], shift: np.ndarray) -> int | None:
        if DRAWER in moved:
            return DRAWER
        return max(moved, key=lambda index: float(shift[index]), default=None)
