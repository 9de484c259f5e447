"""The JSON object: its keys, and each figure from records that are known."""

from __future__ import annotations

import pytest

from tests.evaluate.examples import judged, record
from vla_assistant.evaluate.suite.failures import Failure
from vla_assistant.evaluate.suite.summary import beside, obedience, summarise

KEYS = {
    "version",
    "suite",
    "split",
    "policy",
    "episodes",
    "success_rate",
    "ci95",
    "false_done_rate",
    "median_seconds",
    "violations",
    "per_task",
    "latency_ms",
    "calibration",
}


def test_object_has_the_keys_of_the_issue() -> None:
    records = [record(n) for n in range(3)]
    assert set(summarise("seen", "compact", records)) == KEYS
    assert set(summarise("swap", "compact", records)) == KEYS | {"obedience"}
    assert set(summarise("chain", "compact", records)) == KEYS | {"mean_length"}


def test_figures_of_known_records() -> None:
    records = [record(0), record(1, success=False, claimed=True), record(2, task="push"), record(3, held=1)]
    figures = summarise("seen", "compact", records)
    assert (figures["episodes"], figures["success_rate"], figures["false_done_rate"]) == (4, 0.75, 0.25)
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
