"""How sure a measured rate is, and whether two of the same episodes differ."""

from __future__ import annotations

import math

Z_95 = 1.959963985


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
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
