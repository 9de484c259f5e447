"""Where things lay in the end, told to every frame before."""

from __future__ import annotations

import numpy as np
import pytest

from tests.data.recordings import made_up_episode
from vla_assistant.data.aftermath import Aftermath, aftermath
from vla_assistant.networks import tokens
from vla_assistant.types import Reference, Step

CUBE, BOWL = Reference("cube", "red"), Reference("bowl", "blue")
BESIDE = Step("place", CUBE, BOWL, "left_of")


def _columns(*episodes: tuple[Step, bool]) -> dict[str, np.ndarray]:
    """Of three frames: the cube goes from (0.4, 0.1) to (0.6, 0.2), in the picture from (0.2, 0.3) to (0.7, 0.8)."""
    recorded = []
    for number, (step, reached) in enumerate(episodes):
        columns = dict(made_up_episode(number, length=3).columns)
        columns["step.code"][:] = tokens.encode_step(step)
        columns["label.success"][-1] = float(reached)
        columns["label.position"][:, :2] = np.linspace((0.4, 0.1), (0.6, 0.2), 3)
        columns["things.front"][:, :2] = np.linspace((0.2, 0.3), (0.7, 0.8), 3)
        columns["episode_index"] = np.full((3, 1), number)
        recorded.append(columns)
    return {name: np.concatenate([columns[name] for columns in recorded]) for name in recorded[0]}


def test_every_frame_is_told_where_its_object_came_to_lie() -> None:
    after = aftermath(_columns((BESIDE, True), (BESIDE, True)))
    np.testing.assert_allclose(after.place, [(0.6, 0.2)] * 6, atol=1e-6)
    np.testing.assert_allclose(after.uv, [(0.7, 0.8)] * 6, atol=1e-6)
    assert after.place_weight.tolist() == after.uv_weight.tolist() == [1.0] * 6


@pytest.mark.parametrize(
    ("step", "reached"),
    [(BESIDE, False), (Step("pick", CUBE), True), (Step("push", CUBE, Reference("left")), True), (Step("home"), True)],
)
def test_only_where_it_was_laid_down_as_it_was_to_be(step: Step, reached: bool) -> None:
    after = aftermath(_columns((BESIDE, True), (step, reached)))
    assert after.place_weight.tolist() == [1.0] * 3 + [0.0] * 3
    assert after.uv_weight.tolist() == [1.0] * 3 + [0.0] * 3


def test_where_two_things_are_alike_the_picture_is_not_asked() -> None:
    columns = _columns((BESIDE, True))
    columns["things.code"][:, 2:4] = columns["things.code"][:, :2]
    after: Aftermath = aftermath(columns)
    assert after.place_weight.all()
    assert not after.uv_weight.any()
