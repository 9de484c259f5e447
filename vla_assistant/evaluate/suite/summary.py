"""The figures of one policy on one split, as the JSON object that `vla-assistant evaluate --json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vla_assistant.evaluate.calibration import auroc, brier, expected_calibration_error
from vla_assistant.evaluate.intervals import bootstrap, mcnemar, wilson
from vla_assistant.evaluate.suite.records import SUITE, EpisodeRecord, Judged, last_attempts
from vla_assistant.sim.suite.obedience import CANDIDATES

if TYPE_CHECKING:
    from vla_assistant.evaluate.suite.running import Evaluation

Figures = dict[str, Any]
VERSION = 3
"""Of the JSON object."""
_OBEYED = {"named": 1, "other": -1}
_GUARD = ("clipped", "refused", "held", "gave_way")


def objects_of(evaluation: Evaluation, tested: Sequence[str]) -> list[Figures]:
    """One object for each split and each policy under test, with the others of the evaluation beside it."""
    names = [entry.contestant.name for entry in evaluation.plan.entries]
    found = []
    for split in evaluation.plan.splits:
        kept = {name: evaluation.records(split, name) for name in names}
        for name in tested:
            others = {
                other: beside(kept[name], kept[other], alike(split)) for other in names if other != name and kept[other]
            }
            found.append(summarise(split, name, kept[name]) | {"beside": others})
    return found


def summarise(split: str, policy: str, records: Sequence[EpisodeRecord]) -> Figures:
    """All figures of at least one episode; see docs/evaluation.md for what each means."""
    figures = {"version": VERSION, "suite": SUITE, "split": split, "policy": policy}
    figures |= _rates(records, alike(split))
    figures["violations"] = sum(r.violations for r in records)
    figures["per_task"] = {task: _task(rows, alike(split)) for task, rows in _by_task(records).items()}
    figures["latency_ms"] = _latency(records)
    figures["calibration"] = _calibration([judged for r in records for judged in r.judged]) | _chances(records)
    if split == "swap":
        figures["obedience"] = obedience(records)
        figures["obedience_ci95"] = _drawn(
            [_OBEYED.get(r.acted, 0) for r in records], records, alike(split), least=-1.0
        )
    if split == "chain":
        figures["mean_length"] = round(float(np.mean([r.fulfilled for r in records])), 3)
        figures["mean_length_ci95"] = _drawn(
            [r.fulfilled for r in records], records, most=max(r.commands for r in records)
        )
    return figures


def alike(split: str) -> int:
    """How many episodes in a row share a scene, so that they are no trials of their own."""
    return CANDIDATES if split == "swap" else 1


def obedience(records: Sequence[EpisodeRecord]) -> float:
    """Rate of acting on the named thing minus rate of acting on another, -1 to 1."""
    return round(sum(_OBEYED.get(r.acted, 0) for r in records) / len(records), 4)


def beside(first: Sequence[EpisodeRecord], second: Sequence[EpisodeRecord], of_scene: int = 1) -> Figures:
    """How the second policy did on the same episodes, with the paired test of both (exact McNemar).

    `of_scene`: how many episodes share a scene, see `alike`.
    """
    ours = {r.number: r.success for r in first}
    pairs = [(ours[r.number], r.success) for r in second if r.number in ours]
    only_first, only_second = pairs.count((True, False)), pairs.count((False, True))
    return _success(second, of_scene) | {
        "pairs": len(pairs),
        "only_this": only_first,
        "only_that": only_second,
        "p_value": float(f"{mcnemar(only_first, only_second):.3g}"),
    }


def _by_task(records: Sequence[EpisodeRecord]) -> dict[str, list[EpisodeRecord]]:
    tasks = sorted({r.task for r in records})
    return {task: [r for r in records if r.task == task] for task in tasks}


def _success(records: Sequence[EpisodeRecord], of_scene: int) -> Figures:
    succeeded = [r.success for r in records]
    rate = round(sum(succeeded) / len(records), 4) if records else None
    return {"episodes": len(records), "success_rate": rate, "ci95": _interval(succeeded, records, of_scene)}


def _interval(happened: Sequence[bool], records: Sequence[EpisodeRecord], of_scene: int) -> list[float]:
    """95 % interval of a rate: Wilson; by drawing scenes where several episodes share one."""
    if not records:
        return [0.0, 1.0]
    if of_scene > 1:
        return _drawn(happened, records, of_scene)
    return [round(end, 4) for end in wilson(sum(happened), len(records))]


def _drawn(
    values: Sequence[float], records: Sequence[EpisodeRecord], of_scene: int = 1, least: float = 0.0, most: float = 1.0
) -> list[float]:
    """95 % interval of a mean of values from `least` to `most`, by drawing scenes.

    Where no scene differs from another there is nothing to draw: then Wilson's, each scene one trial, which is wide
    enough because no values between two bounds spread further than those that lie on them.
    """
    scenes = _scenes(values, records, of_scene)
    means = [sum(scene) / len(scene) for scene in scenes]
    if min(means) < max(means):
        low, high = bootstrap(scenes)
    else:
        ends = wilson((means[0] - least) / (most - least) * len(scenes), len(scenes))
        low, high = (least + end * (most - least) for end in ends)
    return [round(low, 4), round(high, 4)]


def _scenes(values: Sequence[float], records: Sequence[EpisodeRecord], of_scene: int) -> list[list[float]]:
    """The values of each scene's episodes."""
    scenes: dict[int, list[float]] = {}
    for value, record in zip(values, records, strict=True):
        scenes.setdefault(record.number // of_scene, []).append(value)
    return list(scenes.values())


def _rates(records: Sequence[EpisodeRecord], of_scene: int) -> Figures:
    false = [r.claimed and not r.success for r in records]
    return _success(records, of_scene) | {
        "false_done_rate": round(sum(false) / len(records), 4),
        "false_done_ci95": _interval(false, records, of_scene),
        "median_seconds": round(float(np.median([r.seconds for r in records])), 2),
    }


def _task(records: Sequence[EpisodeRecord], of_scene: int) -> Figures:
    failures = Counter(str(r.failure) for r in records if not r.success)
    return _rates(records, of_scene) | {
        "claimed": sum(r.claimed for r in records),
        "median_path_m": round(float(np.median([r.path_m for r in records])), 3),
        "median_jerk": round(float(np.median([r.jerk for r in records])), 2),
        "violations": sum(r.violations for r in records),
        "guard": {name: sum(getattr(r, name) for r in records) for name in _GUARD},
        "failures": dict(failures.most_common()),
    }


def _latency(records: Sequence[EpisodeRecord]) -> Figures:
    times = [time for r in records for time in r.act_ms]
    if not times:
        return {"median": None, "p95": None}
    return {"median": round(float(np.median(times)), 2), "p95": round(float(np.percentile(times, 95)), 2)}


def _calibration(judged: Sequence[Judged]) -> Figures:
    """Of the judgements: is what the policy believes of a finished step worth its number?"""
    if not judged:
        return {"ece": None, "brier": None, "n": 0}
    confidences, right = stated(judged)
    believed = [j.confidence if j.done else 1.0 - j.confidence for j in judged]
    return {
        "ece": round(expected_calibration_error(confidences, right), 4),
        "brier": round(brier(believed, [j.reached for j in judged]), 4),
        "n": len(judged),
    }


def _chances(records: Sequence[EpisodeRecord]) -> Figures:
    """Of the chances that plans gave their steps, where they did: were they worth their number?"""
    told = [(last.chance, last.reached) for r in records for last in last_attempts(r) if last.chance is not None]
    if not told:
        return {}
    chances, reached = [chance for chance, _ in told], [happened for _, happened in told]
    ranked = auroc(chances, reached)
    return {
        "chances": {
            "ece": round(expected_calibration_error(chances, reached), 4),
            "brier": round(brier(chances, reached), 4),
            "auroc": None if ranked is None else round(ranked, 4),
            "n": len(told),
        }
    }


def stated(judged: Sequence[Judged]) -> tuple[list[float], list[bool]]:
    """Confidence of each judgement, and whether it was right."""
    return [j.confidence for j in judged], [j.done == j.reached for j in judged]
