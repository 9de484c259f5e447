"""One command from its words to its end, for programs and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from vla_assistant.events import Event, Proposed, RunEnded
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.types import Outcome, Proposal, Result, Source


@dataclass(frozen=True)
class Decision:
    """The answer to a proposal.

    Attributes:
        yes: May it be carried out?
        by: Who or what decided.
        reason: Why not, a clause, where nobody said no.
    """

    yes: bool
    by: str
    reason: str = ""


def carry_out(
    assistant: Assistant,
    text: str,
    source: Source,
    decide: Callable[[Proposal], Decision],
    notice: Callable[[Event], None] = lambda event: None,
    with_arm: bool = True,
) -> Outcome:
    """Start the assistant, give the command, and stay until it has ended. Ctrl-C meanwhile is a stop.

    A KeyboardInterrupt may carry the reason of the stop; without one somebody has pressed Ctrl-C.

    Args:
        assistant: Not started yet; the caller closes it.
        text: What was said.
        source: Where it comes from.
        decide: Answers its proposal.
        with_arm: See `Assistant.start`.
        notice: Takes every event, on the caller's thread; the last is the command's RunEnded. It hears that again if
            it was interrupted at it.
    """
    happened = assistant.events()
    number = assistant.add_command(text, source)
    ended: list[RunEnded] = []
    try:
        assistant.start(with_arm=with_arm)
        return _follow(assistant, number, happened, decide, notice, ended)
    except KeyboardInterrupt as interrupt:
        reason = interrupt_reason(interrupt)
        assistant.stop(reason)
        left = chain(ended, happened)  # after the end nothing comes any more that one could wait for
        return _follow(assistant, number, left, lambda _: Decision(False, "the stop", reason), notice, ended)


def interrupt_reason(interrupt: KeyboardInterrupt) -> str:
    """Why a run was interrupted, a clause."""
    return str(interrupt) or "you pressed Ctrl-C"


def _follow(
    assistant: Assistant,
    number: int,
    happened: Iterator[Event],
    decide: Callable[[Proposal], Decision],
    notice: Callable[[Event], None],
    ended: list[RunEnded],
) -> Outcome:
    """Until the command has ended; its end stands in `ended` before anybody is told."""
    for event in happened:
        if isinstance(event, RunEnded) and event.command.id == number:
            ended.append(event)
            notice(event)
            return event.outcome
        notice(event)
        if isinstance(event, Proposed) and event.proposal.command.id == number:
            decision = decide(event.proposal)
            if decision.yes:
                assistant.confirm(event.proposal.id, by=decision.by)
            else:
                assistant.cancel(by=decision.by, reason=decision.reason)
    return Outcome(Result.STOPPED, "The program was closed.")
