"""Carrying out a step in lockstep by the rules of the running program: `session.progress` decides, this does it.

What the session, the runner and the mover of the running program do for one step, without their processes: for
evaluation, and for programs that hold an environment of their own (see `policies.controller`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from vla_assistant.errors import UnsafeError
from vla_assistant.language import describe
from vla_assistant.policies.base import Policy
from vla_assistant.policies.posture import Hovering, begins_well, holding
from vla_assistant.session.messages import Acted, Ticket
from vla_assistant.session.progress import Next, StepProgress, most_give_ways
from vla_assistant.session.run import Rules
from vla_assistant.types import (
    ACTION_WIDTH,
    ActionChunk,
    Judgement,
    Observation,
    PoseArray,
    RobotState,
    Step,
    Verdict,
)

SETTLE_S = 1.2
"""Things come to rest before the last step is judged; success is measured over one second."""
RISE_M = 0.1
"""How far the hand rises before another attempt."""
SHIFT_ACTIONS, SHIFT_STEP_S = 4, 0.1


class Environment(Protocol):
    """An arm with cameras that waits for the policy: see `data.table.Table`."""

    def observe(self, instruction: str = "") -> Observation:
        """What the cameras and the arm report now."""
        ...

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        """Carry out the first `execute` actions of the chunk, under guard; what came of them."""
        ...

    def rest(self, seconds: float) -> None:
        """Let time pass without a new motion."""
        ...

    def go_home(self) -> bool:
        """The arm's own way home, with the fingers as they are; whether it arrived.

        Raises:
            UnsafeError: The guard holds the arm.
        """
        ...

    @property
    def held(self) -> str:
        """Why the guard holds the arm, a clause; empty when it does not."""
        ...


@dataclass(frozen=True)
class Attempts:
    """How patient the runner is.

    Attributes:
        execute: Actions of a chunk that are carried out before the policy looks again, see `execute_of`.
        timeout_s: Simulated seconds for one attempt.
        retries: Further attempts.
    """

    execute: int
    timeout_s: float = Rules.step_timeout_s
    retries: int = Rules.retries


@dataclass(frozen=True)
class StepResult:
    """What came of a step.

    Attributes:
        judgement: The policy's last one; a plain no where an attempt ended before there was any; of the way home the
            arm's own.
        attempts: How many the policy made; 0 when only the arm's own way home was taken.
        seconds: Simulated.
        reason: Why the step failed, a sentence; empty when it is done.
    """

    judgement: Judgement
    attempts: int
    seconds: float
    reason: str = ""


def execute_of(policy: Policy) -> int:
    """Actions of a chunk before the policy looks again, as its settings say."""
    return execute_in(getattr(policy, "config", None))


def execute_in(config: object) -> int:
    """Actions of a chunk before a policy with these settings looks again; 1 where they do not say."""
    return int(getattr(config, "execute_steps", 1))


def carry_out(
    policy: Policy,
    environment: Environment,
    step: Step,
    attempts: Attempts | None = None,
    last: bool = True,
    anywhere: bool = False,
) -> StepResult:
    """Carry out one step of a command as the program does, with the arm's own way home where it is due.

    `home` is that way and nothing else. A step that would begin with an empty hand away from home goes home first:
    there, or with something in the hand, a policy has learnt to begin.

    Args:
        policy, environment, step, attempts, last: See `run_step`.
        anywhere: The step begins where the arm stands.

    Raises:
        UnsafeError: As `run_step`.
    """
    if step.skill == "home":
        return _way_home(environment)
    if anywhere or begins_well(environment.observe().state):
        return run_step(policy, environment, step, attempts, last)
    way = _way_home(environment)
    if not way.judgement.done:
        return way
    result = run_step(policy, environment, step, attempts, last)
    return replace(result, seconds=way.seconds + result.seconds)


def _way_home(environment: Environment) -> StepResult:
    began_s = environment.observe().state.time_s
    judgement = homed(environment.go_home())
    seconds = environment.observe().state.time_s - began_s
    return StepResult(judgement, 0, seconds, "" if judgement.done else "The arm did not arrive at home.")


def homed(arrived: bool) -> Judgement:
    """What is said of a way home that ended."""
    return Judgement(arrived, 1.0, f"the arm {'reports that it stands' if arrived else 'did not arrive'} at home")


def run_step(
    policy: Policy, environment: Environment, step: Step, attempts: Attempts | None = None, last: bool = True
) -> StepResult:
    """Carry out one step and judge it, with retries.

    Args:
        policy: What acts and judges.
        environment: Where.
        step: What to do.
        attempts: How patiently; as the program's defaults and the policy's settings say when not given.
        last: Whether it is the last step of a command: things then come to rest before it is judged.

    Raises:
        UnsafeError: The guard holds the arm: in the running program the command ends here.
    """
    attempts = attempts or Attempts(execute_of(policy))
    attempt = first = _Attempt(policy, environment, step, attempts, last)
    ended, count = attempt.run(), 1
    while ended is Next.FAILED and count <= attempts.retries:
        step_back(environment)
        attempt = _Attempt(policy, environment, step, attempts, last)
        ended, count = attempt.run(), count + 1
    seconds = attempt.now.state.time_s - first.before.state.time_s
    return StepResult(attempt.judgement, count, seconds, attempt.progress.reason)


class _Attempt:
    """One attempt at one step: acts and judges as its progress tells."""

    def __init__(self, policy: Policy, environment: Environment, step: Step, attempts: Attempts, last: bool) -> None:
        self._policy, self._environment, self._step = policy, environment, step
        self._execute, self._last = attempts.execute, last
        self.progress = StepProgress(attempts.timeout_s, most_give_ways(step))
        self.judgement = Judgement(False, 1.0, "")
        self._hovering = Hovering()
        self.before = self.now = self._look()

    def run(self) -> Next:
        """To its end: DONE or FAILED."""
        what = Next.ACT
        while what in (Next.ACT, Next.JUDGE):
            what = self._act() if what is Next.ACT else self._judge()
        return what

    def _look(self) -> Observation:
        return replace(self._environment.observe(), instruction=describe((self._step,)))

    def _act(self) -> Next:
        now = self.now
        chunk = self._policy.act(now, self._step)
        execute = len(chunk.actions) if self._hovering.noticed(now.state) else self._execute
        verdict = self._environment.run(chunk, execute)
        require_free(self._environment)
        self.now = self._look()
        reason = " ".join(verdict.reasons)
        acted = Acted(_TICKET, chunk.done, now.state.time_s, verdict.allowed, reason, verdict.gave_way)
        return self.progress.acted(acted)

    def _judge(self) -> Next:
        if self._last:
            self._environment.rest(SETTLE_S)
            require_free(self._environment)
            self.now = self._look()
        self.judgement = self._policy.judge(self._step, self.before, self.now)
        return self.progress.judged(self.judgement)


_TICKET = Ticket(0, 0, 1, 0)
"""Tells attempts apart where results come back late; here none does."""


def require_free(environment: Environment) -> None:
    """Raise UnsafeError while the guard holds the arm: in the running program the command ends there."""
    if environment.held:
        raise UnsafeError(f"The guard held the arm: {environment.held}.")


def step_back(environment: Environment) -> None:
    """Rise straight up before the next attempt, so that it does not begin where the last one was stuck."""
    environment.run(shift(environment.observe().state, np.array([0.0, 0.0, RISE_M])), SHIFT_ACTIONS)
    require_free(environment)


def shift(state: RobotState, way: PoseArray) -> ActionChunk:
    """Straight along `way` (3,) [m] in the base frame; the fingers open unless something is between them."""
    actions = np.zeros((SHIFT_ACTIONS, ACTION_WIDTH), np.float32)
    actions[:, :3] = way / SHIFT_ACTIONS
    actions[:, 6] = state.gripper_command if holding(state) else 1.0
    return ActionChunk(actions, SHIFT_STEP_S, state.time_s)
