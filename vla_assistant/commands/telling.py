"""Events as sentences for people at a terminal, and their answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from vla_assistant import events
from vla_assistant.commands import keyboard
from vla_assistant.events import Event, PartState
from vla_assistant.types import Step

if TYPE_CHECKING:
    from vla_assistant.runtime.single_run import Decision

STOPPED = "Stopped."
"""Said aloud of every stop, which has a line of its own with the reason."""


def sentence_line(event: Event) -> None:
    """Print what happened for people; most events need no line."""
    sentence = sentence_of(event)
    if sentence:
        print(sentence, flush=True)


def sentence_of(event: Event) -> str:
    """One line, or nothing; a resume is told by what is said of it."""
    match event:
        case events.PartChanged(part=part, state=PartState.FAILED | PartState.WARNING, detail=detail):
            return f"! {part}: {detail}"
        case events.Warned(message=message):
            return f"! {message}"
        case events.Heard(utterance=utterance):
            return f"> {utterance.text}"
        case events.NothingHeard(reason=reason) if reason:
            return f"  ({reason})"
        case events.Understood(understanding=said) if said.notes or said.choices:
            return "\n".join([*(f"  ({note})" for note in said.notes), *(f"  - {choice}" for choice in said.choices)])
        case events.Proposed(proposal=proposal):
            return "\n".join(f"  {number}. {step_text(step)}" for number, step in enumerate(proposal.plan.steps, 1))
        case events.StepStarted(index=index, attempt=attempt, step=step):
            again = f" (attempt {attempt})" if attempt > 1 else ""
            return f"  [{index + 1}] {step_text(step)}{again} ..."
        case events.StepEnded(index=index, done=done, evidence=evidence):
            return f"  [{index + 1}] {'done' if done else 'not done'}. {evidence}"
        case events.Said(text=text) if text != STOPPED:
            return text
        case events.Stopped(reason=reason, still=False):
            return f"! Stopped: {reason}"
    return ""


def step_text(step: Step) -> str:
    """A step in words."""
    from vla_assistant import language

    return language.describe((step,))


def _asked(prompt: str) -> str:
    """Like `input`, but the prompt does not get between the lines of the output."""
    print(prompt, end="", file=sys.stderr, flush=True)
    return keyboard.line()


def asked_on_terminal(prompt: Callable[[str], str] = _asked) -> Decision:
    """Yes or no from the keyboard; without a terminal it is no: silence is never yes."""
    from vla_assistant import language
    from vla_assistant.runtime.single_run import Decision
    from vla_assistant.types import Intent

    if not (sys.stdin and sys.stdin.isatty()):
        print("Nobody can answer here, so nothing moves: confirm beforehand with --yes.", file=sys.stderr, flush=True)
        return Decision(False, "nobody", "there was no terminal to ask, --yes confirms beforehand")
    try:
        yes = language.closed_intent(prompt("Type yes to go on, anything else cancels: ")) is Intent.YES
    except EOFError:
        yes = False
    return Decision(yes, "the terminal")
