"""The table of an episode with everything that watches it: success test, tool, what was touched, the guard, the film.

To the policy it is an environment like any other (`policies.execution.Environment`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.data.table import STEP_S, Table, go_home
from vla_assistant.evaluate.suite.film import Film
from vla_assistant.evaluate.suite.touching import Touching
from vla_assistant.evaluate.suite.trace import Trace
from vla_assistant.policies.execution import SETTLE_S, require_free
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import ActionChunk, Observation, PoseArray, Step, Verdict

SAME = 1e-6
"""An action that differs by less was not cut."""


@dataclass
class GuardEvents:
    """How often the guard stepped in during the episode."""

    clipped: int = 0
    refused: int = 0
    held: int = 0
    gave_way: int = 0


class Stage:
    """One episode at a time: `begin`, then `command` for each command.

    Args:
        table: The simulated table.
        sees: Whether pictures are drawn for the policy.
        films: Whether small pictures are kept for a film.
    """

    def __init__(self, table: Table, *, sees: bool = True, films: bool = False) -> None:
        self._table, self._sees, self._films = table, sees, films

    def begin(self, scene: Scene, joints: PoseArray | None = None, gripper: float = 1.0) -> None:
        """Lay out the scene; the arm stands at home, or at these joint angles (7,) [rad] with this opening 0-1."""
        self._table.reset(scene, joints, gripper)
        self.guard, self.trace = GuardEvents(), Trace()
        self.film = Film(self._table.world) if self._films else None
        self._seen: Observation | None = None
        self._ticks, self._settling, self._settled_s = 0, False, 0.0
        self.trace.add(self.state_pose)
        self._film()

    def command(self, steps: Sequence[Step]) -> None:
        """Begin a command: from here on its success is watched."""
        self.monitor = TaskMonitor(self._table.world, steps)
        self.touching = Touching(self._table.world, steps)

    @property
    def time_s(self) -> float:
        """Simulated seconds since `begin`, without those of `settle`."""
        return self._table.arm.state.time_s - self._settled_s

    @property
    def state_pose(self) -> PoseArray:
        """T_base_tool (4, 4) as measured."""
        return self._table.arm.state.T_base_tool

    def observe(self, instruction: str = "") -> Observation:
        """What the cameras show now; drawn once for each state."""
        if self._seen is None:
            self._seen = self._table.observe() if self._sees else Observation({}, self._table.arm.state)
        return self._seen

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        """Carry out the first `execute` actions; the guard sees the whole chunk, as in the running program.

        What is left once the hand gave way is dropped, and what ends early lasts to the end of its action. A chunk that
        is refused takes no time.
        """
        arm, before = self._table.arm, self._table.arm.counts
        verdict = arm.submit(chunk, execute)
        self.guard.clipped += cut(chunk, verdict, execute)
        ticks = 0
        while arm.busy or (verdict.allowed and ticks % round(chunk.step_s / PERIOD_S)):
            self._tick()
            ticks += 1
        self.guard.refused += arm.counts.refused - before.refused
        self.guard.gave_way += arm.counts.gave_way - before.gave_way
        self.guard.held += bool(arm.held)
        return arm.since(verdict)

    @property
    def held(self) -> str:
        """Why the guard holds the arm, a clause; empty when it does not."""
        return self._table.arm.held

    def rest(self, seconds: float) -> None:
        """Let time pass without a new motion."""
        for _ in range(round(seconds / PERIOD_S)):
            self._tick()

    def go_home(self) -> bool:
        """The arm's own way home, as the program takes it; whether it arrived.

        Raises:
            UnsafeError: The guard holds the arm: in the running program the command ends here.
        """
        arrived = go_home(self._table.arm, self._tick)
        self.guard.held += bool(self.held)
        require_free(self)
        return arrived

    def settle(self) -> None:
        """Let effects last as long as the success tests want, after the command: no time of the policy's."""
        self._settling = True
        began_s = self._table.arm.state.time_s
        self.rest(SETTLE_S)
        self._watch()
        self._settled_s += self._table.arm.state.time_s - began_s
        self._settling = False

    # Inside

    def _tick(self) -> None:
        """One period; the world is looked at every 0.1 s."""
        self._seen = None
        state = self._table.arm.tick()
        if not self._settling:
            self.trace.add(state.T_base_tool)
        self._ticks += 1
        if self._ticks % round(STEP_S / PERIOD_S) == 0:
            self._watch()

    def _watch(self) -> None:
        self.monitor.update()
        self.touching.update()
        self._film()

    def _film(self) -> None:
        if self.film is not None:
            self.film.add()


def cut(chunk: ActionChunk, verdict: Verdict, execute: int) -> int:
    """How many of the first `execute` actions the guard cut; what it cuts of those behind is never carried out."""
    if verdict.chunk is None:
        return 0
    wanted, allowed = chunk.actions[:execute], verdict.chunk.actions[:execute]
    return int((np.abs(wanted - allowed) > SAME).any(axis=1).sum())
