"""The program around `Conversation` as a benchmark hears it: the real session, with a hand and an arm that are told.

What is said goes the way it goes in the program (closed words, interjections, Going, look, feel, settle); only the
policy and the motion are left out: what is confirmed is under way until `finish`, and then done.
"""

from __future__ import annotations

import functools
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from vla_assistant import events, language
from vla_assistant.language import Hand, Learnt
from vla_assistant.language.abilities import check
from vla_assistant.language.decoding.notation import with_slots
from vla_assistant.language.decoding.parsing import request_of
from vla_assistant.language.meaning import Refused
from vla_assistant.language.request import Request
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.train.recombining.meanings import row_of
from vla_assistant.types import (
    Command,
    Judgement,
    Plan,
    Proposal,
    Reference,
    SeenThing,
    Source,
    Step,
    Understanding,
)


@dataclass(frozen=True)
class Heard:
    """What came of one text.

    Attributes:
        understanding: None for closed words and interjections, which nothing has to understand.
        effects: Everything that the session asked for.
    """

    understanding: Understanding | None
    effects: tuple[m.Effect, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is proposed."""
        return self.understanding.steps if self.understanding else ()

    @property
    def question(self) -> str:
        """What is asked."""
        return self.understanding.question if self.understanding else ""

    @property
    def way(self) -> str:
        """ "proposed", "asked" or "refused" (also of what asks for nothing)."""
        return "proposed" if self.steps else "asked" if self.question else "refused"

    def told(self, kind: type[events.Event]) -> bool:
        """Whether the user was told that event."""
        return any(isinstance(effect, m.Publish) and isinstance(effect.event, kind) for effect in self.effects)


class App:
    """One session over a table.

    Attributes:
        seen: What the policy sees now.
        held: What the gripper reports to hold.
        done: Every step that was carried out.
    """

    def __init__(self, seen: Sequence[SeenThing], held: Reference | None = None, learnt: Learnt | None = None) -> None:
        """`learnt`: of the policy; of the shipped weights when None."""
        self.seen, self.held = tuple(seen), held
        self.done: list[Step] = []
        self._conversation = language.Conversation("auto", learnt=learnt or shipped())  # as the program is delivered
        self._session = Session(Rules(), language.describe, language.interjection, language.means_less)
        self._numbers = count(1)
        self._under_way: deque[m.Effect] = deque()

    @property
    def stopped(self) -> bool:
        """Whether a stop is latched."""
        return self._session.stopped

    @property
    def proposal(self) -> Proposal | None:
        """What waits for a yes."""
        return self._session.proposal

    @property
    def moving(self) -> bool:
        """Whether what was confirmed is under way."""
        return self._session.acting

    def say(self, text: str, source: Source = Source.TYPED) -> Heard:
        """What comes of the text; what is said while the arm moves and is none of its business waits for its end."""
        command = Command(next(self._numbers), text, source, 0.0)
        effects = self._feed(m.Given(command, language.closed_intent(text, "auto")))
        while self._under_way and _waits(effects, command):
            effects += self.finish()
        return Heard(_understood(effects, command), tuple(effects))

    def confirm(self) -> None:
        """The user says yes to what is proposed."""
        self._feed(m.Confirm(None, "benchmark"))

    def resume(self) -> None:
        """The user clears the latch of a stop."""
        self._feed(m.Resume())

    def finish(self) -> list[m.Effect]:
        """What is under way is carried out to its end; what was asked for meanwhile."""
        effects: list[m.Effect] = []
        while self._under_way:
            match self._under_way.popleft():
                case m.Act(ticket, step):
                    self._do(step)
                    effects += self._feed(m.Acted(ticket, 1.0, 0.0))
                case m.Judge(ticket):
                    effects += self._feed(m.Judged(ticket, Judgement(True, 1.0, "")))
        return effects

    def _do(self, step: Step) -> None:
        self.done.append(step)
        if step.skill == "pick":
            self.held = step.object
        elif step.skill in ("place", "put_down", "give"):
            self.held = None

    def _feed(self, item: m.Input) -> list[m.Effect]:
        done: list[m.Effect] = []
        waiting = deque(self._session.feed(item, 0.0))
        while waiting:
            effect = waiting.popleft()
            done.append(effect)
            answer = self._answer(effect)
            if answer is not None:
                waiting.extend(self._session.feed(answer, 0.0))
        return done

    def _answer(self, effect: m.Effect) -> m.Input | None:
        match effect:
            case m.Interpret(command, going):
                meant = self._conversation.understand(
                    command.id, command.text, going, lambda: self.seen, lambda: Hand(self.held)
                )
                return m.Interpreted(command.id, meant)
            case m.Ground(command, steps):
                return m.Planned(command.id, _draft(steps))
            case m.Recheck(proposal):
                return m.Planned(proposal.command.id, _draft(proposal.plan.steps))
            case m.Settle(number, done):
                self._conversation.settle(number, done)
            case m.Forget(number):
                self._conversation.forget(number)
            case m.Release():
                return m.Resume()
            case m.Act() | m.Judge():
                self._under_way.append(effect)
        return None


@functools.cache
def shipped() -> Learnt:
    """What the shipped weights have learnt."""
    from vla_assistant.networks.weights import read_learnt
    from vla_assistant.policies.compact import default_weights

    return read_learnt(default_weights())


def unlearnt(request: Request) -> bool:
    """Whether the shipped policy has not learnt what is asked for, so that only a refusal is right."""
    try:
        check(request, shipped())
    except Refused:
        return True
    things = [thing for act in request.acts for thing in (act.object, *act.anchors) if thing is not None]
    coloured = [Reference("cube", thing.colour) for thing in things if thing.colour]
    return any(shipped().why_not(Step("pick", reference)) for reference in coloured)


def meant(meaning: str) -> Request | None:
    """The request that a meaning in the notation of the sentences says; None for one that asks for nothing."""
    lengths = [float(number) for number in re.findall(r"(\d+(?:\.\d+)?) cm", meaning)]
    tokens = with_slots(row_of(meaning), lengths)
    return request_of(tokens, lengths) if tokens is not None else None


def _draft(steps: tuple[Step, ...]) -> m.Draft:
    return m.Draft(Plan(steps, language.describe(steps), 1.0), 1, 0.0)


def _waits(effects: Sequence[m.Effect], command: Command) -> bool:
    """Whether the command is queued and was not understood yet."""
    queued = (e.event for e in effects if isinstance(e, m.Publish) and isinstance(e.event, events.Queued))
    return any(event.command.id == command.id for event in queued) and not _understood(effects, command)


def _understood(effects: Sequence[m.Effect], command: Command) -> Understanding | None:
    for effect in reversed(effects):
        match effect:
            case m.Publish(event=events.Understood(command=Command(id=command.id), understanding=understanding)):
                return understanding
    return None
