"""One command from its words to its end, for programs and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vla_assistant.events import Event, Proposed, RunEnded
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.types import Outcome, Proposal, Result, Source


def carry_out(
    assistant: Assistant,
    text: str,
    source: Source,
    decide: Callable[[Proposal], bool],
    notice: Callable[[Event], None] = lambda event: None,
    with_arm: bool = True,
) -> Outcome:
    """Start the assistant, give the command, and stay until it has ended. Ctrl-C meanwhile is a stop.

    Args:
        assistant: Not started yet; the caller closes it.
        text: What was said.
        source: Where it comes from.
        decide: Yes or no to its proposal.
        with_arm: See `Assistant.start`.
        notice: Takes every event, on the caller's thread; the last is the command's RunEnded.
    """
    happened = assistant.events()
    number = assistant.add_command(text, source)
    assistant.start(with_arm=with_arm)
    try:
        return _follow(assistant, number, happened, decide, notice)
    except KeyboardInterrupt:
        assistant.stop("you pressed Ctrl-C")
        return _follow(assistant, number, happened, lambda proposal: False, notice)


def _follow(
    assistant: Assistant,
    number: int,
    happened: Iterator[Event],
    decide: Callable[[Proposal], bool],
    notice: Callable[[Event], None],
) -> Outcome:
    for event in happened:
        notice(event)
        if isinstance(event, Proposed) and event.proposal.command.id == number:
            if decide(event.proposal):
                assistant.confirm(event.proposal.id, by="--yes")
            else:
                assistant.cancel(by="the terminal")
        elif isinstance(event, RunEnded) and event.command.id == number:
            return event.outcome
    return Outcome(Result.STOPPED, "The program was closed.")
