"""The simulator's own view of a task: scenes, and whether the world ended up as asked. Empty-handed on a real arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vla_assistant.arms.guarded import GuardedArm
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.types import Step

if TYPE_CHECKING:
    from vla_assistant.sim.tasks import TaskMonitor
    from vla_assistant.sim.world import SimWorld

WATCH_EVERY = 5
"""Ticks from one look at the world to the next: 10 Hz is enough for effects that must last a second."""


class TaskDesk:
    """Lays out scenes and watches the task at hand; `watch` is called after every tick."""

    def __init__(self, world: SimWorld | None, arm: GuardedArm) -> None:
        self._world = world
        self._arm = arm
        self._monitor: TaskMonitor | None = None
        self._impossible = ""
        self._ticks = 0

    def new_scene(self, seed: int, steps: tuple[Step, ...]) -> None:
        """Put the seeded scene, with the things that the steps name, on the table and the arm at home.

        Raises:
            UnsupportedError: the arm is real.
            InputError: the things do not fit on the table.
        """
        if self._world is None:
            raise UnsupportedError("A real table cannot be laid out anew by the program.")
        from vla_assistant.sim.suite.for_steps import scene_for_steps

        self._world.load(scene_for_steps(steps, seed))
        self._arm.reset()
        self._monitor, self._impossible = None, ""

    def begin(self, steps: tuple[Step, ...]) -> None:
        """Watch from now on whether these steps get done."""
        if self._world is None:
            return
        from vla_assistant.sim.tasks import TaskMonitor

        self._monitor, self._impossible = None, ""
        try:
            self._monitor = TaskMonitor(self._world, steps)
        except InputError as error:  # what was asked for is not on the table: it cannot succeed
            self._impossible = error.message

    def watch(self) -> None:
        """A tick is over; look at the world now and then."""
        self._ticks += 1
        if self._monitor is not None and self._ticks % WATCH_EVERY == 0:
            self._monitor.update()

    def verdict(self) -> tuple[bool, str] | None:
        """Whether the task is done, and a sentence; None on a real arm or before `begin`."""
        if self._impossible:
            return False, self._impossible
        if self._monitor is None:
            return None
        self._monitor.update()
        return self._monitor.success, self._monitor.reason or "Everything that was asked for is done."
