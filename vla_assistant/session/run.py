"""One run: what can be configured, and a command on its way from being understood to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from vla_assistant.session import messages as m
from vla_assistant.session.progress import StepProgress, most_give_ways
from vla_assistant.types import Command, Proposal, Step


@dataclass(frozen=True)
class Rules:
    """What can be configured, see `config.SessionSection`."""

    proposal_timeout_s: float = 30.0
    step_timeout_s: float = 30.0
    retries: int = 1
    queue_length: int = 8


class Phase(StrEnum):
    """How far a run has come."""

    PLANNING = "planning"
    PROPOSED = "proposed"
    CHECKING = "checking"
    ACTING = "acting"


@dataclass
class Run:
    """A command on its way from being understood to its end; `pace` is a share of the policy's own.

    `sure`: its words were surely understood. `later`: what is asked for while `steps` are only the way to where it can
    be looked for.
    """

    command: Command
    steps: tuple[Step, ...]
    phase: Phase = Phase.PLANNING
    proposal: Proposal | None = None
    ticket: m.Ticket | None = None
    progress: StepProgress = field(default_factory=lambda: StepProgress(0.0))
    attempts: dict[int, int] = field(default_factory=dict)
    pace: float = 1.0
    sure: bool = True
    later: tuple[Step, ...] = ()

    def look_first(self, steps: tuple[Step, ...]) -> None:
        """These steps come first; then what was asked for is looked for again."""
        self.steps, self.later = steps, self.steps

    def plan_again(self) -> None:
        """What came first is done."""
        self.steps, self.later = self.later, ()
        self.phase, self.proposal, self.ticket, self.attempts = Phase.PLANNING, None, None, {}

    @property
    def wanted(self) -> tuple[Step, ...]:
        """What is asked for."""
        return self.later or self.steps

    def begin_attempt(self, ticket: m.Ticket, timeout_s: float) -> None:
        """Another attempt at a step, with its own time."""
        self.ticket = ticket
        self.progress = StepProgress(timeout_s, most_give_ways(self.steps[ticket.index]))
