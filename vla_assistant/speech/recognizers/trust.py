"""How surely a sentence or a closed word was said, from what the decoder shows; and whether a text makes sense.

The weights of the logistic functions were set by hand, from small samples of what tuning voices say, clean and in
noise, and of talk from other domains; `benchmarks/recognition.py --part tuning` shows what they do.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from vla_assistant.errors import InputError
from vla_assistant.speech.recognizers.likelihood import likelihood
from vla_assistant.speech.recognizers.wording import BARE, in_classes, spoken_form
from vla_assistant.types import Intent


@dataclass(frozen=True)
class Sentence:
    """What speaks for a sentence.

    Attributes:
        fit: Score a frame against that of free phones, in steps of pocketsphinx's logarithms; 0 or less.
        words: How many.
        likelihood: See `recognizers.likelihood`.
        sensible: The program would do something with it.
        noisy: Noise was taken out of the sound: free phones fit it badly too, so that the fit says less.
    """

    fit: float
    words: int
    likelihood: float
    sensible: bool
    noisy: bool = False


def sentence_of(text: str, fit: float, noisy: bool) -> Sentence:
    """The evidence for a text that fits so well."""
    return Sentence(fit, len(text.split()), likelihood(text), makes_sense(text), noisy)


EVEN_FIT, EVEN_FIT_NOISY, OF_FIT = -19.0, -15.0, 0.45
"""Fit of EVEN_WORDS words that are believed by half, in quiet and in noise, and what a step more is worth."""
EVEN_WORDS, MOST_WORDS, OF_WORDS = 5, 8, 0.15
"""More words can hardly fit by chance."""
EVEN_LIKELIHOOD, MOST_LIKELIHOOD, OF_LIKELIHOOD = -1.0, -0.85, 8.0
"""On the tuning part commands that were heard right lie between -1.07 and -0.44, talk between -3.0 and -1.1."""
OF_SENSE = 4.5
"""What it costs that the program could do nothing with it."""


def confidence(sentence: Sentence) -> float:
    """Probability that the sentence was said to the arm and heard right."""
    even = EVEN_FIT_NOISY if sentence.noisy else EVEN_FIT
    total = OF_FIT * (sentence.fit - even) + OF_WORDS * (min(sentence.words, MOST_WORDS) - EVEN_WORDS)
    total += OF_LIKELIHOOD * (min(sentence.likelihood, MOST_LIKELIHOOD) - EVEN_LIKELIHOOD)
    return 1.0 / (1.0 + math.exp(-(total if sentence.sensible else total - OF_SENSE)))


def approves(text: str) -> bool:
    """Whether it would confirm a proposal."""
    from vla_assistant.language import approves as would
    from vla_assistant.language import closed_intent

    return closed_intent(text) is Intent.YES or would(text)


@functools.lru_cache(maxsize=4096)
def makes_sense(text: str) -> bool:
    """Whether the program would do something with it: move, answer, or ask back about a thing."""
    from vla_assistant.language import understand

    if BARE.issuperset(in_classes(spoken_form(text))):
        return False
    try:
        found = understand(text)
    except InputError:
        return False
    return bool(found.steps or found.question) or found.intent not in (Intent.COMMAND, Intent.UNSUPPORTED)


FEWEST_WORDS = 5
"""A command of so many words is no closed word that was misheard."""


def is_command(text: str) -> bool:
    """Whether the program would move, and the text is too long for a closed word."""
    from vla_assistant.language import understand

    return len(text.split()) >= FEWEST_WORDS and makes_sense(text) and bool(understand(text).steps)
