"""Asking when it is unclear, and only then: the benchmark's scenes, a few of them."""

from __future__ import annotations

import pytest

pytest.importorskip("mujoco")

from benchmarks.ambiguity import Tally, trial
from vla_assistant.sim.world import SimWorld

SCENES = 60


def test_unclear_commands_are_asked_about_and_clear_ones_are_not() -> None:
    world, tally = SimWorld(), Tally()
    for seed in range(7000, 7000 + SCENES):
        trial(seed, world, tally, show=False, app=False)
    world.close()
    asked, unclear = (sum(row[i] for row in tally.ambiguous.values()) for i in (0, 1))
    bothered = sum(row[0] for row in tally.clear.values())
    right, answers = (sum(row[i] for row in tally.answered.values()) for i in (0, 1))
    assert unclear == SCENES
    assert asked >= 0.95 * SCENES
    assert bothered <= 0.05 * SCENES
    assert answers > 3 * SCENES
    assert right >= 0.98 * answers
    assert max(tally.offered) <= 4
