"""How far a command is: a pure value that follows the events; the plan panel draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from vla_assistant.events import (
    Acting,
    Confirmed,
    Event,
    Paused,
    Proposed,
    Resumed,
    RunEnded,
    StepEnded,
    StepStarted,
    Stopped,
    Understood,
    WentOn,
    Withdrawn,
)
from vla_assistant.types import Command, Intent, Outcome, Proposal, Result, Step, Understanding


class Phase(StrEnum):
    """EMPTY: nothing yet. PLANNING: understood. PROPOSED: waits for yes. RUNNING: confirmed. ENDED: has an outcome."""

    EMPTY = "empty"
    PLANNING = "planning"
    PROPOSED = "proposed"
    RUNNING = "running"
    ENDED = "ended"


class StepState(StrEnum):
    """What became of a step; RETRYING is a running step in its second or later attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class StepRow:
    """One step with its state; progress 0-1 as the policy estimates it; evidence is why it counts as done or failed.

    `language` is the one to name the step in.
    """

    step: Step
    state: StepState = StepState.WAITING
    attempt: int = 1
    progress: float = 0.0
    evidence: str = ""
    language: str = "en"

    @property
    def active(self) -> bool:
        return self.state in (StepState.RUNNING, StepState.RETRYING)


@dataclass(frozen=True)
class Progress:
    """The command in hand with its steps; `paused`: it runs and holds where it is."""

    phase: Phase = Phase.EMPTY
    command: Command | None = None
    rows: tuple[StepRow, ...] = ()
    summary: str = ""
    proposal: Proposal | None = None
    note: str = ""
    outcome: Outcome | None = None
    paused: bool = False

    def after(self, event: Event) -> Progress:
        """The progress once `event` has happened; the same object when it changes nothing."""
        match event:
            case Understood(command=command, understanding=said) if said.intent is Intent.COMMAND:
                return self if said.question else self._understood(command, said)
            case Proposed(proposal=proposal):
                rows = tuple(StepRow(step, language=proposal.language) for step in proposal.plan.steps)
                return Progress(Phase.PROPOSED, proposal.command, rows, proposal.plan.summary, proposal)
            case Confirmed(proposal_id=number) if self._waits_for(number):
                return replace(self, phase=Phase.RUNNING, proposal=None)
            case Withdrawn(proposal_id=number, reason=reason) if self._waits_for(number):
                return replace(self, phase=Phase.ENDED, proposal=None, note=reason)
            case Paused(command=command) | WentOn(command=command) if self._is_about(command):
                return replace(self, paused=isinstance(event, Paused))
            case StepStarted(index=index):
                return self._started(event)
            case Acting(index=index, chunk=chunk):
                return self._with_row(index, progress=max(0.0, min(1.0, chunk.progress)))
            case StepEnded(index=index, done=done, evidence=evidence):
                state = StepState.DONE if done else StepState.FAILED
                return self._with_row(index, state=state, evidence=evidence, progress=1.0 if done else 0.0)
            case Stopped() if self.phase in (Phase.PROPOSED, Phase.RUNNING):
                return self._cut(StepState.STOPPED, phase=Phase.ENDED, proposal=None, note="Stopped.", paused=False)
            case RunEnded(command=command, outcome=outcome) if self._is_about(command):
                return self._ended(outcome)
            case Resumed() if self.note == "Stopped.":
                return replace(self, note="")
        return self

    def _waits_for(self, proposal_id: int) -> bool:
        return self.proposal is not None and self.proposal.id == proposal_id

    def _is_about(self, command: Command) -> bool:
        return self.command is not None and self.command.id == command.id

    def _understood(self, command: Command, said: Understanding) -> Progress:
        if self.phase is Phase.RUNNING:
            return self
        return Progress(Phase.PLANNING, command, tuple(StepRow(step, language=said.language) for step in said.steps))

    def _started(self, event: StepStarted) -> Progress:
        """A retry may begin further up the plan (pick up again what was dropped); what follows waits again."""
        index, state = event.index, StepState.RUNNING if event.attempt == 1 else StepState.RETRYING
        row = StepRow(event.step, state, event.attempt, language=event.language)
        following = tuple(replace(later, state=StepState.WAITING, evidence="") for later in self.rows[index + 1 :])
        return replace(self, phase=Phase.RUNNING, rows=(*self.rows[:index], row, *following), proposal=None)

    def _with_row(self, index: int, **changes: object) -> Progress:
        if not 0 <= index < len(self.rows):
            return self
        rows = list(self.rows)
        rows[index] = replace(rows[index], **changes)  # type: ignore[arg-type]
        return replace(self, rows=tuple(rows))

    def _cut(self, state: StepState, **changes: object) -> Progress:
        rows = tuple(replace(row, state=state) if row.active else row for row in self.rows)
        return replace(self, rows=rows, **changes)  # type: ignore[arg-type]

    def _ended(self, outcome: Outcome) -> Progress:
        state = {Result.DONE: StepState.DONE, Result.FAILED: StepState.FAILED}.get(outcome.result, StepState.STOPPED)
        return self._cut(state, phase=Phase.ENDED, proposal=None, outcome=outcome, note="", paused=False)
