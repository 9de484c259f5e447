"""What a sentence means to the program, in the notation of the lists in this folder."""

from __future__ import annotations

import functools
from pathlib import Path

from vla_assistant.errors import InputError
from vla_assistant.language import named_in, understand
from vla_assistant.language.composing.composer import composed_of
from vla_assistant.language.request import Act
from vla_assistant.types import Intent, Step

_FOLDER = Path(__file__).parent
_HELD_OUT_EVERY = 3
_OF_ALL = {"clear": "clear()", "sort": "sort(colour)"}


def lines(name: str, part: str) -> list[str]:
    """Lines of a list: the "tuning" part, the "held-out" one (every third), or "all"."""
    rows = (_FOLDER / name).read_text("utf-8").splitlines()
    if part == "all":
        return rows
    held = part == "held-out"
    return [row for number, row in enumerate(rows, 1) if (number % _HELD_OUT_EVERY == 0) is held]


def pairs(name: str, part: str) -> list[tuple[str, str]]:
    """Sentences of a list of two columns, with what they mean."""
    found = (row.split("\t") for row in lines(name, part))
    return [(text, meaning) for text, meaning in found]


@functools.lru_cache(maxsize=100_000)
def meaning(text: str) -> str:
    """The steps, the acts that need a look at the table, "question", the control word, or the intent."""
    try:
        understood = understand(text)
    except InputError:
        return ""
    if understood.steps:
        return " ; ".join(map(_step, understood.steps))
    if understood.intent is Intent.CONTROL:
        return understood.reason
    if understood.intent is Intent.COMMAND and (request := composed_of(text)) is not None:
        return " ; ".join(map(_act, request.acts))
    return understood.intent.value


def is_right(heard: str, text: str, meant: str) -> bool:
    """Whether what was heard means what was meant; a question must also be about the same things."""
    if not heard or meaning(heard) != meant:
        return False
    return meant != "question" or named_in(heard) == named_in(text)


def _step(step: Step) -> str:
    if step.skill == "put_down":
        return f"put_down({step.object})"
    if step.skill == "place":
        relation = step.relation or ("in" if _holds_inside(step) else "on")
        second = f", {step.second}" if step.second else ""
        return f"place({step.object}, {relation}, {step.destination}{second})"
    return f"{step.skill}({', '.join(str(part) for part in (step.object, step.destination) if part is not None)})"


def _holds_inside(step: Step) -> bool:
    from vla_assistant.language.vocabulary import load

    return step.destination is not None and step.destination.name in load().lexicon("en").inside


def _act(act: Act) -> str:
    if act.skill in _OF_ALL:
        return _OF_ALL[act.skill]
    if act.skill == "swap":
        return f"swap({', '.join(map(str, (act.object, *act.anchors)))})"
    return str(act)
