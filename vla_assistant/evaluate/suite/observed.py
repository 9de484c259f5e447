"""A policy with an eye on it: how long it thinks, what it believes, and whether that was so."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from vla_assistant.data.aims import aim_reached
from vla_assistant.errors import InputError
from vla_assistant.evaluate.suite.records import Judged
from vla_assistant.policies.base import Policy
from vla_assistant.types import ActionChunk, Judgement, Observation, Plan, Reference, SeenThing, Step

if TYPE_CHECKING:
    from vla_assistant.sim.world import SimWorld


class ObservedPolicy:
    """See `policies.base.Policy`; passes everything on.

    Attributes:
        act_ms: Each inference of a chunk [ms].
        judged: Every judgement, with the truth beside it.
        plan_confidence: The lowest of all plans.
    """

    def __init__(self, policy: Policy, world: SimWorld) -> None:
        self._policy, self._world = policy, world
        self._last_done = 0.0
        self._step, self._attempt = -1, 0
        self._before: Observation | None = None
        self._chances: dict[Step, float] = {}
        self.act_ms: list[float] = []
        self.judged: list[Judged] = []
        self.plan_confidence = 1.0

    def begin(self) -> None:
        """The next attempts are at another step."""
        self._step, self._attempt, self._before = self._step + 1, 0, None

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        return self._policy.look(observation, named)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        plan = self._policy.plan(steps, observation)
        self.plan_confidence = min(self.plan_confidence, plan.confidence)
        self._chances = dict(zip(plan.steps, plan.chances, strict=False))
        return plan

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        began = time.perf_counter()
        chunk = self._policy.act(observation, step)
        self.act_ms.append(round((time.perf_counter() - began) * 1000, 2))
        self._last_done = chunk.done
        return chunk

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        judgement = self._policy.judge(step, before, now)
        self._attempt += before is not self._before  # each attempt begins with a look of its own
        self._before = before
        self.judged.append(
            Judged(
                step=self._step,
                skill=step.skill,
                attempt=self._attempt,
                chunk_done=round(self._last_done, 4),
                done=judgement.done,
                confidence=round(judgement.confidence, 4),
                reached=self._reached(step),
                chance=self._chances.get(step),
            )
        )
        return judgement

    def close(self) -> None:
        self._policy.close()

    def _reached(self, step: Step) -> bool:
        try:
            return aim_reached(self._world, step)
        except InputError:  # it was told to act on what is not there
            return False
