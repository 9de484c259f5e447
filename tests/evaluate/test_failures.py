"""Each kind of failure from the evidence that shows it."""

from __future__ import annotations

import pytest

from vla_assistant.evaluate.suite.failures import MEANING, Evidence, Failure, kind_of


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (Evidence("pick", misread=True, refused=True), Failure.MISREAD),
        (Evidence("pick", refused=True), Failure.REFUSED),
        (Evidence("place", held=True, took_other=True), Failure.GUARD_HOLD),
        (Evidence("place", took_other=True, moved_other=True), Failure.WRONG_THING),
        (Evidence("", moved_other=True, claimed=True), Failure.DISTURBED),
        (Evidence("pick", claimed=True), Failure.NEVER_GRASPED),
        (Evidence("pick", grasped=True), Failure.DROPPED),
        (Evidence("place", grasped=True, claimed=True), Failure.PLACED_BESIDE),
        (Evidence("give", grasped=True), Failure.PLACED_BESIDE),
        (Evidence("place", grasped=True, in_hand=True), Failure.TIMEOUT),
        (Evidence("place", grasped=True, in_hand=True, claimed=True), Failure.FALSE_DONE),
        (Evidence("push"), Failure.TIMEOUT),
        (Evidence("open", claimed=True), Failure.FALSE_DONE),
    ],
)
def test_the_earliest_cause_counts(evidence: Evidence, kind: Failure) -> None:
    assert kind_of(evidence) is kind


def test_every_kind_is_explained() -> None:
    assert set(MEANING) == set(Failure) - {Failure.NONE}
