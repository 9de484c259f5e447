"""How many things to ask about for the error that a user accepts: split conformal prediction.

For commands whose meaning is known, `strangeness` says how much less likely than the likeliest thing the meant one was
held to be. `quantile` of these values is exceeded by the next command with at most the accepted error, whatever the
distribution, as long as scenes and commands are like those calibrated on. Every thing within it may be meant: one thing
is acted on, several become a question.

Source: Vovk et al., Algorithmic Learning in a Random World, 2005; asking robots by it: Ren et al., KnowNo, 2023.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from pathlib import Path

from vla_assistant import paths
from vla_assistant.errors import ConfigError

LEAST_DOUBT = 1e-6
"""Share of the likeliest weight that still counts when hardly any error is accepted."""

ROUNDING = 1e-9
"""So that a thing exactly at the quantile is not lost to rounding."""


def strangeness(likely: Sequence[float], meant: int | None) -> float:
    """0 when the meant thing was held to be the likeliest, 1 when it was held to be impossible or was not seen."""
    best = max(likely, default=0.0)
    return 1.0 - likely[meant] / best if meant is not None and best > 0 else 1.0


def quantile(values: Sequence[float], error: float) -> float:
    """What the value of one more command exceeds with a chance of at most `error`; 1 when there are too few values.

    Args:
        values: Strangeness of commands with known meaning (n,).
        error: Accepted share of commands whose meant thing is not among those asked about, between 0 and 1.

    Raises:
        ConfigError: the error is not between 0 and 1.
    """
    if not 0.0 < error < 1.0:
        raise ConfigError(
            f"An accepted error of {error} makes no sense.", "Give a share between 0 and 1, such as 0.05."
        )
    rank = math.ceil((len(values) + 1) * (1.0 - error))
    return sorted(values)[rank - 1] if rank <= len(values) else 1.0


def doubt_for(error: float, values: Sequence[float] | None = None) -> float:
    """The `doubt` of `resolve` for that accepted error, after the given or the shipped calibration.

    Raises:
        ConfigError: the error is not between 0 and 1, or the shipped file is missing or broken.
    """
    return max(LEAST_DOUBT, 1.0 - quantile(values if values is not None else shipped(), error) - ROUNDING)


@functools.cache
def shipped(file: Path | None = None) -> tuple[float, ...]:
    """The values of the shipped calibration, made by benchmarks/asking_calibration.py with the shipped policy's eyes.

    Raises:
        ConfigError: the file is missing or broken.
    """
    path = file or paths.assets() / "asking_calibration.json"
    try:
        return tuple(float(value) for value in json.loads(path.read_text(encoding="utf-8"))["strangeness"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"The calibration {path} cannot be read: {error}.", "Reinstall the program.") from error
