"""How somebody talks: how often they are polite, hesitate, correct themselves, leave out articles and so on."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Style:
    """Probabilities.

    Attributes:
        polite: A clause has a polite opening.
        closing: The text ends with thanks or the like.
        filler: A hesitation between two words.
        aside: A remark between two clauses.
        repair: Something is said wrong and put right.
        bare: An article is left out.
        free: A clause is not an imperative.
        slip: A word has a typing mistake.
        foreign: A function word is wrong, missing or added; colours behind nouns.
        comma: A comma that could be there is.
        contrast: It is said what is not meant.
    """

    polite: float = 0.15
    closing: float = 0.1
    filler: float = 0.0
    aside: float = 0.02
    repair: float = 0.04
    bare: float = 0.03
    free: float = 0.3
    slip: float = 0.01
    foreign: float = 0.0
    comma: float = 0.8
    contrast: float = 0.05


_STYLES = (
    Style(),
    Style(polite=0.75, closing=0.5, aside=0.03, free=0.15),
    Style(polite=0.05, closing=0.05, bare=0.5, free=0.35),
    Style(polite=0.0, closing=0.05, bare=0.92, free=0.6, comma=0.7, slip=0.02),
    Style(polite=0.2, closing=0.15, bare=0.45, free=0.4, foreign=0.12, aside=0.06, slip=0.02, contrast=0.06),
    Style(polite=0.1, closing=0.15, filler=0.1, aside=0.25, repair=0.16, free=0.35, comma=0.15, contrast=0.06),
    Style(polite=0.1, closing=0.15, filler=0.06, aside=0.12, repair=0.3, free=0.35, comma=0.3, contrast=0.1),
)
_SHARES = (1.2, 1.0, 0.8, 1.1, 1.6, 1.5, 0.8)


def draw(rng: random.Random, ease: float) -> Style:
    """Somebody's style, on some days more pronounced than on others; with an `ease` of 1 nothing goes wrong."""
    style = rng.choices(_STYLES, _SHARES)[0]
    much = rng.uniform(0.3, 1.5) * (1 - ease)
    return replace(
        style, filler=style.filler * much, aside=style.aside * much, foreign=style.foreign * much,
        slip=style.slip * (1 - ease), repair=style.repair * (1 - ease), contrast=style.contrast * (1 - ease),
        polite=style.polite * (1 - ease / 2),
    )  # fmt: skip
