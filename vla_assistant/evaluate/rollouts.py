"""Roll-outs of the policy through guard, servo and judgement, faster than real time.

The policy sees pictures and the arm's state; the world's state is read by the success test alone.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.policies.base import Policy
from vla_assistant.policies.execution import Attempts, run_step
from vla_assistant.types import ActionChunk, Observation, Reference, Step, Verdict

if TYPE_CHECKING:
    from vla_assistant.data.table import Table
    from vla_assistant.sim.tasks import TaskMonitor

SETTLE_S = 1.2
"""The success tests want an effect to last one second."""
KINDS = ("pick", "place", "stack", "cup", "push", "put_down", "pick_place")


@dataclass(frozen=True)
class EvaluationPlan:
    """What to measure: how many trials, from which seed on, which kinds in turn, whose weights, how many retries."""

    trials: int
    seed: int = 5000
    kinds: tuple[str, ...] = ("pick", "place", "stack")
    weights: Path | None = None
    retries: int = 1


@dataclass(frozen=True)
class Trial:
    """One roll-out: what was asked, the simulator's verdict, what the policy claimed, and how long it took."""

    kind: str
    seed: int
    task: str
    success: bool
    claimed: bool
    reason: str
    attempts: int
    seconds: float
    inference_ms: float

    def __str__(self) -> str:
        verdict = "success" if self.success else f"failed: {self.reason}"
        wrong = "" if self.claimed == self.success else "  (claimed)" if self.claimed else "  (not claimed)"
        return f"{self.kind} {self.seed} {self.task}: {verdict}{wrong}"


class WatchedTable:
    """The table with the success test looking on after every action; to the policy it is just a table."""

    def __init__(self, table: Table, monitor: TaskMonitor) -> None:
        self._table, self._monitor = table, monitor

    def observe(self, instruction: str = "") -> Observation:
        return self._table.observe(instruction)

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        verdict = Verdict(True, chunk)
        for index in range(execute):
            one = ActionChunk(chunk.actions[index : index + 1], chunk.step_s, self._table.arm.state.time_s)
            verdict = self._table.run(one)
            self._monitor.update()
        return verdict

    def settle(self) -> None:
        """Let effects last as long as the success tests want."""
        for _ in range(round(SETTLE_S / 0.1)):
            self._table.rest(0.1)
            self._monitor.update()


class _Stopwatch:
    """The policy, with the time of each inference taken."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.seconds: list[float] = []

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        began = time.perf_counter()
        chunk = self._policy.act(observation, step)
        self.seconds.append(time.perf_counter() - began)
        return chunk

    def __getattr__(self, name: str) -> object:
        return getattr(self._policy, name)


def run_trial(table: Table, policy: Policy, kind: str, steps: Sequence[Step], seed: int, attempts: Attempts) -> Trial:
    """Lay out the seeded scene, carry out the steps, and compare the claim with the simulator's verdict."""
    from vla_assistant.language import describe
    from vla_assistant.sim.scene import scene_for_steps
    from vla_assistant.sim.tasks import TaskMonitor

    table.reset(scene_for_steps(steps, seed))
    monitor = TaskMonitor(table.world, steps)
    watched, timed = WatchedTable(table, monitor), _Stopwatch(policy)
    tries, seconds, claimed = 0, 0.0, True
    for step in steps:
        result = run_step(timed, watched, step, attempts)  # type: ignore[arg-type]
        tries, seconds = max(tries, result.attempts), seconds + result.seconds
        claimed = result.judgement.done
        if not claimed:
            break
    watched.settle()
    latency = float(np.median(timed.seconds)) * 1000 if timed.seconds else 0.0
    return Trial(kind, seed, describe(steps), monitor.success, claimed, monitor.reason, tries, seconds, latency)


def steps_for(kind: str, seed: int) -> tuple[Step, ...]:
    """The command of a kind for this seed. "two_step" is always the same sentence: the one the issue measures."""
    from vla_assistant.data.assignments import draw_assignment

    if kind == "two_step":
        cube = Reference("cube", "blue")
        return Step("pick", cube), Step("place", cube, Reference("bowl", "red"))
    return draw_assignment(seed, (_ASSIGNMENT_KINDS.get(kind, kind),)).steps


_ASSIGNMENT_KINDS = {"put_down": "pick_put_down"}


def evaluate(plan: EvaluationPlan, *, workers: int = 2) -> Iterator[Trial]:
    """Run the trials, kind by kind in turn, and yield each as it ends.

    Raises:
        WeightsError: The weights cannot be used.
    """
    numbers = range(plan.trials)
    if workers == 1:
        yield from _run_some(plan, tuple(numbers))
        return
    context = multiprocessing.get_context("spawn")
    parts = [tuple(numbers[start : start + _PART]) for start in range(0, plan.trials, _PART)]
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for trials in pool.map(_run_part, itertools.repeat(plan), parts):
            yield from trials


_PART = 15


def _run_part(plan: EvaluationPlan, numbers: tuple[int, ...]) -> list[Trial]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return list(_run_some(plan, numbers))


def _run_some(plan: EvaluationPlan, numbers: tuple[int, ...]) -> Iterator[Trial]:
    from vla_assistant.data.table import Table
    from vla_assistant.policies.compact import CompactPolicy, Config

    policy = CompactPolicy(Config(weights=str(plan.weights or "")))
    table = Table()
    attempts = Attempts(retries=plan.retries, execute=policy.config.execute_steps)
    try:
        for number in numbers:
            kind, seed = plan.kinds[number % len(plan.kinds)], plan.seed + number
            yield run_trial(table, policy, kind, steps_for(kind, seed), seed, attempts)
    finally:
        table.close()
