"""How likely a text is as something said to the arm: the recognizer's language model without the sound.

Talk from another domain is heard as words of the model in an order that nobody would say; that gives it away.
"""

from __future__ import annotations

import functools
import math

from vla_assistant import paths
from vla_assistant.speech.recognizers.wording import MODEL, SYNONYM_WEIGHT, in_classes, other_names, spoken_form

_UNKNOWN = -5.0
"""Logarithm for a word that the model does not know."""
_BEGIN, _END = "<s>", "</s>"
_ORDER = 3

_Gram = tuple[str, ...]


@functools.lru_cache(maxsize=1024)
def likelihood(text: str) -> float:
    """Mean logarithm (base 10) of the probability of a word, things by class; commands lie above -1, talk below."""
    words = spoken_form(text)
    row = (_BEGIN, *in_classes(words), _END)
    found = [_probability(row[max(0, at - _ORDER + 1) : at + 1]) for at in range(1, len(row))]
    return (sum(found) + other_names(words) * math.log10(SYNONYM_WEIGHT)) / len(found)


def _probability(gram: _Gram) -> float:
    """Of its last word after the others, with back-off."""
    probabilities, back_offs = _model()
    if gram in probabilities:
        return probabilities[gram]
    if len(gram) == 1:
        return _UNKNOWN
    return back_offs.get(gram[:-1], 0.0) + _probability(gram[1:])


@functools.cache
def _model() -> tuple[dict[_Gram, float], dict[_Gram, float]]:
    """Probabilities and back-offs of all n-grams, as logarithms. Source: the ARPA format, SRILM's ngram-format(5)."""
    probabilities: dict[_Gram, float] = {}
    back_offs: dict[_Gram, float] = {}
    order = 0
    for line in (paths.assets() / MODEL).read_text("utf-8").splitlines():
        if line.endswith("-grams:"):
            order = int(line[1])
        elif order and line and not line.startswith("\\"):
            first, *rest = line.split()
            gram = tuple(rest[:order])
            probabilities[gram] = float(first)
            if len(rest) > order:
                back_offs[gram] = float(rest[order])
    return probabilities, back_offs
