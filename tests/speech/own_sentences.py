"""What the program says: every sentence that the session names in its source, and what it makes of plans."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from vla_assistant import session
from vla_assistant.language import describe
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.types import Reference, Step

_CUP, _CUBE, _BOWL = Reference("cup", "red"), Reference("cube", "blue"), Reference("bowl", "white")
_PLANS = (
    (Step("pick", _CUP),),
    (Step("pick", _CUBE), Step("place", _CUBE, _BOWL)),
    (Step("push", _CUP, Reference("left")),),
    (Step("home"),),
)
_MADE = (
    "The blue cube is in the white bowl.",
    "Which one do you mean, the red cup or the blue one?",
    "I do not see a green ball. I see a red cup, a blue cube and a white bowl.",
    "I am not sure I understood you. Say yes or no.",
    "You can say pick up the red cup, go home, stop, or cancel.",
    'Paused. Say "go on" or "cancel".',
    "Yes, I can do that.",
    "No, wait, I have to stop here.",
)


def sentences() -> list[str]:
    """All of them, without doubles."""
    proposals = (f"Shall I {describe(plan)}?" for plan in _PLANS)
    return list(dict.fromkeys(chain(_written(), proposals, _MADE)))


def _written() -> Iterator[str]:
    """The sentences of the language file that the session's source names and that need no things."""
    book = phrasebook()
    for file in sorted(Path(session.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            key = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if "{" not in book.sentences.get(key, "{"):
                yield book.say(key)
