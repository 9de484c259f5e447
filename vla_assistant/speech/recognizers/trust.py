"""How surely a sentence or a closed word was said, from what the decoder shows; and whether a text makes sense.

The weights of the logistic functions were fitted on the tuning voices and lines of benchmarks/spoken, clean and in
noise, against talk from other domains (`benchmarks/recognition.py --part tuning --evidence FILE`).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from vla_assistant.errors import InputError
from vla_assistant.types import Intent


@dataclass(frozen=True)
class Sentence:
    """What speaks for a sentence.

    Attributes:
        fit: Score a frame against that of free phones, in steps of pocketsphinx's logarithms; 0 or less.
        words: How many.
        sensible: The program would do something with it.
    """

    fit: float
    words: int
    sensible: bool


def sentence_of(text: str, fit: float) -> Sentence:
    """The evidence for a text that fits so well."""
    return Sentence(fit, len(text.split()), makes_sense(text))


OFFSET, OF_FIT, OF_WORDS, OF_SENSE = 2.0, 0.25, 0.15, 2.0


def confidence(sentence: Sentence) -> float:
    """Probability that the sentence was said to the arm and heard right."""
    total = OFFSET + OF_FIT * sentence.fit + OF_WORDS * min(sentence.words, 12)
    return 1.0 / (1.0 + math.exp(-(total + (0.0 if sentence.sensible else -OF_SENSE))))


def approves(text: str) -> bool:
    """Whether it would confirm a proposal."""
    from vla_assistant.language import approves as would, closed_intent

    return closed_intent(text) is Intent.YES or would(text)


@functools.lru_cache(maxsize=4096)
def makes_sense(text: str) -> bool:
    """Whether the program would do something with it: move, answer, or ask back about a thing."""
    from vla_assistant.language import understand

    try:
        found = understand(text)
    except InputError:
        return False
    return bool(found.steps or found.question) or found.intent not in (Intent.COMMAND, Intent.UNSUPPORTED)
