"""The JSON object: its keys, and each figure from records that are known."""

from __future__ import annotations

import pytest

from tests.evaluate.examples import judged, record
from vla_assistant.evaluate.suite import summary
from vla_assistant.evaluate.suite.failures import Failure
from vla_assistant.evaluate.suite.records import EpisodeRecord
from vla_assistant.evaluate.suite.summary import beside, obedience, summarise
from vla_assistant.sim.suite import episode

KEYS = {
    "version",
    "suite",
    "split",
    "policy",
    "episodes",
    "success_rate",
    "ci95",
    "false_done_rate",
    "false_done_ci95",
    "median_seconds",
    "violations",
    "per_task",
    "latency_ms",
    "calibration",
}


def test_object_has_the_keys_of_the_issue() -> None:
    records = [record(n) for n in range(3)]
    assert set(summarise("seen", "compact", records)) == KEYS
    assert set(summarise("swap", "compact", records)) == KEYS | {"obedience", "obedience_ci95"}
    assert set(summarise("chain", "compact", records)) == KEYS | {"mean_length", "mean_length_ci95"}


def test_figures_of_known_records() -> None:
    records = [record(0), record(1, success=False, claimed=True), record(2, task="push"), record(3, held=1)]
    figures = summarise("seen", "compact", records)
    assert (figures["episodes"], figures["success_rate"], figures["false_done_rate"]) == (4, 0.75, 0.25)
    assert figures["version"] == 3
    assert figures["false_done_ci95"] == pytest.approx([0.0456, 0.6994], abs=1e-4)
    assert figures["ci95"] == pytest.approx([0.3006, 0.9544], abs=1e-4)
    assert (figures["median_seconds"], figures["violations"]) == (5.5, 5)
    assert figures["latency_ms"] == {"median": 6.0, "p95": 7.0}
    assert list(figures["per_task"]) == ["pick", "push"]
    pick = figures["per_task"]["pick"]
    assert (pick["episodes"], pick["claimed"], pick["failures"]) == (3, 3, {"never_grasped": 1})
    assert pick["guard"] == {"clipped": 3, "refused": 0, "held": 1, "gave_way": 0}


def test_calibration_is_of_what_the_policy_believed() -> None:
    sure = (judged(True, 0.9, True), judged(True, 0.9, False), judged(False, 0.8, False))
    calibration = summarise("seen", "compact", [record(0, judged=sure)])["calibration"]
    assert calibration["n"] == 3
    assert calibration["brier"] == pytest.approx((0.01 + 0.81 + 0.04) / 3, abs=1e-4)
    assert calibration["ece"] == pytest.approx((2 * abs(0.9 - 0.5) + 0.2) / 3, abs=1e-4)


def test_obedience_counts_the_named_against_the_others() -> None:
    acted = ["named"] * 6 + ["other"] * 3 + [""]
    assert obedience([record(n, acted=what) for n, what in enumerate(acted)]) == pytest.approx(0.3)


def swapped(scenes: int, per_scene: int, **changed: object) -> list[EpisodeRecord]:
    """Of every other scene all episodes succeed, of the others none."""
    numbers = range(scenes * per_scene)
    return [record(n, success=n // per_scene % 2 == 0, **changed) for n in numbers]


def test_four_episodes_of_one_scene_are_not_four_trials() -> None:
    alike = swapped(50, 4)
    wide, narrow = (summarise(split, "compact", alike)["ci95"] for split in ("swap", "seen"))
    assert wide[1] - wide[0] > 1.7 * (narrow[1] - narrow[0])
    once = summarise("seen", "compact", swapped(50, 1))["ci95"]
    assert wide == pytest.approx(once, abs=0.02)
    assert beside(alike, alike, 4)["ci95"] == wide
    assert summarise("swap", "compact", alike)["per_task"]["pick"]["ci95"] == wide


def test_scenes_without_any_miss_still_leave_a_doubt() -> None:
    figures = summarise("swap", "compact", [record(n) for n in range(40)])
    assert figures["ci95"] == summarise("seen", "compact", [record(n) for n in range(10)])["ci95"]
    assert figures["false_done_ci95"][0] == 0.0
    assert figures["false_done_ci95"][1] > 0.2
    low, high = figures["obedience_ci95"]
    assert 0.3 < low < 0.6
    assert high == 1.0
    one = summarise("swap", "compact", [record(n, success=n < 2) for n in range(4)])["ci95"]
    assert one[0] < 0.15 < 0.85 < one[1]
    chains = summarise("chain", "compact", [record(n, commands=5, fulfilled=5) for n in range(20)])
    assert chains["mean_length_ci95"] == pytest.approx([5 * 0.8389, 5.0], abs=0.001)


def test_scenes_of_the_swap_split_are_those_of_the_suite() -> None:
    first, last, other = (episode("swap", number).scene for number in (4, 7, 8))
    assert first == last != other
    assert (summary.alike("swap"), summary.alike("chain")) == (4, 1)


def test_obedience_and_mean_length_have_intervals_around_them() -> None:
    acted = [record(n, acted="other" if n % 10 == 0 else "named") for n in range(80)]
    figures = summarise("swap", "compact", acted)
    low, high = figures["obedience_ci95"]
    assert -1 < low < figures["obedience"] == 0.8 < high < 1
    figures = summarise("chain", "compact", [record(n, commands=5, fulfilled=n % 6) for n in range(60)])
    low, high = figures["mean_length_ci95"]
    assert 1.5 < low < figures["mean_length"] == 2.5 < high < 3.5


def test_mean_length_of_chains_counts_until_the_first_miss() -> None:
    records = [record(0, commands=5, fulfilled=5), record(1, success=False, commands=5, fulfilled=2)]
    assert summarise("chain", "compact", records)["mean_length"] == 3.5


def test_paired_test_uses_the_episodes_that_both_have() -> None:
    ours = [record(n, success=n != 0) for n in range(8)]
    theirs = [record(n, success=n == 0) for n in range(7)]
    compared = beside(ours, theirs)
    assert (compared["pairs"], compared["only_this"], compared["only_that"]) == (7, 6, 1)
    assert compared["p_value"] == pytest.approx(0.125)
    assert compared["success_rate"] == pytest.approx(1 / 7, abs=1e-4)


def test_policy_that_was_asked_nothing_has_no_latency() -> None:
    refused = record(0, success=False, failure=Failure.REFUSED, act_ms=(), judged=())
    figures = summarise("seen", "compact", [refused])
    assert figures["latency_ms"] == {"median": None, "p95": None}
    assert figures["calibration"] == {"ece": None, "brier": None, "n": 0}
