"""In which words a recording says its step."""

from __future__ import annotations

import numpy as np

from vla_assistant import language
from vla_assistant.errors import InputError
from vla_assistant.sim.suite import words
from vla_assistant.types import Step

PLAIN = 0.5
"""Share of the episodes in the program's own words: those in which a running policy is told its steps."""
_STREAM = 17


def wording(step: Step, seed: int) -> str:
    """One of the wordings that training may show, by the episode's seed; the program's own where there is no other."""
    rng = np.random.default_rng([max(seed, 0), _STREAM])
    if seed < 0 or rng.random() < PLAIN:
        return language.describe([step])
    try:
        return words.say_steps(rng, [step], words.SEEN)
    except (InputError, KeyError):  # no wording for it, or one that names what the step leaves open
        return language.describe([step])
