"""Where what is moved is to come to lie: the free place beside a bowl, between two cups, in the drawer, on the mark.

Such a place hangs on everything that stands around, which a single feature at the anchor does not tell. So a map of the
table is searched for it, as things are searched for in `seeing`, with the step in mind and the named things marked. It
was learnt from where things lay in the end, see `data.aftermath`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.networks.geometry import near_and_far
from vla_assistant.networks.seeing import Residual, mlp, patch_centres
from vla_assistant.networks.tokens import AIMED, NAMED
from vla_assistant.types import SKILLS

AIM_WIDTH = 8
_LAYS_DOWN = torch.tensor([skill in AIMED for skill in SKILLS])
_MARK = 0.06
"""Spread of the mark at a named thing, as a share of the picture."""


class Aim(NamedTuple):
    """Where it is to lie.

    Attributes:
        logits: Over the patches of the front picture, (b, rows, columns).
        place: On the table in the base frame, (b, 2) [m].
    """

    logits: Tensor
    place: Tensor


class Aiming(nn.Module):
    """Front features (b, width, s, s) -> `Aim`; looks at patches of twice their size."""

    def __init__(self, width: int, instruction: int, hidden: int, centre: tuple[float, float, float]) -> None:
        super().__init__()
        self.enter = nn.Conv2d(width + NAMED, width, 3, padding=1)
        self.film = nn.Linear(instruction, 2 * width)
        self.think = nn.Sequential(Residual(width), Residual(width))
        self.heat = nn.Conv2d(width, 1, 1)
        self.place = mlp(width + 2 + NAMED * 3 + instruction, hidden, 2, depth=2)
        self.centre: Tensor
        self.register_buffer("centre", torch.tensor(centre), persistent=False)

    def forward(self, features: Tensor, named: Tensor, position: Tensor, instruction: Tensor) -> Aim:
        """Search.

        Args:
            features: Of the front picture.
            named: Of each named thing (b, 3, 3): u and v in [-1, 1], and how sure it is that it is in view or was.
            position: Of the same things in the base frame, (b, 3, 3) [m].
            instruction: The step as numbers.
        """
        coarse = functional.avg_pool2d(features, 2)
        rows, columns = coarse.shape[-2:]
        centres = patch_centres(rows, columns, coarse)
        away = centres - (named[..., None, :2] + 1) / 2
        marks = torch.exp(-(away**2).sum(-1) / (2 * _MARK**2)) * named[..., 2:]
        thought = self._survey(torch.cat([coarse, marks.view(-1, NAMED, rows, columns)], dim=1), instruction)
        logits = self.heat(thought).squeeze(1)
        weights = logits.flatten(1).softmax(dim=-1)
        found = torch.bmm(weights[:, None], thought.flatten(2).transpose(1, 2)).squeeze(1)
        uv = weights @ centres
        known = (position - self.centre).flatten(1) / 0.1
        place = self.place(torch.cat([found, uv * 2 - 1, known, instruction], dim=-1))
        return Aim(logits, place * 0.1 + self.centre[:2])

    def _survey(self, marked: Tensor, instruction: Tensor) -> Tensor:
        """Patches with the marks on them (b, width + 3, r, c) -> with the step in mind (b, width, r, c)."""
        mixed = self.enter(marked)
        scale, shift = self.film(instruction)[:, :, None, None].chunk(2, dim=1)
        surveyed: Tensor = self.think(functional.relu(mixed * (1 + scale) + shift))
        return surveyed


def aims(place: Tensor, thing: Tensor, hand: Tensor, step: Tensor) -> Tensor:
    """The way there of the hand and of the thing, 0 in steps that lay nothing down: (b, AIM_WIDTH).

    Args:
        place: See `Aim` (b, 2).
        thing: What is moved (b, 3) [m].
        hand: The tool (b, 3) [m].
        step: Step codes (b, 8).
    """
    wanted = _LAYS_DOWN.to(step.device)[step[:, 0], None]
    return torch.cat([near_and_far(place - hand[:, :2]), near_and_far(place - thing[:, :2])], dim=-1) * wanted
