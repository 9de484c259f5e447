"""What is said about a motion while it is under way: words alone, no picture, so that it takes effect at once."""

from __future__ import annotations

from vla_assistant.language import asking
from vla_assistant.language.hearing import Heard, Phase, hear
from vla_assistant.language.request import AMOUNTS_M, Act
from vla_assistant.types import Interjection

MOST_M = 0.05
"""A nudge moves no farther than this: who wants more says it again and sees what happens."""
_A_BIT_M = AMOUNTS_M["a bit"]
_AT_ONCE = {"pause": "pause", "resume": "resume", "cancel": "cancel", "reject": "cancel"}


def interjection(text: str, language: str = "en") -> Interjection | None:
    """What the text says about the motion that is under way; None when it asks for something else, or is no order."""
    heard = hear(text, Phase.MOVING, language)
    if heard.kind in _AT_ONCE:
        return Interjection(_AT_ONCE[heard.kind])
    if heard.corrects and heard.kind in ("part", "request"):
        return Interjection("correct")
    if heard.kind == "manner":
        return Interjection("faster" if "fast" in heard.part.manner else "slower")
    if heard.kind == "part" and heard.part.is_direction:
        return _nudge(heard.part.direction, heard.part.amount)
    return _moved(text, heard, language) if heard.kind == "request" else None


def approves(text: str, language: str = "en") -> bool:
    """Whether the text would confirm a proposal, or let a paused motion go on."""
    return hear(text, Phase.WAITING, language).kind == "confirm"


def _moved(text: str, heard: Heard, language: str) -> Interjection | None:
    """ "Go a little to the left"."""
    request = asking.request(text, heard, language)
    if request is None or len(request.acts) != 1 or request.acts[0].skill != "move":
        return None
    return _nudge(request.acts[0].direction, request.acts[0].amount)


def _nudge(direction: str, amount: str) -> Interjection:
    metres = Act("move", amount=amount).metres or _A_BIT_M
    return Interjection("nudge", direction, min(metres, MOST_M))
