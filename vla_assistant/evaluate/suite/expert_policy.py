"""The scripted expert in the place of a policy: reads the world's state, so it shows what the tasks allow at best."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from vla_assistant.data.aims import aim_reached
from vla_assistant.sim.expert import STEP_S, expert_action
from vla_assistant.types import ActionChunk, Judgement, Observation, Plan, Reference, SeenThing, Step

if TYPE_CHECKING:
    from vla_assistant.sim.world import SimWorld


class ExpertPolicy:
    """See `policies.base.Policy`; one action a chunk."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        """Nothing: it does not look."""
        return ()

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        """The steps as they are; nobody hears a summary."""
        return Plan(steps, "", 1.0)

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        """The expert's action for this state."""
        action, done = expert_action(self._world, step, observation.state.T_base_command)
        return ActionChunk(action[None], STEP_S, observation.state.time_s, done=float(done))

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        """Whether the aim holds."""
        return Judgement(aim_reached(self._world, step), 1.0, "The state says so.")

    def close(self) -> None:
        """Nothing is held open."""
