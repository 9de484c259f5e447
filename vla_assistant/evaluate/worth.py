"""From roll-outs to a calibration and its figures, all of them on episodes that the fit did not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import InputError
from vla_assistant.evaluate.calibrating import VIEWED, Trial
from vla_assistant.evaluate.calibration import auroc, brier, expected_calibration_error
from vla_assistant.evaluate.logistic import FOLDS, best_penalty, best_temperature, fit_chances, out_of_fold
from vla_assistant.evaluate.strange import KINDS
from vla_assistant.networks.chances import Calibration, tempered, with_strangeness
from vla_assistant.networks.familiar import Familiarity, fit_familiarity
from vla_assistant.types import FAMILIAR

Floats = NDArray[np.float64]
LEAST_STEPS = 20
HELD_OUT_EVERY = 4
"""One in so many roll-outs gives pictures for the border instead of for the model."""


def fitted(found: Sequence[Trial]) -> Calibration:
    """The calibration of these roll-outs, with its report.

    Raises:
        InputError: There are too few steps to learn from.
    """
    kept = sorted(found, key=lambda trial: trial.number)
    tried = [trial for trial in kept if len(trial.reached) and trial.scene is not None]
    reached = np.array([one for trial in tried for one in trial.reached], dtype=bool)
    if len(reached) < LEAST_STEPS:
        raise InputError(
            f"{len(reached)} steps were tried; a calibration needs at least {LEAST_STEPS}.",
            "Give more --episodes, or more --minutes for them.",
        )
    familiarity = familiar_from(kept)
    clues = np.concatenate([_all_clues(trial, familiarity) for trial in tried])
    groups = np.array([trial.number for trial in tried for _ in trial.reached])
    penalty = best_penalty(clues, reached, groups)
    temperature = _temperature(kept)
    report = {
        "episodes": len(kept),
        "steps": steps_report(out_of_fold(clues, reached, groups, penalty), reached) | {"penalty": penalty},
        "familiar": familiar_report(kept, familiarity),
        "judgements": judgements_report(kept, temperature),
    }
    return Calibration(fit_chances(clues, reached, penalty), familiarity, temperature, report)


def familiar_from(kept: Sequence[Trial]) -> Familiarity:
    """What familiar pictures have in common: training's scenes and those that were planned on."""
    held_out = [trial for trial in kept if trial.number % HELD_OUT_EVERY == 0]
    others = [trial for trial in kept if trial.number % HELD_OUT_EVERY]
    return fit_familiarity(_familiar_pictures(others or held_out), _familiar_pictures(held_out or others))


def steps_report(chances: Floats, reached: NDArray[np.bool_]) -> dict[str, Any]:
    """Figures of the chances of steps; `brier_of_rate` is what saying the overall rate each time would score."""
    stated, happened = chances.tolist(), reached.tolist()
    ranked = auroc(stated, happened)
    return {
        "n": len(happened),
        "rate": round(float(reached.mean()), 4),
        "ece": round(expected_calibration_error(stated, happened), 4),
        "brier": round(brier(stated, happened), 4),
        "brier_of_rate": round(float(reached.mean() * (1 - reached.mean())), 4),
        "auroc": None if ranked is None else round(ranked, 4),
    }


def familiar_report(kept: Sequence[Trial], familiarity: Familiarity) -> dict[str, Any]:
    """Share of pictures called strange: of each split, where that is wrong, and of each kind, where it is right."""
    splits: dict[str, list[bool]] = {}
    kinds: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for trial in kept:
        called = familiarity.of(trial.viewed) < FAMILIAR
        splits.setdefault(VIEWED[trial.number % len(VIEWED)], []).extend(called.tolist())
        for kind, strange in zip(KINDS, familiarity.of(trial.strange) < FAMILIAR, strict=True):
            kinds[kind].append(bool(strange))
    wrong = [one for called in splits.values() for one in called]
    right = [one for kind, called in kinds.items() if kind != "mirrored" for one in called]
    return {
        "false_positive_rate": round(float(np.mean(wrong)), 4),
        "true_positive_rate": round(float(np.mean(right)), 4),
        "n": [len(wrong), len(right)],
        "splits": {split: round(float(np.mean(called)), 4) for split, called in sorted(splits.items())},
        "kinds": {kind: round(float(np.mean(called)), 4) for kind, called in kinds.items()},
    }


def judgements_report(kept: Sequence[Trial], temperature: float) -> dict[str, Any]:
    """Calibration of what is stated of finished steps, before and after tempering."""
    stated, right = _judgements(kept)
    if not stated:
        return {"n": 0, "temperature": temperature}
    after = [tempered(value, temperature) for value in stated]
    return {
        "n": len(stated),
        "temperature": temperature,
        "right": round(float(np.mean(right)), 4),
        "ece": [round(expected_calibration_error(values, right), 4) for values in (stated, after)],
        "brier": [round(brier(values, right), 4) for values in (stated, after)],
    }


def _temperature(kept: Sequence[Trial]) -> float:
    """One that also helps on the episodes that it was not fitted on; else 1."""
    better = 0.0
    for fold in range(FOLDS):
        temperature = best_temperature(*_judgements([t for t in kept if t.number % FOLDS != fold]))
        stated, right = _judgements([t for t in kept if t.number % FOLDS == fold])
        if stated:
            after = [tempered(value, temperature) for value in stated]
            better += len(stated) * (brier(stated, right) - brier(after, right))
    return best_temperature(*_judgements(kept)) if better > 0 else 1.0


def _judgements(kept: Sequence[Trial]) -> tuple[list[float], list[bool]]:
    return [c for trial in kept for c in trial.confidences], [r for trial in kept for r in trial.right]


def _familiar_pictures(kept: Sequence[Trial]) -> NDArray[np.float32]:
    scenes = [trial.scene[None] for trial in kept if trial.scene is not None]
    return np.concatenate([*(trial.training for trial in kept), *scenes])


def _all_clues(trial: Trial, familiarity: Familiarity) -> Floats:
    assert trial.scene is not None
    return with_strangeness(trial.steps.astype(float), float(familiarity.distance(trial.scene[None])[0]))
