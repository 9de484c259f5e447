"""Which seeds belong to training and which to each split, so that no scene of a test is ever trained on."""

from __future__ import annotations

from vla_assistant.errors import InputError

NUMBERS = 10_000
"""Episodes per seed of an evaluation."""
SEEDS = 10_000
"""Seeds of an evaluation."""
_SPAN = NUMBERS * SEEDS
TRAINING = range(_SPAN)
SPLITS = (
    "seen",
    "unseen-seeds",
    "unseen-pairs",
    "unseen-objects",
    "unseen-tasks",
    "unseen-wording",
    "camera",
    "light",
    "texture",
    "clutter",
    "start",
    "chain",
    "swap",
    "named",
)
"""All splits; the first one draws from training's seeds, the others from ranges of their own. Only append to it."""


def seeds_of(split: str) -> range:
    """All scene seeds of a split.

    Raises:
        InputError: There is no such split.
    """
    if split not in SPLITS:
        raise InputError(f"There is no split {split!r}.", f"Known splits: {', '.join(SPLITS)}.")
    start = SPLITS.index(split) * _SPAN
    return range(start, start + _SPAN)


def scene_seed(split: str, number: int, seed: int) -> int:
    """The seed of one episode's scene.

    Raises:
        InputError: Number or seed is out of range.
    """
    if not (0 <= number < NUMBERS and 0 <= seed < SEEDS):
        raise InputError(f"Episodes are numbered 0-{NUMBERS - 1} and seeds 0-{SEEDS - 1}, not {number} and {seed}.")
    return seeds_of(split)[seed * NUMBERS + number]


def require_training(seed: int) -> None:
    """
    Raises:
        InputError: The seed belongs to a test.
    """
    if seed not in TRAINING:
        raise InputError(f"The seed {seed} is not one of training's, which are below {TRAINING.stop}.")
