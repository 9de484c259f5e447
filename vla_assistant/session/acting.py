"""A confirmed command being carried out: step by step, each acted, judged, and tried again if need be; paused between.

Pure like the session that owns it: results go in, effects come out through `emit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from vla_assistant import events
from vla_assistant.session import messages as m
from vla_assistant.session.progress import Next
from vla_assistant.session.run import Rules, Run
from vla_assistant.session.wording import Wording
from vla_assistant.types import Interjection, Result

PACES = (1.0, 0.7, 0.5)
"""Shares of the policy's own pace, from the fastest; slower than this a step would run out of time."""


class Finish(Protocol):
    """Ends the run with what is said and why it is believed."""

    def __call__(self, result: Result, reason: str, evidence: str = "") -> None: ...


class Acting:
    """See the module."""

    def __init__(
        self,
        run: Run,
        rules: Rules,
        serials: Iterator[int],
        emit: Callable[[m.Effect], None],
        now: Callable[[], float],
        finish: Finish,
        words: Wording,
    ) -> None:
        """Begin: from here on motion is asked for. `serials` number the attempts of all runs."""
        self._run, self._rules, self._serials = run, rules, serials
        self._emit_effect, self._now, self._finish, self._words = emit, now, finish, words
        self._waiting: list[m.Effect] = []
        self._moves = False  # something was asked for since the arm was last told to hold or to come to rest
        self.paused = False
        self._emit(m.Begin(run.command, run.wanted))
        self._set_pace()
        self._start_step(0)

    def interject(self, said: Interjection) -> tuple[bool, str]:
        """Do what is said about this motion; whether anything changed by it, and what to say to that."""
        say = self._words.say
        match said.kind:
            case "pause":
                return self._pause(), say("paused")
            case "resume":
                return (True, say("going_on")) if self._go_on() else (False, say("at_it"))
            case "slower" | "faster" as kind:
                changed = self._change_pace(faster=kind == "faster")
                return changed, say(kind if changed else f"no_{kind}")
        assert self._run.ticket is not None
        self._emit(m.Nudge(self._run.ticket, said.direction, said.metres, self.paused))
        return True, say(f"little_{said.direction}")

    def _pause(self) -> bool:
        """Hold where the arm is and begin nothing new until it goes on; False when it is paused already."""
        first, self.paused = not self.paused, True
        if first:
            self._emit(m.Hold("you said pause", latched=False))
            self._emit(m.Withhold(self._run.command.id, True))
            self._tell(events.Paused(self._now(), self._run.command))
        return first

    def _go_on(self) -> bool:
        """Do what has waited since the pause; False when nothing was paused. The step gets its whole time again."""
        if not self.paused:
            return False
        self.paused = False
        self._emit(m.Withhold(self._run.command.id, False))
        self._tell(events.WentOn(self._now(), self._run.command))
        self._run.progress.restart_clock()
        waiting, self._waiting = self._waiting, []
        for effect in waiting:
            self._emit(effect)
        return True

    def _change_pace(self, faster: bool) -> bool:
        """One pace slower or faster; False when there is none."""
        at = PACES.index(self._run.pace) + (-1 if faster else 1)
        if not 0 <= at < len(PACES):
            return False
        self._run.pace = PACES[at]
        self._set_pace()
        return True

    # What comes back.

    def take(self, item: m.Acted | m.Judged | m.Recovered) -> None:
        """A result; one that belongs to an earlier attempt is ignored."""
        if item.ticket != self._run.ticket:
            return
        progress = self._run.progress
        match item:
            case m.Acted():
                self._go_on_after(item.ticket, progress.acted(item), "")
            case m.Judged(judgement=judgement):
                if judgement.done and self._run.steps[item.ticket.index].skill == "home":  # the arm itself says so
                    self._moves = False
                self._go_on_after(item.ticket, progress.judged(judgement), judgement.evidence)
            case m.Recovered():
                self._start_step(item.ticket.index)

    def _go_on_after(self, ticket: m.Ticket, what: Next, evidence: str) -> None:
        step = self._run.steps[ticket.index]
        if what is Next.ACT:
            self._move(m.Act(ticket, step))
        elif what is Next.JUDGE:
            self._move(m.Judge(ticket, step, last=ticket.index == len(self._run.steps) - 1))
        elif what is Next.DONE:
            self._step_done(ticket, evidence)
        else:
            self._attempt_failed(ticket, self._run.progress.reason)

    def _step_done(self, ticket: m.Ticket, evidence: str) -> None:
        evidence = self._words.retold(evidence)
        self._tell(events.StepEnded(self._now(), ticket.index, True, evidence, self._words.language))
        if ticket.index + 1 < len(self._run.steps):
            self._start_step(ticket.index + 1)
        else:
            self._end(Result.DONE, self._words.say("done", steps=self._words.steps(self._run.steps)), evidence)

    def _attempt_failed(self, ticket: m.Ticket, reason: str) -> None:
        step, reason = self._run.steps[ticket.index], self._words.retold(reason)
        self._tell(events.StepEnded(self._now(), ticket.index, False, reason, self._words.language))
        if ticket.attempt <= self._rules.retries:
            self._move(m.Recover(ticket, step))
        else:
            what = self._words.steps((step,))
            self._end(Result.FAILED, self._words.say("could_not", steps=what, reason=_sentence(reason)), reason)

    def _end(self, result: Result, reason: str, evidence: str) -> None:
        """What is left of a chunk would go on for most of a second after the end; only a last look lets it rest."""
        if self._moves:
            self._emit(m.Hold("the command has ended", latched=False, command_id=self._run.command.id))
        self._finish(result, reason, evidence)

    def _start_step(self, index: int) -> None:
        run = self._run
        attempt = run.attempts[index] = run.attempts.get(index, 0) + 1
        run.begin_attempt(m.Ticket(run.command.id, index, attempt, next(self._serials)), self._rules.step_timeout_s)
        assert run.ticket is not None
        self._tell(events.StepStarted(self._now(), index, run.steps[index], attempt, self._words.language))
        self._move(m.Act(run.ticket, run.steps[index]))

    def _move(self, effect: m.Effect) -> None:
        """What may move the arm or must see it at rest waits while it is paused."""
        if self.paused:
            self._waiting.append(effect)
        else:
            self._emit(effect)

    def _emit(self, effect: m.Effect) -> None:
        if isinstance(effect, m.Act | m.Recover | m.Nudge):
            self._moves = True
        elif isinstance(effect, m.Hold) or (isinstance(effect, m.Judge) and effect.last):
            self._moves = False
        self._emit_effect(effect)

    def _set_pace(self) -> None:
        self._emit(m.Pace(self._run.pace))

    def _tell(self, event: events.Event) -> None:
        self._emit(m.Publish(event))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
