"""How sure a measured rate is, and whether two of the same episodes differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z_95 = 1.959963985
DRAWS = 2000


def wilson(successes: float, trials: int, z: float = Z_95) -> tuple[float, float]:
    """95 % interval of a success rate. Source: Wilson 1927, the score interval.

    Raises:
        ValueError: There was no trial, or more successes than trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no success rate")
    rate = successes / trials
    centre = rate + z * z / (2 * trials)
    spread = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def bootstrap(groups: Sequence[Sequence[float]], draws: int = DRAWS, seed: int = 0) -> tuple[float, float]:
    """95 % interval of a mean of values of which those of one group depend on each other.

    Args:
        groups: The values; whole groups are drawn, with replacement.
        draws: How often.
        seed: The same seed draws the same groups.

    Raises:
        ValueError: There is no value.

    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", the percentile interval, of whole groups.
    """
    if not any(groups):
        raise ValueError("no values, no interval")
    sums, counts = np.array([sum(group) for group in groups]), np.array([len(group) for group in groups])
    chosen = np.random.default_rng(seed).integers(len(groups), size=(draws, len(groups)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided probability of pairs that differ at least so unevenly when both rates are equal.

    Args:
        only_first: Episodes in which only the first of two policies succeeded.
        only_second: Those in which only the second did.

    Source: McNemar 1947, with the exact binomial distribution instead of its approximation.
    """
    differing = only_first + only_second
    if differing == 0:
        return 1.0
    tail = sum(math.comb(differing, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**differing)
