"""What the hand hides of the places to go to stays part of a plan; what was taken away does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vla_assistant.data.table import Table
from vla_assistant.policies.base import forget
from vla_assistant.policies.compact import CompactPolicy
from vla_assistant.sim.scene import Scene, Thing
from vla_assistant.types import Grounding, Observation, Reference, Step

RED, BLUE = Reference("cube", "red"), Reference("cube", "blue")
BLUE_AT = (0.42, 0.10)
PICK, PLACE, TAKE_BLUE = Step("pick", RED), Step("place", RED, BLUE), Step("pick", BLUE)
PATCH = 0.09  # of the picture's width and height


@pytest.fixture(scope="module")
def policy() -> CompactPolicy:
    return CompactPolicy()


@pytest.fixture(scope="module")
def first() -> Observation:
    table = Table()
    things = (Thing("cube", "red", 0.58, -0.15), Thing("cube", "blue", *BLUE_AT))
    table.reset(Scene(things, 4))
    return table.observe()


def _later(first: Observation, point: tuple[float, float], hand: tuple[float, float]) -> Observation:
    """A second later: grey where the blue cube was seen, and the hand over this point of the table."""
    frame = first.frames["front"]
    picture = frame.image.copy()
    height, width = picture.shape[:2]
    top, left = int((point[1] - PATCH / 2) * height), int((point[0] - PATCH / 2) * width)
    picture[top : top + int(PATCH * height), left : left + int(PATCH * width)] = 128
    pose = first.state.T_base_tool.copy()
    pose[:2, 3] = hand
    state = replace(first.state, T_base_tool=pose, time_s=first.state.time_s + 1.0)
    return Observation({**first.frames, "front": replace(frame, image=picture)}, state)


def _blue(policy: CompactPolicy, step: Step, now: Observation) -> Grounding:
    (found,) = (g for g in policy.plan((step,), now).groundings if g.reference == BLUE)
    return found


def test_a_place_that_the_hand_hides_is_where_it_was_seen(policy: CompactPolicy, first: Observation) -> None:
    before = _blue(policy, PLACE, first)
    point = (before.point.u, before.point.v)
    policy.plan((PICK,), first)  # the command before, which does not name it
    hidden = _blue(policy, PLACE, _later(first, point, (BLUE_AT[0] + 0.1, BLUE_AT[1])))
    assert hidden.point.confidence == pytest.approx(before.point.confidence, abs=1e-3)
    np.testing.assert_allclose((hidden.point.u, hidden.point.v), point, atol=1e-3)


def test_what_is_gone_with_the_hand_elsewhere_is_not_seen(policy: CompactPolicy, first: Observation) -> None:
    point = _blue(policy, PLACE, first).point
    gone = _later(first, (point.u, point.v), (BLUE_AT[0] + 0.1, BLUE_AT[1] - 0.35))
    assert _blue(policy, PLACE, gone).point.confidence < 0.5


def test_what_is_to_be_picked_up_must_be_seen(policy: CompactPolicy, first: Observation) -> None:
    point = _blue(policy, TAKE_BLUE, first).point
    hidden = _later(first, (point.u, point.v), (BLUE_AT[0] + 0.1, BLUE_AT[1]))
    assert _blue(policy, TAKE_BLUE, hidden).point.confidence < 0.5


def test_another_table_is_not_remembered(policy: CompactPolicy, first: Observation) -> None:
    point = _blue(policy, PLACE, first).point
    hidden = _later(first, (point.u, point.v), (BLUE_AT[0] + 0.1, BLUE_AT[1]))
    earlier = replace(hidden, state=replace(hidden.state, time_s=first.state.time_s - 1.0))
    assert _blue(policy, PLACE, earlier).point.confidence < 0.5


def test_after_forgetting_time_may_go_on(policy: CompactPolicy, first: Observation) -> None:
    """Another table under an arm whose clock is that of the machine."""
    point = _blue(policy, PLACE, first).point
    hidden = _later(first, (point.u, point.v), (BLUE_AT[0] + 0.1, BLUE_AT[1]))
    forget(policy)
    assert _blue(policy, PLACE, hidden).point.confidence < 0.5
