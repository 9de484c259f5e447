"""Whether what was heard may be acted on."""

from __future__ import annotations

from vla_assistant import language
from vla_assistant.config import ListeningSection
from vla_assistant.errors import InputError
from vla_assistant.types import Intent, Utterance

NOTHING_HEARD = "I heard nothing usable in that sound."


def doubt_about(utterance: Utterance, limits: ListeningSection) -> str:
    """Why what was heard is not acted on, as a sentence; empty when it may be.

    A stop needs no certainty: a false one costs a pause. A yes or a resume that nobody said may cost a hand.
    """
    if not utterance.text:
        return NOTHING_HEARD
    try:
        meaning = language.understand(utterance.text, language="auto")
    except InputError as error:
        return str(error)
    resumes = meaning.intent is Intent.CONTROL and meaning.reason == "resume"
    resumes = resumes or language.resumes(utterance.text)
    needed = limits.min_confidence_resume if resumes else limits.min_confidence
    if meaning.intent is Intent.YES or language.approves(utterance.text):
        needed = max(needed, limits.min_confidence_yes)
    if meaning.intent is Intent.STOP or utterance.confidence >= needed:
        return ""
    return f'That may have been "{utterance.text}", but I am not sure enough to act on it: please say it again.'
