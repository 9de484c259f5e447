"""Where to put something is remembered while the hand hides it, no longer, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vla_assistant.networks import tokens
from vla_assistant.networks.memory import MOST_S, NO_THING, Memory, nothing_remembered, places_of
from vla_assistant.networks.seeing import Sight
from vla_assistant.networks.tokens import Codes
from vla_assistant.types import FloatArray, Reference, Step

WIDTH = 4
CUBE, BOWL, PLATE = Reference("cube", "blue"), Reference("bowl", "red"), Reference("plate", "green")
PLACE = tokens.encode_step(Step("place", CUBE, BOWL))
PICK = tokens.encode_step(Step("pick", CUBE))


def _sight(*visible: float) -> Sight:
    """Object, destination and second anchor at (0.1, 0.2), (0.3, 0.4), (0.5, 0.6) with features 0, 1, 2."""
    uv = torch.tensor([[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]])
    features = torch.arange(3.0)[None, :, None].expand(1, 3, WIDTH)
    return Sight(torch.zeros(1, 3, 2, 2), uv, torch.tensor([visible]), features)


def _row(feature: float, u: float, v: float, visible: float) -> FloatArray:
    return np.array([feature] * WIDTH + [u, v, visible], np.float32)


NOTHING = nothing_remembered(WIDTH)


@pytest.fixture
def memory() -> Memory:
    return Memory(WIDTH)


def test_the_destination_is_remembered_and_what_is_moved_is_not(memory: Memory) -> None:
    np.testing.assert_array_equal(memory.recall(PLACE, 1.0), NOTHING)
    memory.keep(places_of(PLACE), _sight(5.0, 6.0, 7.0))
    rows = memory.recall(PLACE, 1.1)
    np.testing.assert_allclose(rows[1], _row(1.0, 0.3, 0.4, 6.0))
    np.testing.assert_array_equal(rows[[0, 2]], NOTHING[[0, 2]])  # there is no second anchor in this step


def test_what_is_hidden_now_leaves_what_was_seen(memory: Memory) -> None:
    _look(memory, PLACE, 1.0)
    memory.recall(PLACE, 1.2)
    memory.keep(places_of(PLACE), _sight(-5.0, -6.0, -7.0))
    np.testing.assert_allclose(memory.recall(PLACE, 1.3)[1], _row(1.0, 0.3, 0.4, 6.0))


def test_both_anchors_are_remembered_whatever_role_they_have(memory: Memory) -> None:
    _look(memory, tokens.encode_step(Step("place", CUBE, BOWL, relation="between", second=PLATE)), 1.0)
    rows = memory.recall(tokens.encode_step(Step("place", CUBE, PLATE)), 1.1)
    np.testing.assert_allclose(rows[1], _row(2.0, 0.5, 0.6, 7.0))


def test_what_a_step_moves_is_forgotten(memory: Memory) -> None:
    _look(memory, PLACE, 1.0)
    memory.recall(tokens.encode_step(Step("pick", BOWL)), 2.0)
    np.testing.assert_array_equal(memory.recall(PLACE, 3.0), NOTHING)


def test_another_step_and_a_look_between_change_nothing(memory: Memory) -> None:
    _look(memory, PLACE, 1.0)
    for step in (PICK, tokens.encode_step(Step("home"))):
        np.testing.assert_array_equal(memory.recall(step, 1.5), NOTHING)
        memory.keep(places_of(step), _sight(5.0, 6.0, 7.0))
    assert memory.recall(PLACE, 2.0)[1, -1] == 6.0


@pytest.mark.parametrize("later", [1.0 + MOST_S + 0.1, 0.5], ids=["too long ago", "another table"])
def test_it_does_not_last(memory: Memory, later: float) -> None:
    _look(memory, PLACE, 1.0)
    np.testing.assert_array_equal(memory.recall(PLACE, later), NOTHING)


def test_it_is_told_to_forget_where_time_goes_on(memory: Memory) -> None:
    _look(memory, PLACE, 1.0)
    memory.forget()
    np.testing.assert_array_equal(memory.recall(PLACE, 1.1), NOTHING)


def test_a_scene_that_begins_at_the_same_time_is_told_too(memory: Memory) -> None:
    _look(memory, PLACE, 0.0)
    memory.forget()
    np.testing.assert_array_equal(memory.recall(PLACE, 0.0), NOTHING)


def test_what_is_barely_seen_is_not_remembered(memory: Memory) -> None:
    memory.recall(PLACE, 1.0)
    memory.keep([(1, 2), NO_THING, (3, 4)], _sight(1.0, 9.0, 3.0), least=2.0)
    assert memory.last_seen((1, 2)) is None
    assert memory.last_seen(NO_THING) is None
    seen = memory.last_seen((3, 4))
    assert seen is not None
    assert seen.confidence == pytest.approx(0.9526, abs=1e-4)


def _look(memory: Memory, step: Codes, time_s: float) -> None:
    """Everything in sight at that time."""
    memory.recall(step, time_s)
    memory.keep(places_of(step), _sight(5.0, 6.0, 7.0))
