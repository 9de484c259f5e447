"""Whether a confidence is worth its number: calibration error, Brier score and ranking of probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Answers of similar confidence: their mean confidence, the share that was right, and how many."""

    confidence: float
    right: float
    count: int


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of equal width over 0-1 that hold anything."""
    stated, true = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    number = np.minimum((stated * bins).astype(int), bins - 1)
    groups = (number == index for index in range(bins))
    return tuple(Bin(float(stated[g].mean()), float(true[g].mean()), int(g.sum())) for g in groups if g.any())


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Mean distance of stated confidence and share of right answers, 0-1.

    Source: Naeini, Cooper and Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    if not len(confidences):
        raise ValueError("no answers, no calibration")
    parts = reliability(confidences, right, bins)
    return sum(part.count * abs(part.confidence - part.right) for part in parts) / len(confidences)


def brier(probabilities: Sequence[float], happened: Sequence[bool]) -> float:
    """Mean squared distance of probability and event, 0 is perfect. Source: Brier 1950."""
    if not len(probabilities):
        raise ValueError("no answers, no score")
    return float(np.mean((np.asarray(probabilities, dtype=float) - np.asarray(happened, dtype=float)) ** 2))


def auroc(probabilities: Sequence[float], happened: Sequence[bool]) -> float | None:
    """How often what happened was given more than what did not, ties half; None when there is only one of both.

    Source: Hanley and McNeil 1982, "The Meaning and Use of the Area under a Receiver Operating Characteristic Curve".
    """
    stated, true = np.asarray(probabilities, dtype=float), np.asarray(happened, dtype=bool)
    yes, no = stated[true], stated[~true]
    if not (len(yes) and len(no)):
        return None
    above, equal = yes[:, None] > no, yes[:, None] == no
    return float(above.mean() + 0.5 * equal.mean())
