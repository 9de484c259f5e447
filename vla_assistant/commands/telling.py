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
            steps = (step_text(step, proposal.language) for step in proposal.plan.steps)
            return "\n".join(f"  {number}. {text}" for number, text in enumerate(steps, 1))
        case events.StepStarted(index=index, attempt=attempt, step=step, language=spoken):
            again = f" ({_clause(spoken, 'attempt', count=attempt)})" if attempt > 1 else ""
            return f"  [{index + 1}] {step_text(step, spoken)}{again} ..."
        case events.StepEnded(index=index, done=done, evidence=evidence, language=spoken):
            return f"  [{index + 1}] {_clause(spoken, 'step_done' if done else 'step_not_done')}. {evidence}"
        case events.Said(text=text, language=spoken) if text != _stopped(spoken):
            return text
        case events.Stopped(reason=reason, still=False):
            return f"! Stopped: {reason}"
    return ""


def step_text(step: Step, spoken: str) -> str:
    """A step in words of the language that is spoken."""
    from vla_assistant import language

    return language.describe((step,), spoken, "infinitive")


def _clause(spoken: str, key: str, **values: object) -> str:
    from vla_assistant.language.phrasebook_file import load

    return load(spoken).clause(key, **values)


def _stopped(spoken: str) -> str:
    """Said aloud of every stop, which has a line of its own with the reason."""
    from vla_assistant.language.phrasebook_file import load

    return load(spoken).say("stopped")


def _asked(prompt: str) -> str:
    """Like `input`, but the prompt does not get between the lines of the output."""
    print(prompt, end="", file=sys.stderr, flush=True)
    return keyboard.line()


def asked_on_terminal(prompt: Callable[[str], str] = _asked, spoken: str = "en") -> Decision:
    """Yes or no from the keyboard, in the language that is spoken or in English; without a terminal it is no: silence
    is never yes."""
    from vla_assistant import language
    from vla_assistant.language.phrasebook_file import load
    from vla_assistant.runtime.single_run import Decision
    from vla_assistant.types import Intent

    if not (sys.stdin and sys.stdin.isatty()):
        print(load(spoken).say("nobody_here"), file=sys.stderr, flush=True)
        return Decision(False, "nobody", "there was no terminal to ask, --yes confirms beforehand")
    try:
        answer = prompt(load(spoken).say("type_yes"))
        yes = Intent.YES in (language.closed_intent(answer, spoken), language.closed_intent(answer))
    except EOFError:
        yes = False
    return Decision(yes, "the terminal")
