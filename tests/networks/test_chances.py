"""Clues of plans, chances from them, familiar features, and how all of it travels with the weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.errors import WeightsError
from vla_assistant.networks.chances import CLUES, Calibration, Chances, Clues, step_clues, tempered
from vla_assistant.networks.familiar import GRID, fit_familiarity, pooled
from vla_assistant.networks.weights import copy_weights, load_weights, read_calibration, read_learnt
from vla_assistant.types import FloatArray, Grounding, PixelPoint, Plan, Reference, Step

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL), Step("home"))
WEIGHTS = Path(__file__).parent / "version1.safetensors"
WIDTH = 6


def heat(*peaks: tuple[int, int], size: int = 16) -> FloatArray:
    logits = np.zeros((size, size), np.float32)
    for row, column in peaks:
        logits[row, column] = 8.0
    shares = np.exp(logits)
    return np.asarray(shares / shares.sum(), np.float32)


def grounding(reference: Reference, confidence: float = 0.9, *peaks: tuple[int, int]) -> Grounding:
    return Grounding(reference, "front", heat(*(peaks or ((8, 4),))), PixelPoint("front", 0.3, 0.5, confidence))


def clue(plan: Plan, step: int, name: str) -> float:
    return float(step_clues(plan)[step, CLUES.index(name)])


@pytest.fixture
def calibration() -> Calibration:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=len(CLUES))
    chances = Chances(np.zeros(len(CLUES)), np.ones(len(CLUES)), weights, 0.5)
    return Calibration(chances, fit_familiarity(*rng.normal(size=(2, 80, WIDTH))), 1.5, {"episodes": 3})


def test_a_clear_peak_has_a_wide_margin_and_little_entropy() -> None:
    clear = Plan(STEPS, "", 0.9, (grounding(CUBE, 0.9, (8, 4)), grounding(BOWL)))
    torn = Plan(STEPS, "", 0.9, (grounding(CUBE, 0.9, (8, 4), (2, 12)), grounding(BOWL)))
    assert clue(clear, 0, "object_margin") > 5 > 0.1 > clue(torn, 0, "object_margin")
    assert clue(clear, 0, "object_entropy") < clue(torn, 0, "object_entropy")
    near = Plan(STEPS, "", 0.9, (grounding(CUBE, 0.9, (8, 4), (8, 5)), grounding(BOWL)))
    assert clue(near, 0, "object_margin") > 5  # one peak over two patches


def test_what_a_step_does_not_name_or_the_picture_hides_is_unknown() -> None:
    plan = Plan(STEPS, "", 0.9, (grounding(CUBE, 0.9),))
    assert np.isnan(clue(plan, 0, "destination_visible"))
    assert np.isnan(clue(plan, 1, "destination_visible"))
    assert np.isnan(clue(plan, 2, "weakest_visible"))
    assert clue(plan, 0, "object_visible") == pytest.approx(np.log(9))
    assert (clue(plan, 0, "is_pick"), clue(plan, 1, "is_pick"), clue(plan, 1, "place_in_plan")) == (1.0, 0.0, 1.0)


def test_the_weakest_sight_counts() -> None:
    plan = Plan(STEPS, "", 0.2, (grounding(CUBE, 0.9), grounding(BOWL, 0.2)))
    assert clue(plan, 1, "weakest_visible") == pytest.approx(np.log(0.25))


def test_unknown_clues_count_as_usual_ones(calibration: Calibration) -> None:
    unknown, usual = np.full((1, len(CLUES)), np.nan), np.zeros((1, len(CLUES)))
    assert calibration.chances.of(unknown) == calibration.chances.of(usual)


def test_steps_have_chances_and_going_home_is_none(calibration: Calibration) -> None:
    plan = Plan(STEPS, "", 0.9, (grounding(CUBE), grounding(BOWL)))
    chances, familiar = calibration.assess(STEPS, Clues(step_clues(plan), np.zeros(WIDTH, np.float32)))
    assert len(chances) == 3
    assert all(0 < chance < 1 for chance in chances[:2])
    assert chances[2] == 1.0
    assert familiar > 0.9


def test_pooled_features_keep_where_and_how_much() -> None:
    import torch

    features = torch.zeros(2, 3, 8, 8)
    features[1, 2, :4, :4] = 1.0
    found = pooled(features)
    assert found.shape == (2, 3 * (GRID**2 + 1))
    assert found[0].max() == 0
    assert found[1].argmax() == 2 * GRID**2  # the upper left part of the last channel


@given(st.integers(0, 1000))
def test_far_features_are_strange_and_near_ones_are_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(WIDTH, WIDTH))
    known = rng.normal(size=(200, WIDTH)) @ mixing
    familiarity = fit_familiarity(known[:120], known[120:160])
    assert (familiarity.of(known[160:]) > 0.5).mean() > 0.9
    assert familiarity.of(known[160:161] + 100.0)[0] < 0.5
    distances = familiarity.distance(known[:1] * np.array([[1.0], [10.0], [100.0]]))
    assert (np.diff(distances) > 0).all()


@given(st.floats(0.001, 0.999), st.floats(1.1, 5.0))
def test_tempering_moves_towards_even_and_keeps_the_side(confidence: float, temperature: float) -> None:
    assert tempered(confidence, 1.0) == pytest.approx(confidence)
    after = tempered(confidence, temperature)
    assert abs(after - 0.5) <= abs(confidence - 0.5)
    assert (after - 0.5) * (confidence - 0.5) >= 0


def test_a_calibration_travels_with_the_weights(calibration: Calibration, tmp_path: Path) -> None:
    file = tmp_path / "calibrated.safetensors"
    assert read_calibration(WEIGHTS) is None
    copy_weights(WEIGHTS, file, calibration)
    found = read_calibration(file)
    assert found is not None
    np.testing.assert_allclose(found.chances.weights, calibration.chances.weights, rtol=1e-4)
    probe = np.random.default_rng(1).normal(size=(5, WIDTH))
    np.testing.assert_allclose(found.familiarity.of(probe), calibration.familiarity.of(probe), atol=1e-3)
    assert (found.temperature, found.report) == (1.5, {"episodes": 3})
    assert read_learnt(file) == read_learnt(WEIGHTS)
    before, after = load_weights(WEIGHTS).state_dict(), load_weights(file).state_dict()
    assert all(before[name].equal(after[name]) for name in before)
    copy_weights(file, file, None)
    assert read_calibration(file) is None


@pytest.mark.parametrize("change", [{"clues": ["luck"]}, {"temperature": "warm"}, {"chances": {}}])
def test_a_calibration_that_cannot_be_read_is_told(
    change: dict[str, object], calibration: Calibration, tmp_path: Path
) -> None:
    class Other:
        def as_json(self) -> dict[str, object]:
            return json.loads(json.dumps(calibration.as_json())) | change

    copy_weights(WEIGHTS, tmp_path / "odd.safetensors", Other())  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match=r"The chances in the weights .* cannot be read"):
        read_calibration(tmp_path / "odd.safetensors")
