"""Penalised logistic regression and a temperature, fitted with Newton's method and a search: numpy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vla_assistant.networks.chances import Chances, sigmoid, tempered, usual_for_unknown

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PENALTIES = (3.0, 10.0, 30.0, 100.0)
FOLDS = 5
_ITERATIONS = 50
TEMPERATURES = tuple(float(value) for value in np.round(np.geomspace(0.5, 5.0, 47), 3))


def fit_chances(clues: Floats, reached: Bools, penalty: float) -> Chances:
    """Logistic regression over normalised clues (n, k); the penalty keeps weights small, not the bias."""
    known = ~np.isnan(clues)
    count = known.sum(0).clip(1)
    centre = np.where(known, clues, 0.0).sum(0) / count
    scale = np.sqrt((np.where(known, clues - centre, 0.0) ** 2).sum(0) / count)
    scale = np.where(scale > 1e-6, scale, 1.0)
    normal = usual_for_unknown((clues - centre) / scale)
    weights = _newton(np.hstack([normal, np.ones((len(normal), 1))]), reached.astype(float), penalty)
    return Chances(centre, scale, weights[:-1], float(weights[-1]))


def out_of_fold(clues: Floats, reached: Bools, groups: NDArray[np.int64], penalty: float) -> Floats:
    """The chance of each row by a model that was fitted without the rows of its fold; a group stays together."""
    fold = groups % FOLDS
    chances = np.full(len(clues), float(reached.mean()))
    for number in np.unique(fold):
        inside = fold == number
        if (~inside).any():
            chances[inside] = fit_chances(clues[~inside], reached[~inside], penalty).of(clues[inside])
    return chances


def best_penalty(clues: Floats, reached: Bools, groups: NDArray[np.int64]) -> float:
    """The penalty with the least log loss on episodes that were not used for fitting."""
    return min(PENALTIES, key=lambda penalty: log_loss(out_of_fold(clues, reached, groups, penalty), reached))


def best_temperature(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The temperature with the least log loss; 1 when there is nothing to choose it by, or none is better."""
    if len(confidences) < 2 * FOLDS:
        return 1.0
    happened = np.asarray(right, dtype=bool)

    def loss(temperature: float) -> float:
        return log_loss(np.array([tempered(value, temperature) for value in confidences]), happened)

    best = min(TEMPERATURES, key=loss)
    return best if loss(best) < loss(1.0) - 1e-4 else 1.0


def log_loss(chances: Floats, reached: Bools) -> float:
    """Mean negative logarithm of the chance of what happened."""
    kept = chances.clip(1e-6, 1.0 - 1e-6)
    return float(-np.where(reached, np.log(kept), np.log(1.0 - kept)).mean())


def _newton(inputs: Floats, target: Floats, penalty: float) -> Floats:
    """Weights (k,) of least penalised loss; the last one, the bias, begins at the base rate and is not penalised."""
    rate = (target.sum() + 0.5) / (len(target) + 1.0)
    weights = np.zeros(inputs.shape[1])
    weights[-1] = np.log(rate / (1.0 - rate))
    shrink = np.full(len(weights), penalty)
    shrink[-1] = 1e-3
    anchor = weights * (shrink == 1e-3)
    for _ in range(_ITERATIONS):
        chance = sigmoid(inputs @ weights)
        slope = inputs.T @ (chance - target) + shrink * (weights - anchor)
        curve = (inputs * (chance * (1.0 - chance))[:, None]).T @ inputs + np.diag(shrink)
        change = np.linalg.solve(curve, slope)
        weights = weights - change.clip(-2.0, 2.0)
        if np.abs(change).max() < 1e-8:
            break
    return weights
