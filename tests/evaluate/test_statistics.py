"""Figures against values worked out by hand or printed in books."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vla_assistant.evaluate.calibration import brier, expected_calibration_error, reliability
from vla_assistant.evaluate.intervals import bootstrap, mcnemar, wilson
from vla_assistant.evaluate.suite.trace import Trace


def test_wilson_is_the_textbook_interval() -> None:
    assert wilson(192, 200) == pytest.approx((0.9231, 0.9796), abs=1e-4)
    assert wilson(0, 10)[0] == 0.0
    with pytest.raises(ValueError):
        wilson(3, 0)


def test_bootstrap_of_single_values_is_about_the_normal_interval_and_always_the_same() -> None:
    values = [[float(n % 2)] for n in range(400)]
    low, high = bootstrap(values)
    assert (low, high) == bootstrap(values)
    assert low == pytest.approx(0.5 - 1.96 * 0.5 / 20, abs=0.006)
    assert high == pytest.approx(0.5 + 1.96 * 0.5 / 20, abs=0.006)
    with pytest.raises(ValueError, match="no values"):
        bootstrap([[], []])


def test_bootstrap_of_groups_that_are_all_alike_is_as_wide_as_that_of_one_value_each() -> None:
    single = [[float(n % 2)] for n in range(100)]
    assert bootstrap([group * 4 for group in single]) == pytest.approx(bootstrap(single))


@pytest.mark.parametrize(
    ("only_first", "only_second", "probability"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (0, 6, 2 / 64), (10, 1, 2 * 12 / 2048), (2, 8, 2 * 56 / 1024)],
)
def test_mcnemar_is_the_exact_binomial(only_first: int, only_second: int, probability: float) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(probability)
    assert mcnemar(only_second, only_first) == mcnemar(only_first, only_second)


def test_mcnemar_of_thousands_neither_overflows_nor_vanishes_when_equal() -> None:
    assert mcnemar(2000, 2000) == 1.0
    assert 0.0 <= mcnemar(3000, 100) < 1e-200


def test_calibration_of_known_answers() -> None:
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0.0)
    assert expected_calibration_error([0.75] * 4 + [0.95] * 4, [True] * 2 + [False] * 2 + [True] * 4) == pytest.approx(
        (0.25 + 0.05) / 2
    )
    assert expected_calibration_error([1.0], [True]) == 0.0
    assert [part.count for part in reliability([0.05, 0.95, 1.0], [False, True, True])] == [1, 2]
    assert brier([1.0, 0.0, 0.5], [True, False, True]) == pytest.approx(0.25 / 3)
    with pytest.raises(ValueError):
        brier([], [])


def test_a_straight_way_has_its_length_and_no_jerk() -> None:
    trace = Trace()
    for tick in range(51):
        trace.add(_at(0.01 * tick))
    assert trace.path_m == pytest.approx(0.5)
    assert trace.jerk == pytest.approx(0.0, abs=1e-6)


def test_jerk_of_a_cubic_is_its_third_derivative() -> None:
    trace = Trace()
    for tick in range(20):
        trace.add(_at(0.5 * (0.02 * tick) ** 3))
    assert trace.jerk == pytest.approx(3.0)
    assert Trace().jerk == 0.0
    assert math.isclose(Trace().path_m, 0.0)


def _at(x: float) -> np.ndarray:
    pose = np.eye(4)
    pose[0, 3] = x
    return pose
