"""Weights judged by simulated commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vla_assistant.errors import WeightsError
from vla_assistant.evaluate.suite.contestants import EXPERT, Contestant
from vla_assistant.evaluate.suite.expert_policy import ExpertPolicy
from vla_assistant.sim.world import SimWorld
from vla_assistant.train.trials import failure_rate
from vla_assistant.types import ActionChunk, Observation, Step


class Able(ExpertPolicy):
    """Does what it is told."""

    def __init__(self, world: SimWorld, closed: list[ExpertPolicy]) -> None:
        super().__init__(world)
        self._closed = closed

    def close(self) -> None:
        self._closed.append(self)


class Idle(Able):
    """Does nothing and finds that it is done."""

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        return ActionChunk(np.zeros((1, 7), np.float32), 0.1, observation.state.time_s, done=1.0)


@pytest.mark.parametrize(("kind", "rate"), [(Able, 0.0), (Idle, 1.0)])
def test_what_fails_less_is_judged_better_and_no_candidate_is_kept(
    kind: type[Able], rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[ExpertPolicy] = []
    monkeypatch.setattr(Contestant, "create", lambda _, world: kind(world, closed))
    judge = failure_rate(2, EXPERT)
    assert [judge(Path()), judge(Path())] == [rate, rate]
    assert len(closed) == 2


def test_the_weights_that_are_judged_are_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing.safetensors"):
        failure_rate(1)(tmp_path / "nothing.safetensors")
