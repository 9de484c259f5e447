"""What is said about a motion while it is under way: words alone, no picture, so that it takes effect at once."""

from __future__ import annotations

from vla_assistant.language import asking, words
from vla_assistant.language.closed import OF_VOICE, control_word
from vla_assistant.language.fragments import cut
from vla_assistant.language.hearing import Heard, hear
from vla_assistant.language.interpreter import understand
from vla_assistant.language.languages import FIRST
from vla_assistant.language.less import means_less
from vla_assistant.language.misheard_stops import stops_somewhere
from vla_assistant.language.request import AMOUNTS_M, IT, Act, Description
from vla_assistant.language.turn_words import load as turn_words
from vla_assistant.language.vocabulary import load
from vla_assistant.types import SURE, Going, Intent, Interjection

MOST_M = 0.05
"""A nudge moves no farther than this: who wants more says it again and sees what happens."""
_A_BIT_M = AMOUNTS_M["a bit"]
_AT_ONCE = {
    "stop": "stop", "pause": "pause", "resume": "resume", "cancel": "cancel", "reject": "cancel", "repeat": "repeat",
}  # fmt: skip
_OF_HAND = ("direction", "amount", "verb", "hand", "manner", "skip", "comma")
"""Elements of which a nudge is made."""
_IT = Description(IT)
_MORE = ("resume", "faster", "nudge")
_CONTROLS = ("pause", "resume", "slower", "faster", "repeat", *OF_VOICE)
_MOST_WORDS = 40
"""Longer talk is no order about what is under way; reading it would take too long."""


def interjection(text: str, language: str = "en") -> Interjection | None:
    """What the text says about the motion that is under way; None when it asks for something else, or is no order.

    What is not clear and holds a word that means less motion is a pause, and what asks or limits itself adds no motion.
    """
    if len(words.normalised(text)) > _MOST_WORDS:
        if stops_somewhere(text, language):
            return Interjection("stop")
        return Interjection("pause") if means_less(text) else None
    control = control_word(text, language)
    if control == "repeat" or control in OF_VOICE:
        return Interjection(control)
    said = _said(text, language) or _in_another_language(text)
    if said == Interjection("repeat") and means_less(text):  # "what? no"
        said = None
    if said is not None and said.kind in _MORE and not _plainly(text, said.kind, language):
        said = None
    return said or (Interjection("pause") if means_less(text) else None)


def _said(text: str, language: str) -> Interjection | None:
    heard = hear(text, Going.MOVING, language)
    if heard.kind in _AT_ONCE:
        return Interjection(_AT_ONCE[heard.kind])
    if (heard.corrects or heard.drops) and heard.kind in ("part", "request"):
        return Interjection("correct")
    if heard.kind == "manner":
        return Interjection("faster" if "fast" in heard.part.manner else "slower")
    if heard.kind in ("part", "request") and not _says_only_where(text, language):
        return None
    if heard.kind == "part" and heard.part.is_direction:
        return _nudge(heard.part.direction, heard.part.amount)
    return _moved(text, heard, language) if heard.kind == "request" else None


def _in_another_language(text: str) -> Interjection | None:
    """Control words of every language count; a correction in one whose turns are not known is a cancel."""
    if not words.normalised(text):
        return None
    meaning = understand(text, language="auto")
    if meaning.intent is Intent.CONTROL and meaning.reason in _CONTROLS:
        return Interjection(meaning.reason)
    foreign = meaning.language != FIRST and meaning.intent is Intent.CORRECTION
    return Interjection("cancel") if foreign else None


def _plainly(text: str, kind: str, language: str) -> bool:
    """Whether what adds motion is said without asking for it in doubt, a limit, or a word that means less."""
    spoken = words.normalised(text)
    asks = bool(words.starts_with(load().lexicon(language).questions["openings"], spoken))
    doubts = text.rstrip().endswith("?") or (kind != "resume" and means_less(text))
    limits = kind == "resume" and not turn_words(language).limiting.isdisjoint(spoken)
    return not asks and not doubts and not limits


def approves(text: str, language: str = "en") -> bool:
    """Whether the text would confirm a proposal."""
    return hear(text, Going.WAITING, language).kind == "confirm"


def resumes(text: str, language: str = "en") -> bool:
    """Whether the text would let a paused motion go on, or clear a stop."""
    return hear(text, Going.MOVING, language).kind == "resume"


def _moved(text: str, heard: Heard, language: str) -> Interjection | None:
    """ "Go a little to the left"."""
    request = asking.request(text, heard, language)
    if request is None or request.confidence < SURE or [act.skill for act in request.acts] != ["move"]:
        return None
    return _nudge(request.acts[0].direction, request.acts[0].amount)


def _says_only_where(text: str, language: str) -> bool:
    """Whether every word belongs to one direction of the hand: "go up a bit", other than "right on"."""
    said = words.without(turn_words(language).fillers, words.normalised(text))
    items = cut(said, language)
    one_way = len({item.value for item in items if item.kind == "direction"}) <= 1
    of_hand = all(item.kind in _OF_HAND or (item.kind == "thing" and item.things == (_IT,)) for item in items)
    return one_way and of_hand


def _nudge(direction: str, amount: str) -> Interjection:
    metres = Act("move", amount=amount).metres or _A_BIT_M
    return Interjection("nudge", direction, min(metres, MOST_M))
