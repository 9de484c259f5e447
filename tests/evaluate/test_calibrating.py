"""Roll-outs become labelled clues, clues become a calibration with figures that nobody chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.evaluate.examples import BLUE_CUBE, GREEN_CUP, judged, record
from vla_assistant.errors import InputError
from vla_assistant.evaluate import calibrating
from vla_assistant.evaluate.calibrating import SPLITS, Trial, labelled, trial, trials
from vla_assistant.evaluate.strange import KINDS, strange_picture
from vla_assistant.evaluate.suite.contestants import contestant
from vla_assistant.evaluate.suite.summary import summarise
from vla_assistant.evaluate.suite.working import Workplace
from vla_assistant.evaluate.worth import fitted
from vla_assistant.networks.chances import CLUES, Clues
from vla_assistant.types import Grounding, PixelPoint, Plan, Step

STEPS = (Step("pick", BLUE_CUBE), Step("home"), Step("place", BLUE_CUBE, GREEN_CUP))
COLUMNS = len(CLUES) - 1


def planned(confidence: float = 0.9) -> tuple[Plan, Clues]:
    point = PixelPoint("front", 0.5, 0.5, confidence)
    plan = Plan(STEPS, "", confidence, (Grounding(BLUE_CUBE, "front", np.ones((1, 1), np.float32), point),))
    rows = np.arange(3.0)[:, None].repeat(COLUMNS, 1)
    return plan, Clues(rows, np.zeros(4, np.float32))


def test_each_step_has_the_end_of_its_last_judgement_and_home_has_none() -> None:
    doubted, again, next_step = (
        judged(False, 0.8, False),
        judged(True, 0.9, True, attempt=2),
        judged(False, 0.9, False, step=1),
    )
    steps, reached = labelled(planned(), record(0, judged=(doubted, doubted, again, next_step), claimed=False))
    assert reached == (True, False)
    assert steps[:, 0].tolist() == [0.0, 2.0]


def test_steps_behind_a_failure_teach_nothing() -> None:
    steps, reached = labelled(planned(), record(0, judged=(judged(False, 0.8, False),), claimed=False))
    assert reached == (False,)
    assert steps.shape == (1, COLUMNS)


@pytest.mark.parametrize("how", ["held", "refused"])
def test_a_step_that_ended_without_a_judgement_failed(how: str) -> None:
    ended: Any = {how: 1}
    begun = record(0, judged=(judged(True, 0.9, True),), claimed=False, **ended)
    assert labelled(planned(), begun)[1] == (True, False)
    doubted = record(0, judged=(judged(False, 0.9, False),), claimed=False, **ended)
    assert labelled(planned(), doubted)[1] == (False,)


def test_a_thing_that_is_not_seen_is_a_failure_of_the_first_step() -> None:
    assert labelled(planned(0.1), record(0, judged=(), claimed=False))[1] == (False,)
    assert labelled(None, record(0, judged=(), claimed=False))[1] == ()


def made(number: int, rng: np.random.Generator, boast: bool = False) -> Trial:
    """A roll-out in which the first clue tells how it ends; strange pictures are far off."""
    steps = rng.normal(size=(2, COLUMNS)).astype(np.float32)
    reached = tuple(bool(value) for value in rng.random(2) < 1 / (1 + np.exp(-3 * steps[:, 0])))
    right = tuple(bool(value) for value in rng.random(2) < (0.7 if boast else 0.99))
    near = rng.normal(size=(6, 8)).astype(np.float32)
    far = rng.normal(30.0, 1.0, size=(len(KINDS), 8)).astype(np.float32)
    far[KINDS.index("mirrored")] = near[5]
    return Trial(number, SPLITS[number % 6], steps, reached, near[0], (0.99, 0.99), right, near[1:5], near[5:], far)


def test_a_fit_tells_good_from_bad_and_home_from_elsewhere() -> None:
    rng = np.random.default_rng(0)
    calibration = fitted([made(number, rng, boast=True) for number in range(120)])
    steps, seen, said = (calibration.report[key] for key in ("steps", "familiar", "judgements"))
    assert steps["n"] == 240
    assert steps["auroc"] > 0.75
    assert steps["brier"] < steps["brier_of_rate"]
    assert seen["true_positive_rate"] == 1.0
    assert seen["false_positive_rate"] < 0.1
    assert seen["kinds"]["mirrored"] < 0.1
    assert calibration.temperature > 1.5
    assert said["ece"][1] < said["ece"][0]


def test_a_judge_that_is_worth_its_word_stays_as_it_is() -> None:
    rng = np.random.default_rng(1)
    assert fitted([made(number, rng) for number in range(120)]).temperature == pytest.approx(1.0, abs=0.35)


def test_too_few_steps_are_refused() -> None:
    rng = np.random.default_rng(0)
    unplanned = [replace(made(number, rng), steps=np.zeros((0, 0), np.float32), reached=()) for number in range(30)]
    with pytest.raises(InputError, match="0 steps were tried"):
        fitted(unplanned)


def test_no_roll_out_begins_after_the_time(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    times = iter((0.0, 1.0, 2.0, 3.0, 4.0))
    monkeypatch.setattr(calibrating, "_work", lambda order: order[1])
    found = list(trials(tmp_path, 100, 0, until=2.5, clock=lambda: next(times)))  # type: ignore[arg-type]
    assert found == [0, 1, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_strange_pictures_are_pictures_and_the_same_each_time(kind: str) -> None:
    table = np.random.default_rng(5).integers(0, 256, (384, 384, 3)).astype(np.uint8)
    one, other = (strange_picture(kind, np.random.default_rng(7), table) for _ in range(2))
    assert one.dtype == np.uint8
    assert one.shape == (384, 384, 3)
    np.testing.assert_array_equal(one, other)
    assert (one != table).mean() > 0.4


def test_chances_are_judged_by_what_became_of_the_steps() -> None:
    told = judged(True, 0.9, True).model_copy(update={"chance": 0.8})
    missed = judged(False, 0.9, False).model_copy(update={"chance": 0.3})
    figures = summarise("seen", "test", [record(0, judged=(told,)), record(1, judged=(missed,))])
    assert figures["calibration"]["chances"] == {"ece": 0.25, "brier": 0.065, "auroc": 1.0, "n": 2}
    assert "chances" not in summarise("seen", "test", [record(0)])["calibration"]


@pytest.fixture(scope="module")
def workplace() -> Iterator[Workplace]:
    place = Workplace()
    yield place
    place.close()


def test_a_real_roll_out_brings_clues_ends_and_pictures(workplace: Workplace) -> None:
    found = trial(workplace, contestant("compact"), 6, 900)
    assert found.split == SPLITS[0]
    assert found.scene is not None
    assert found.steps.shape == (len(found.reached), COLUMNS)
    assert len(found.reached) >= 1
    assert found.training.shape == (4, found.scene.size)
    assert found.strange.shape == (len(KINDS), found.scene.size)
    assert len(found.confidences) == len(found.right) >= len(found.reached)
