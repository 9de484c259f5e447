"""A policy's own trials as recordings: alone through guard and servo, kept where the simulator says it succeeded.

The recorded action is what was done: the change of the commanded pose, after the guard and with the noise of exploring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vla_assistant.data.aims import aim_reached
from vla_assistant.data.assignments import Assignment
from vla_assistant.data.demonstration import DONE_FRAMES, FEWER_FRAMES, MAX_FRAMES, RANDOM_STARTS
from vla_assistant.data.displacement import displacement
from vla_assistant.data.disturbance import Drift
from vla_assistant.data.episode import Episode
from vla_assistant.data.supervision import Supervisor
from vla_assistant.data.table import STEP_S, Table, go_home
from vla_assistant.data.targets import inside
from vla_assistant.errors import UnsupportedError
from vla_assistant.policies.base import Policy, forget
from vla_assistant.policies.execution import SETTLE_S
from vla_assistant.policies.posture import begins_well
from vla_assistant.session.progress import DONE_ABOVE, DONE_CHUNKS
from vla_assistant.sim.expert import expert_action
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import FloatArray, Observation, Step


@dataclass(frozen=True, eq=False)
class Trial:
    """One step that the policy tried; `frames` until it ended it itself, or time was up."""

    episode: Episode
    skill: str
    frames: int


def try_alone(
    table: Table, assignment: Assignment, policy: Policy, rng: np.random.Generator, noise: float = 0.0
) -> list[Trial]:
    """Let the policy alone try the steps of the assignment, until one fails or is not learnt.

    Args:
        table: Where it tries.
        assignment: What.
        policy: Acts, and says when it is done; going home is the arm's own way and not recorded.
        rng: Of the start and of the noise.
        noise: Strength of the drift that is added to its actions; 0 adds none.
    """
    table.reset(assignment.scene, table.random_joints(rng) if rng.random() < RANDOM_STARTS else None)
    forget(policy)
    trials: list[Trial] = []
    for number, step in enumerate(assignment.steps):
        if step.skill == "home" or (number and not begins_well(table.arm.state)):
            go_home(table.arm, table.arm.tick)
        if step.skill == "home":
            continue
        try:
            trials.append(_Attempt(table, step, policy, rng, noise).run(assignment.scene.seed))
        except UnsupportedError:
            break
        if not trials[-1].episode.success:
            break
    return trials


class _Attempt:
    """One step being tried and recorded."""

    def __init__(self, table: Table, step: Step, policy: Policy, rng: np.random.Generator, noise: float) -> None:
        self._table, self._step, self._policy = table, step, policy
        self._drift = Drift(rng, noise)
        self._agreed = 0

    def run(self, seed: int) -> Trial:
        """Until the policy has been done for a while, something fell down, the guard holds, or time is up."""
        table, step = self._table, self._step
        supervisor, monitor = Supervisor(table.world, step), TaskMonitor(table.world, [step])
        frames = still = 0
        while len(supervisor) < FEWER_FRAMES.get(step.skill, MAX_FRAMES) and still < DONE_FRAMES:
            before = table.observe()
            action = self._next(before)
            ended = expert_action(table.world, step, before.state.T_base_command)[1]
            labels = supervisor.labels(ended or action is None, aim_reached(table.world, step))
            self._pass(action)
            monitor.update()
            supervisor.add(before, displacement(before.state, table.arm.state), labels, foreign=False)
            frames, still = (frames, still + 1) if action is None else (frames + 1, 0)
            if table.arm.held or not inside(table.world.thing_poses[:, :3]).all():
                break
        unheld = not table.arm.held
        self._settle(monitor)
        return Trial(supervisor.finish(seed, monitor.success and unheld), step.skill, frames)

    def _next(self, observation: Observation) -> FloatArray | None:
        """The action to do; None once the policy says that the step is done, which it then remains."""
        if self._agreed >= DONE_CHUNKS:
            return None
        chunk = self._policy.act(observation, self._step)  # after each action, as the running program asks
        self._agreed = self._agreed + 1 if chunk.done > DONE_ABOVE else 0
        return None if self._agreed >= DONE_CHUNKS else chunk.actions[0]

    def _pass(self, action: FloatArray | None) -> None:
        """Do the action, or nothing; 0.1 s pass also where the guard refuses it."""
        began_s = self._table.arm.state.time_s
        if action is not None:
            moved = action.copy()
            moved[:6] += self._drift.next()
            self._table.act(moved)
        self._table.rest(max(STEP_S - (self._table.arm.state.time_s - began_s), 0.0))

    def _settle(self, monitor: TaskMonitor) -> None:
        """Let the effect last as long as the test of success wants."""
        for _ in range(round(SETTLE_S / STEP_S)):
            self._table.rest(STEP_S)
            monitor.update()
        self._table.arm.resume()
