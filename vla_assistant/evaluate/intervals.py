"""How sure a measured rate is."""

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
