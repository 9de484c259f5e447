"""The accepted error as a setting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vla_assistant.errors import ConfigError
from vla_assistant.language.calibration import doubt_for, quantile, shipped, strangeness
from vla_assistant.language.fitting import kept


def test_strangeness_compares_with_the_likeliest() -> None:
    assert strangeness([0.2, 0.8], 1) == 0.0
    assert strangeness([0.2, 0.8], 0) == pytest.approx(0.75)
    assert strangeness([0.2, 0.8], None) == strangeness([], None) == strangeness([0.0, 0.0], 0) == 1.0


def test_the_quantile_counts_the_command_to_come() -> None:
    values = [0.1 * i for i in range(1, 10)]
    assert quantile(values, 0.5) == pytest.approx(0.5)
    assert quantile(values, 0.1) == pytest.approx(0.9)
    assert quantile(values, 0.05) == 1.0  # nine values cannot promise nineteen of twenty
    assert quantile([], 0.2) == 1.0


@pytest.mark.parametrize("error", [0.0, 1.0, -0.1, float("nan")])
def test_an_error_that_makes_no_sense_is_told(error: float) -> None:
    with pytest.raises(ConfigError, match="makes no sense"):
        quantile([0.1], error)


def _case(rng: np.random.Generator) -> tuple[list[float], int]:
    """Likelihoods of four things of which one is meant as often as its likelihood says."""
    likely = rng.dirichlet([0.3] * 4)
    return [float(x) for x in likely], int(rng.choice(4, p=likely))


@pytest.mark.parametrize("error", [0.02, 0.05, 0.1, 0.2])
def test_the_meant_thing_is_kept_as_often_as_promised(error: float) -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(60):
        values = [strangeness(*_case(rng)) for _ in range(200)]
        doubt = doubt_for(error, values)
        covered += [meant in kept(likely, doubt) for likely, meant in (_case(rng) for _ in range(60))]
    assert 1 - error - 0.01 <= np.mean(covered) <= 1 - error + 0.02


def test_less_accepted_error_never_asks_about_fewer_things() -> None:
    doubts = [doubt_for(error) for error in (0.01, 0.02, 0.05, 0.1, 0.3)]
    assert doubts == sorted(doubts)
    rng = np.random.default_rng(6)
    for _ in range(50):
        likely, _ = _case(rng)
        sizes = [len(kept(likely, doubt)) for doubt in doubts]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] >= 1


def test_the_shipped_calibration_is_there_and_sound() -> None:
    values = shipped()
    assert len(values) >= 500
    assert all(0.0 <= value <= 1.0 for value in values)


def test_a_broken_calibration_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        shipped(broken)
