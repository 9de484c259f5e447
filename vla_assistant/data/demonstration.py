"""One assignment carried out and recorded: the expert demonstrates, or corrects a policy that drives in part (DAgger).

The recorded action is always the expert's for the state at hand; what is executed may be noisy, kicked or the policy's.
Source of the correction: Ross, Gordon and Bagnell 2011, "A Reduction of Imitation Learning ... to No-Regret Online
Learning" (DAgger).
"""

from __future__ import annotations

import numpy as np

from vla_assistant.data.aims import aim_reached
from vla_assistant.data.assignments import Assignment
from vla_assistant.data.disturbance import Disturbance
from vla_assistant.data.episode import Episode
from vla_assistant.data.supervision import Supervisor
from vla_assistant.data.table import Table
from vla_assistant.data.targets import inside
from vla_assistant.errors import UnsupportedError
from vla_assistant.policies.base import Policy, forget
from vla_assistant.sim.expert import expert_action
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import FloatArray, Observation, Step

RENDERED = {"front": 256, "wrist": 128}
"""Twice the recorded size; see `recording_table`."""
MAX_FRAMES = 130
FEWER_FRAMES = {"open": 100, "close": 100}
"""Most frames of an episode; these skills need fewer."""
DONE_FRAMES = 4
"""Frames recorded after the expert has ended the step: what "done" looks like."""
RANDOM_STARTS = 0.35
POLICY_FRAMES, EXPERT_FRAMES = (3, 26), (5, 13)
AT_DRAWER_M, AT_DRAWER_Z = 0.20, 0.13


def recording_table() -> Table:
    """A table whose pictures are made at twice the recorded size, in half the time.

    Averaged down they differ from the running program's by less than 1 grey level in the mean.
    """
    return Table(RENDERED)


def demonstrate(
    table: Table, assignment: Assignment, rng: np.random.Generator, policy: Policy | None = None
) -> list[Episode]:
    """Record one episode for each step of the assignment; a later step begins where the earlier one ended."""
    joints = table.random_joints(rng) if rng.random() < RANDOM_STARTS else None
    table.reset(assignment.scene, joints)
    if policy is not None:
        forget(policy)
    episodes = []
    for step in assignment.steps:
        episodes.append(_Demonstration(table, step, rng, policy).record(assignment.scene.seed))
        if not episodes[-1].success:
            break
    return episodes


class _Demonstration:
    """One step being recorded."""

    def __init__(self, table: Table, step: Step, rng: np.random.Generator, policy: Policy | None) -> None:
        self._table, self._step, self._rng = table, step, rng
        self._disturbance = Disturbance(rng)
        self._driver = _Driver(policy, step, rng) if policy is not None else None
        self._supervisor = Supervisor(table.world, step)

    def record(self, seed: int) -> Episode:
        """Until the expert has been done for a while, something fell down, or time is up."""
        table, step = self._table, self._step
        done_frames, success = 0, False
        most = FEWER_FRAMES.get(step.skill, MAX_FRAMES)
        while len(self._supervisor) < most and done_frames < DONE_FRAMES and not table.arm.held:
            observation = table.observe()
            label, ended = expert_action(table.world, step, observation.state.T_base_command)
            success = aim_reached(table.world, step)
            action, foreign = self._choose(observation, label, ended)
            labels = self._supervisor.labels(ended, success)
            self._supervisor.add(observation, label, labels, foreign=foreign)
            done_frames = done_frames + 1 if ended else 0
            if not inside(table.world.thing_poses[:, :3]).all():
                break
            table.act(action)
        table.arm.resume()
        return self._supervisor.finish(seed, success)

    def _choose(self, observation: Observation, label: FloatArray, ended: bool) -> tuple[FloatArray, bool]:
        """The action to execute, and whether it is not the expert's."""
        if self._driver is not None:
            driven = self._driver.drive(observation)
            return (label, False) if driven is None else (driven, True)
        gently = _is_at_drawer(self._table.world)
        return (label, False) if ended else self._disturbance.disturb(label, gently=gently)


class _Driver:
    """Lets the policy drive for a while, then the expert, in turns."""

    def __init__(self, policy: Policy, step: Step, rng: np.random.Generator) -> None:
        self._policy, self._step, self._rng = policy, step, rng
        self._policy_turn = bool(rng.random() < 0.7)
        self._left = 0

    def drive(self, observation: Observation) -> FloatArray | None:
        """The policy's action, or None when it is the expert's turn, or the policy has not learnt the step."""
        if self._left == 0:
            self._policy_turn = not self._policy_turn
            self._left = int(self._rng.integers(*(POLICY_FRAMES if self._policy_turn else EXPERT_FRAMES)))
        self._left -= 1
        if not self._policy_turn:
            return None
        try:
            return self._policy.act(observation, self._step).actions[0]  # asked after each action, as when it runs
        except UnsupportedError:
            return None


def _is_at_drawer(world: SimWorld) -> bool:
    """Whether the hand is where a push meets the cabinet, which does not give way, so that the arm stops."""
    if world.scene.drawer is None:
        return False
    tool, handle = world.tool_pose()[:3, 3], world.drawer_handle()
    return bool(tool[2] < AT_DRAWER_Z and np.hypot(*(tool - handle)[:2]) < AT_DRAWER_M)
