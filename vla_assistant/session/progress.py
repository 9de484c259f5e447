"""When is a step done, when has an attempt failed: pure rules over what the policy and the guard report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from vla_assistant.session.messages import Acted
from vla_assistant.types import Judgement, Step

DONE_ABOVE = 0.5
"""A chunk whose `done` is above this says that the step is finished."""

DONE_CHUNKS = 2
"""So many chunks in a row must say so before the step is judged."""

DOUBTS = 3
"""So many judgements may disagree with the policy's `done` before the attempt counts as failed."""

REFUSALS = 5
"""So many chunks in a row may be refused by the guard before the attempt counts as failed."""

GIVE_WAYS = 3
"""So often may the hand meet something and give way before the attempt is judged a last time ..."""

PRESSING = ("open", "close")
"""... but not in these skills, which push or pull until something stops them."""


def most_give_ways(step: Step) -> float:
    """How often the hand may give way in an attempt at this step before it is over."""
    return math.inf if step.skill in PRESSING else GIVE_WAYS


class Next(StrEnum):
    """What to do after a chunk or a judgement."""

    ACT = "act"
    JUDGE = "judge"
    DONE = "done"
    FAILED = "failed"


@dataclass
class StepProgress:
    """One attempt at one step.

    Attributes:
        timeout_s: A step that is not done by then is judged a last time.
        most_give_ways: See `most_give_ways`.
        reason: Why the attempt failed, a sentence.
    """

    timeout_s: float
    most_give_ways: float = GIVE_WAYS
    reason: str = ""
    _began_s: float | None = None
    _finished: int = 0
    _refused: int = 0
    _doubts: int = 0
    _gave_way: int = 0
    _out_of_time: bool = False

    def restart_clock(self) -> None:
        """The step gets its whole time again, from the next chunk on."""
        self._began_s = None

    def acted(self, acted: Acted) -> Next:
        """Count a chunk."""
        if self._began_s is None:
            self._began_s = acted.time_s
        self._refused = 0 if acted.allowed else self._refused + 1
        if self._refused >= REFUSALS:
            self.reason = acted.reason
            return Next.FAILED
        self._out_of_time = acted.time_s - self._began_s > self.timeout_s
        self._finished = self._finished + 1 if acted.done > DONE_ABOVE else 0
        self._gave_way += acted.gave_way
        return Next.JUDGE if self._is_over or self._finished >= DONE_CHUNKS else Next.ACT

    def judged(self, judgement: Judgement) -> Next:
        """Count a judgement: only one that agrees ends the step well."""
        if judgement.done:
            return Next.DONE
        self._doubts += 1
        self._finished = 0
        if not self._is_over and self._doubts < DOUBTS:
            return Next.ACT
        self.reason = judgement.evidence or "It is not done."
        if self._out_of_time:
            self.reason = f"{self.reason.rstrip('.')}, and the time of {self.timeout_s:g} s is up."
        elif self._is_over:
            self.reason = f"{self.reason.rstrip('.')}, and the hand met something {self._gave_way} times."
        return Next.FAILED

    @property
    def _is_over(self) -> bool:
        return self._out_of_time or self._gave_way >= self.most_give_ways
