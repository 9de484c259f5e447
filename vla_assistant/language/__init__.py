"""Words -> canonical steps: closed words, a grammar over one vocabulary file, questions back, turns; pure and fast."""

from vla_assistant.language.calibration import doubt_for
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.conversation import Conversation
from vla_assistant.language.interjections import approves, interjection, resumes
from vla_assistant.language.interpreter import understand
from vla_assistant.language.less import means_less
from vla_assistant.language.looking import interpret, named_in
from vla_assistant.language.meaning import Hand
from vla_assistant.language.phrasing import describe, examples, help_text
from vla_assistant.language.speech_grammar import further, jsgf

__all__ = [
    "EVERYTHING",
    "Conversation",
    "Hand",
    "Learnt",
    "approves",
    "closed_intent",
    "describe",
    "doubt_for",
    "examples",
    "further",
    "help_text",
    "interjection",
    "interpret",
    "jsgf",
    "means_less",
    "named_in",
    "resumes",
    "understand",
]
