"""What the action head is told of distances: the same places as the expert's, and nothing that a step does not name."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vla_assistant.networks import tokens
from vla_assistant.networks.geometry import (
    OUTWARD,
    PHASE_WIDTH,
    RELATION_WIDTH,
    near_and_far,
    phase,
    push_goals,
    relations,
)
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.networks.senses import STATE_NAMES, normal_state
from vla_assistant.sim.regions import PUSH_GOALS, where_pushed
from vla_assistant.types import Reference, Step

GOALS = push_goals(CompactConfig().push_ends)
CUBE, BOWL, PLATE = Reference("cube", "blue"), Reference("bowl", "red"), Reference("plate", "green")
WAY, MIDDLE, ACROSS, LEFT = slice(0, 6), slice(6, 12), slice(12, 14), slice(14, 16)


def _told(step: Step, thing: list[float], anchor: list[float], second: list[float]) -> torch.Tensor:
    """With the hand at (0.45, 0, 0.2), unturned."""
    state = torch.zeros(1, 17)
    codes = torch.from_numpy(tokens.encode_step(step))[None]
    told = relations(torch.tensor([[thing, anchor, second]]), torch.tensor([[0.45, 0.0, 0.2]]), state, codes, GOALS)
    assert told.shape == (1, RELATION_WIDTH)
    return told[0]


@pytest.mark.parametrize("name", sorted(OUTWARD))
def test_pushes_go_where_the_expert_takes_them(name: str) -> None:
    goal, row = PUSH_GOALS[name], GOALS[tokens.DIRECTIONS.index(name)]
    assert row[2] == pytest.approx(goal.sign * goal.end)
    assert OUTWARD[name][goal.axis] == goal.sign
    assert OUTWARD[name][1 - goal.axis] == 0.0


@pytest.mark.parametrize("name", sorted(OUTWARD))
def test_what_is_left_of_a_push_is_nothing_at_its_end(name: str) -> None:
    goal = PUSH_GOALS[name]
    there = [0.5, 0.0, 0.02]
    there[goal.axis] = goal.end
    assert where_pushed(there[0], there[1], name)
    told = _told(Step("push", CUBE, Reference(name)), there, [9.0, 9.0, 9.0], [9.0, 9.0, 9.0])
    torch.testing.assert_close(told, torch.zeros(RELATION_WIDTH), atol=1e-5, rtol=0)
    there[goal.axis] -= goal.sign * 0.02
    told = _told(Step("push", CUBE, Reference(name)), there, [9.0, 9.0, 9.0], [9.0, 9.0, 9.0])
    torch.testing.assert_close(told[LEFT], torch.tensor([0.2, 0.7616]), atol=1e-3, rtol=0)


def test_a_destination_is_told_as_seen_from_the_object() -> None:
    told = _told(Step("place", CUBE, BOWL), [0.40, 0.10, 0.15], [0.50, 0.10, 0.05], [9.0, 9.0, 9.0])
    torch.testing.assert_close(told[WAY], near_and_far(torch.tensor([0.10, 0.0, -0.10])))
    assert not told[6:].any()


def test_between_is_told_from_the_hand_to_the_middle_and_by_the_line() -> None:
    step = Step("place", CUBE, BOWL, relation="between", second=PLATE)
    told = _told(step, [0.4, 0.1, 0.1], [0.45, -0.10, 0.05], [0.45, 0.20, 0.05])
    torch.testing.assert_close(told[MIDDLE], near_and_far(torch.tensor([0.0, 0.05, -0.15])))
    turned = _told(step, [0.4, 0.1, 0.1], [0.40, 0.05, 0.05], [0.50, 0.05, 0.05])
    torch.testing.assert_close(told[ACROSS], -turned[ACROSS], atol=1e-5, rtol=0)  # a quarter turn further
    back = _told(step, [0.4, 0.1, 0.1], [0.45, 0.20, 0.05], [0.45, -0.10, 0.05])
    torch.testing.assert_close(told[ACROSS], back[ACROSS], atol=1e-5, rtol=0)  # the same line, the other way round


def test_what_is_not_named_counts_nothing() -> None:
    told = _told(Step("pick", CUBE), [0.4, 0.1, 0.1], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    assert not told.any()


def _phase(gripper: float, command: float, height: float) -> torch.Tensor:
    state = np.zeros((1, len(STATE_NAMES)))
    for name, value in (("gripper", gripper), ("gripper_command", command), ("z", height)):
        state[0, STATE_NAMES.index(name)] = value
    told = phase(torch.from_numpy(normal_state(state)))
    assert told.shape == (1, PHASE_WIDTH)
    return told[0]


@pytest.mark.parametrize("other", [(0.17, 0.0, 0.05), (0.65, 1.0, 0.05), (0.65, 0.0, 0.03)])
def test_fingers_on_their_way_are_told_apart_from_closed_ones_and_a_low_hand_from_a_high_one(
    other: tuple[float, float, float],
) -> None:
    closing = _phase(0.65, 0.0, 0.05)
    assert (closing - _phase(*other)).abs().max() > 0.5
    assert (closing - _phase(0.66, 0.0, 0.051)).abs().max() < 0.2
