"""The map that is searched for a free place: it can be learnt, and what lays nothing down is told nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from vla_assistant.networks import tokens
from vla_assistant.networks.aiming import AIM_WIDTH, Aiming, aims
from vla_assistant.types import Reference, Step

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
CENTRE = (0.45, 0.0, 0.05)


def _table(count: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Feature maps of which one channel shows what stands right of the anchor, if anything; the free side's place."""
    features = torch.zeros(count, 8, 32, 32)
    named, position = torch.zeros(count, 3, 3), torch.zeros(count, 3, 3)
    places = torch.zeros(count, 2)
    for row in range(count):
        u, v = rng.uniform(0.35, 0.65, 2)
        taken = rng.random() < 0.5
        named[row, 1] = torch.tensor([2 * u - 1, 2 * v - 1, 1.0])
        x, y = 0.2 + 0.5 * v, u - 0.5
        position[row, 1, :2] = torch.tensor([x, y])
        if taken:
            features[row, 0, int(32 * v) - 1 : int(32 * v) + 2, int(32 * (u + 0.2)) - 1 : int(32 * (u + 0.2)) + 2] = 3.0
        places[row] = torch.tensor([x, y + (-0.1 if taken else 0.1)])
    return features, named, position, places


def test_the_free_side_is_found() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    aiming = Aiming(8, 4, 32, CENTRE)
    optimizer = torch.optim.AdamW(aiming.parameters(), lr=4e-3)
    step = torch.ones(32, 4)
    for _ in range(150):
        features, named, position, places = _table(32, rng)
        loss = functional.l1_loss(aiming(features, named, position, step).place, places)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    aiming.eval()
    features, named, position, places = _table(32, rng)
    with torch.no_grad():
        off = (aiming(features, named, position, step).place - places).norm(dim=-1)
    assert off.median() < 0.03  # the sides are 20 cm apart


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Step("place", CUBE, BOWL, "left_of"), True),
        (Step("put_down", CUBE, Reference("table")), True),
        (Step("give", CUBE), True),
        (Step("pick", CUBE), False),
        (Step("push", CUBE, Reference("left")), False),
        (Step("open", Reference("drawer")), False),
    ],
)
def test_only_what_lays_something_down_is_told_where(step: Step, told: bool) -> None:
    codes = torch.from_numpy(tokens.encode_step(step))[None]
    way = aims(torch.tensor([[0.5, 0.1]]), torch.tensor([[0.5, 0.0, 0.02]]), torch.tensor([[0.4, 0.1, 0.2]]), codes)
    assert way.shape == (1, AIM_WIDTH)
    expected = [1.0, 0.0, 0.9999, 0.0, 0.0, 1.0, 0.0, 0.9999] if told else [0.0] * AIM_WIDTH
    torch.testing.assert_close(way[0], torch.tensor(expected), atol=1e-3, rtol=0)
