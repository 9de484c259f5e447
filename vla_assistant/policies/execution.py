"""Carrying out a step in lockstep: act, look again, stop when the policy says done, judge, try once more.

The same rules as in the running program, without its processes: for evaluation, and for programs that hold an
environment of their own (see `policies.controller`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vla_assistant.policies.base import Policy
from vla_assistant.session.progress import most_give_ways
from vla_assistant.sim.arm_model import HOME_JOINTS
from vla_assistant.types import ActionChunk, Judgement, Observation, PoseArray, RobotState, Step, Verdict

DONE_FROM = 0.5
"""A chunk with this probability of being done counts as done ..."""
DONE_CHUNKS = 2
"""... when this many in a row say so: one alone may be a flicker at the grasp."""
HOVER_S, HOVER_M = 1.0, 0.015
"""A hand that stays within so many metres for that many seconds hovers."""
LIFT_M, LIFT_ACTIONS = 0.025, 4
GRIPPER_EMPTY = 0.05
"""Fingers that are closed further than this hold nothing; the thinnest thing is 16 mm wide, a fifth of the opening."""
AT_HOME_RAD = 0.1
"""A joint further than this from home may hold the hand over the table."""


class Environment(Protocol):
    """An arm with cameras that waits for the policy: see `data.table.Table`."""

    def observe(self, instruction: str = "") -> Observation:
        """What the cameras and the arm report now."""
        ...

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        """Carry out the first `execute` actions of the chunk, under guard; what came of them."""
        ...


@dataclass(frozen=True)
class Attempts:
    """How patient the runner is: simulated seconds for one attempt, further attempts, actions between two looks."""

    timeout_s: float = 15.0
    retries: int = 1
    execute: int = 2


@dataclass(frozen=True)
class StepResult:
    """What came of a step: the policy's judgement, attempts made, and simulated seconds."""

    judgement: Judgement
    attempts: int
    seconds: float


def run_step(policy: Policy, environment: Environment, step: Step, attempts: Attempts | None = None) -> StepResult:
    """Carry out one step and judge it, with retries."""
    attempts = attempts or Attempts()
    before = now = environment.observe()
    for attempt in range(1, attempts.retries + 2):
        if attempt > 1:
            step_back(environment, now)
        now = _attempt(policy, environment, step, attempts)
        judgement = policy.judge(step, before, now)
        if judgement.done or attempt == attempts.retries + 1:
            break
    return StepResult(judgement, attempt, now.state.time_s - before.state.time_s)


def _attempt(policy: Policy, environment: Environment, step: Step, attempts: Attempts) -> Observation:
    """Act until the policy says done, time is up or the hand has met too much; the last observation."""
    now = environment.observe()
    agreed, gave_way, left_s, hovering = 0, 0, attempts.timeout_s, Hovering()
    while left_s > 0 and gave_way < most_give_ways(step):
        chunk = policy.act(now, step)
        agreed = agreed + 1 if chunk.done >= DONE_FROM else 0
        if agreed >= DONE_CHUNKS:
            break
        execute = len(chunk.actions) if hovering.noticed(now.state) else attempts.execute
        gave_way += environment.run(chunk, execute).gave_way
        left_s -= execute * chunk.step_s
        now = environment.observe()
    return now


class Hovering:
    """Notices a hand that stays where it is, between two motions that look equally good to the policy.

    A chunk's first actions are then what it does already; the later ones go on. Carried out whole, it gets away.
    """

    def __init__(self) -> None:
        self._looks: deque[PoseArray] = deque()

    def noticed(self, state: RobotState) -> bool:
        """Count a look; whether all of the last second found the hand in one place, its fingers told the same."""
        self._looks.append(np.array([state.time_s, *state.T_base_tool[:3, 3], state.gripper_command]))
        since = state.time_s - HOVER_S + 1e-6
        while len(self._looks) > 1 and self._looks[1][0] <= since:
            self._looks.popleft()
        _, *place, told = np.ptp(self._looks, axis=0)
        stays = bool(self._looks[0][0] <= since and max(place) < HOVER_M and told == 0.0)
        if stays:
            self._looks.clear()
        return stays


def step_back(environment: Environment, now: Observation, step_s: float = 0.1) -> None:
    """Rise straight up before the next attempt, so that it does not begin where the last one was stuck."""
    actions = np.zeros((LIFT_ACTIONS, 7), np.float32)
    actions[:, 2] = LIFT_M
    actions[:, 6] = now.state.gripper_command
    environment.run(ActionChunk(actions, step_s, now.state.time_s), LIFT_ACTIONS)


def holding(state: RobotState) -> bool:
    """Closed on something: fingers that were told to close and did not meet."""
    return state.gripper_command < 0.5 and state.gripper > GRIPPER_EMPTY


def is_home(state: RobotState) -> bool:
    """Whether the arm's own state says that it is where the way home leads."""
    return float(np.abs(state.joints - HOME_JOINTS).max()) < AT_HOME_RAD


def begins_well(state: RobotState) -> bool:
    """Whether a step may begin here: at home or with something in the hand; else the arm goes home first."""
    return holding(state) or is_home(state)
