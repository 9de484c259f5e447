"""Every policy back end keeps the contract of policies/base.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.policies.conftest import observation
from vla_assistant import registry
from vla_assistant.networks.senses import PART_OPEN
from vla_assistant.policies.base import Policy, forget
from vla_assistant.types import Observation, Reference, Step

NAMES = [name for name, found in registry.backends("policies").items() if not found.missing]
STEPS = (Step("pick", Reference("cube", "blue")), Step("place", Reference("cube", "blue"), Reference("bowl", "red")))


@pytest.fixture(params=NAMES)
def policy(request: pytest.FixtureRequest, family_folder: Path) -> Iterator[Policy]:
    found = registry.backend("policies", request.param)
    settings: dict[str, Any] = {"weights": str(family_folder)} if request.param == "family" else {}
    policy = found.create(found.config_class(**settings))
    yield policy
    policy.close()


def test_what_is_seen_is_in_the_picture_most_confident_first(policy: Policy) -> None:
    seen = policy.look(observation())
    confidence = [thing.point.confidence for thing in seen]
    assert confidence == sorted(confidence, reverse=True)
    assert all(0 <= thing.point.u <= 1 and 0 <= thing.point.v <= 1 for thing in seen)


def test_a_plan_keeps_the_steps_and_grounds_each_thing_once(policy: Policy) -> None:
    plan = policy.plan(STEPS, observation())
    assert plan.steps == STEPS
    assert plan.summary
    assert 0 <= plan.confidence <= 1
    assert [g.reference for g in plan.groundings] == [Reference("cube", "blue"), Reference("bowl", "red")]
    for grounding in plan.groundings:
        assert grounding.heat.dtype == np.float32
        assert grounding.heat.sum() == pytest.approx(1.0, abs=1e-3)
        assert 0 <= grounding.point.u <= 1
        assert 0 <= grounding.point.v <= 1


def test_a_chunk_starts_at_the_observation_and_is_the_same_again(policy: Policy) -> None:
    now = observation(time_s=2.5)
    chunk = policy.act(now, STEPS[0])
    assert chunk.observed_s == 2.5
    assert chunk.actions.dtype == np.float32
    assert set(np.unique(chunk.actions[:, 6])) <= {np.float32(opening) for opening in (0.0, PART_OPEN, 1.0)}
    assert 0 <= chunk.done <= 1
    assert 0 <= chunk.progress <= 1
    policy.act(observation(time_s=900.0), STEPS[1])
    np.testing.assert_array_equal(policy.act(now, STEPS[0]).actions, chunk.actions)


def test_after_forgetting_it_answers_as_if_nothing_had_been_before(policy: Policy) -> None:
    """Although the clock goes on: another table, the same arm."""
    forget(policy)
    fresh = policy.act(observation(1, time_s=100.2), STEPS[1])
    forget(policy)
    policy.act(observation(0, time_s=100.0), STEPS[1])
    forget(policy)
    np.testing.assert_array_equal(policy.act(observation(1, time_s=100.2), STEPS[1]).actions, fresh.actions)


def test_a_judgement_has_a_reason(policy: Policy) -> None:
    judgement = policy.judge(STEPS[0], observation(0), observation(1, time_s=3.0))
    assert judgement.evidence.endswith(".")
    assert 0 <= judgement.confidence <= 1


def test_a_missing_picture_is_told_in_a_sentence(policy: Policy) -> None:
    from vla_assistant.errors import InputError

    now = observation()
    blind = Observation({"front": now.frames["front"]}, now.state)
    with pytest.raises(InputError, match="needs a picture of the wrist camera"):
        policy.act(blind, STEPS[0])
