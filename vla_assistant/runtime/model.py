"""The model process: the policy and, if chosen, Whisper. The app never imports torch."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from vla_assistant.config import Settings
from vla_assistant.errors import ProcessError
from vla_assistant.runtime.learnt import LearntByModel
from vla_assistant.runtime.served_models import CRASHED, ServedModels, Tell
from vla_assistant.types import ActionChunk, Judgement, Observation, Plan, Reference, SeenThing, Step


class ModelProcess(ServedModels):
    """Client of the model process; implements `policies.base.Policy`. Safe to call from any thread."""

    def __init__(self, settings: Settings, tell: Tell = lambda *_: None) -> None:
        """`tell` hears of loading, readiness and failures; it is called from a thread of this object."""
        super().__init__(settings, tell)
        self._planned_by: int | None = None
        self.learnt = LearntByModel(self._why_not)
        self.serve("policies", settings.use.policy)

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        """See `Policy.look`."""
        seen: tuple[SeenThing, ...] = self.call("look", observation, tuple(named))
        return seen

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        """See `Policy.plan`."""
        self.await_loaded("policies")
        self._planned_by = self.generation
        plan: Plan = self.call("plan", steps, observation)
        return plan

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        """See `Policy.act`."""
        self._require_same_process()
        chunk: ActionChunk = self.call("act", observation, step)
        return chunk

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        """See `Policy.judge`."""
        self._require_same_process()
        judgement: Judgement = self.call("judge", step, before, now)
        return judgement

    def forget(self) -> None:
        """See `policies.base.Forgetful`; a process that is not up, or dies of it, keeps nothing anyway."""
        if self.ready("policies"):
            with suppress(ProcessError):
                self.call("forget")

    def _why_not(self, step: Step) -> str:
        why: str = self.call("why_not", step)
        return why

    def _require_same_process(self) -> None:
        """A motion that was planned before a crash does not go on by itself when the next process is up."""
        self.await_loaded("policies")
        if self._planned_by not in (None, self.generation):
            raise ProcessError(CRASHED)
