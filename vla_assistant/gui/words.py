"""How the window words steps and sentences."""

from __future__ import annotations

from vla_assistant import language
from vla_assistant.types import Step


def sentence(text: str) -> str:
    """`text` with a capital letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def step_text(step: Step, spoken: str = "en") -> str:
    """One step in few words of the language that is `spoken`: "Place the blue cube in the red bowl"."""
    text = language.describe((step,), spoken, "infinitive")
    return text[:1].upper() + text[1:]
