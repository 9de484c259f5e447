"""Fits that find what is there, find nothing where nothing is, and do not look at what they are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.evaluate.calibration import auroc, brier, expected_calibration_error
from vla_assistant.evaluate.logistic import (
    PENALTIES,
    best_penalty,
    best_temperature,
    fit_chances,
    log_loss,
    out_of_fold,
)
from vla_assistant.networks.chances import sigmoid, tempered


def drawn(count: int = 600, strength: float = 2.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clues of which the first tells something and half of the second is unknown, events, and their groups."""
    rng = np.random.default_rng(seed)
    clues = rng.normal(3.0, 2.0, (count, 5))
    reached = rng.random(count) < sigmoid(strength * (clues[:, 0] - 3.0) / 2.0 + 1.0)
    clues[::2, 1] = np.nan
    return clues, reached, np.arange(count) // 3


def test_chances_are_worth_their_number() -> None:
    clues, reached, groups = drawn()
    chances, happened = out_of_fold(clues, reached, groups, 3.0).tolist(), reached.tolist()
    rate = float(reached.mean())
    assert brier(chances, happened) < 0.8 * rate * (1 - rate)
    assert expected_calibration_error(chances, happened) < 0.08
    ranked = auroc(chances, happened)
    assert ranked is not None
    assert ranked > 0.75


def test_where_nothing_is_to_be_learnt_the_rate_is_stated() -> None:
    clues, reached, groups = drawn(strength=0.0)
    penalty = best_penalty(clues, reached, groups)
    assert penalty == max(PENALTIES)
    chances = out_of_fold(clues, reached, groups, penalty)
    assert np.abs(chances - reached.mean()).max() < 0.2


def test_all_going_well_gives_a_high_chance_and_no_ranking() -> None:
    clues, _, groups = drawn(count=100)
    chances = out_of_fold(clues, np.ones(100, bool), groups, 10.0)
    assert (chances > 0.95).all()
    assert auroc(chances.tolist(), [True] * 100) is None


def test_a_fold_is_not_fitted_on_itself() -> None:
    clues, reached, _ = drawn(count=60)
    seen_alone = out_of_fold(clues, reached, np.zeros(60, int), 10.0)  # one group: nothing else to learn from
    assert np.ptp(seen_alone) == 0.0


def test_stronger_penalties_give_smaller_weights() -> None:
    clues, reached, _ = drawn()
    norms = [np.linalg.norm(fit_chances(clues, reached, penalty).weights) for penalty in PENALTIES]
    assert norms == sorted(norms, reverse=True)
    assert abs(fit_chances(clues, reached, 3.0).weights[0]) == pytest.approx(np.abs(norms[0]), rel=0.2)


def test_a_boastful_judge_is_tempered() -> None:
    rng = np.random.default_rng(3)
    right = (rng.random(400) < 0.8).tolist()
    stated = [0.99] * 400
    temperature = best_temperature(stated, right)
    assert temperature > 2.0
    assert tempered(0.99, temperature) == pytest.approx(0.8, abs=0.05)
    assert best_temperature([0.8] * 400, right) == pytest.approx(1.0, abs=0.2)
    assert best_temperature([0.99], [False]) == 1.0


def test_the_log_loss_is_finite_and_best_at_the_truth() -> None:
    happened = np.array([True, False, True, True])
    assert log_loss(np.full(4, 0.75), happened) < log_loss(np.full(4, 0.5), happened)
    assert np.isfinite(log_loss(np.zeros(4), happened))


@pytest.mark.parametrize(
    ("chances", "happened", "expected"),
    [
        ([0.9, 0.8, 0.1], [True, True, False], 1.0),
        ([0.1, 0.9], [True, False], 0.0),
        ([0.5, 0.5, 0.5], [True, False, True], 0.5),
        ([0.3], [True], None),
    ],
)
def test_auroc(chances: list[float], happened: list[bool], expected: float | None) -> None:
    assert auroc(chances, happened) == expected
