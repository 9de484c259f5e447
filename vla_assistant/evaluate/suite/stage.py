"""The table of an episode with everything that watches it: success test, tool, what was touched, the guard, the film.

To the policy it is an environment like any other (`policies.execution.Environment`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.data.table import STEP_S, Table
from vla_assistant.errors import UnsafeError
from vla_assistant.evaluate.suite.film import Film
from vla_assistant.evaluate.suite.touching import Touching
from vla_assistant.evaluate.suite.trace import Trace
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import ActionChunk, Observation, PoseArray, Step, Verdict

SETTLE_S = 1.2
"""The success tests want an effect to last one second."""
HOME_TIMEOUT_S = 20.0


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
        self.trace.add(self.state_pose)
        self._film()

    def command(self, steps: Sequence[Step]) -> None:
        """Begin a command: from here on its success is watched."""
        self.monitor = TaskMonitor(self._table.world, steps)
        self.touching = Touching(self._table.world, steps)

    @property
    def time_s(self) -> float:
        return self._table.arm.state.time_s

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
        """Carry out the first `execute` actions, each watched; what is left once the hand gave way is dropped.

        Raises:
            UnsafeError: The guard holds the arm: in the running program the command ends here.
        """
        verdict = Verdict(True, chunk)
        for index in range(min(execute, len(chunk.actions))):
            state = self._table.arm.state
            verdict = self._act(ActionChunk(chunk.actions[index : index + 1], chunk.step_s, state.time_s))
            if self._table.arm.held:
                self.guard.held += 1
                raise UnsafeError(f"The guard held the arm: {self._table.arm.held}.")
            if verdict.gave_way:
                break
        return verdict

    def go_home(self) -> bool:
        """The arm's own way home, as the program takes it; whether it arrived."""
        arm = self._table.arm
        arm.home()
        for tick in range(round(HOME_TIMEOUT_S / PERIOD_S)):
            if not arm.homing:
                break
            self._tick()
            if tick % round(STEP_S / PERIOD_S) == 0:
                self._watch()
        self._watch()
        return not arm.homing and not arm.held

    def settle(self) -> None:
        """Let effects last as long as the success tests want."""
        self._rest(SETTLE_S)

    # Inside

    def _act(self, chunk: ActionChunk) -> Verdict:
        """One action; the time passes also where the guard refuses it."""
        arm, began_s = self._table.arm, self.time_s
        before = arm.counts
        verdict = arm.submit(chunk)
        while arm.busy:
            self._tick()
        self.guard.clipped += arm.counts.clipped - before.clipped
        self.guard.refused += arm.counts.refused - before.refused
        self._rest(chunk.step_s - (self.time_s - began_s))
        self.guard.gave_way += arm.counts.gave_way - before.gave_way
        self._watch()
        return arm.since(verdict)

    def _rest(self, seconds: float) -> None:
        ticks = round(seconds / PERIOD_S)
        for tick in range(1, ticks + 1):
            self._tick()
            if tick % round(STEP_S / PERIOD_S) == 0:
                self._watch()

    def _tick(self) -> None:
        self._seen = None
        self.trace.add(self._table.arm.tick().T_base_tool)

    def _watch(self) -> None:
        self.monitor.update()
        self.touching.update()
        self._film()

    def _film(self) -> None:
        if self.film is not None:
            self.film.add()
