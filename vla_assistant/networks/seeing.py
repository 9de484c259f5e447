"""Seeing: feature maps of a picture, where named things are in them, and a glance at the whole.

Source: FiLM: Perez et al. 2018, arXiv:1709.07871; spatial soft-argmax: Levine et al. 2016, arXiv:1504.00702.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

PEAK_REACH = 0.12
"""How far around its peak a heat map counts when the network runs, as a share of the picture: five times its spread."""


class Sight(NamedTuple):
    """Where queries are seen in one picture.

    Attributes:
        logits: Over the patches, (b, q, rows, columns).
        uv: Soft-argmax position as fractions of the picture's width and height, (b, q, 2).
        visible: Logit that the thing is in view, (b, q).
        feature: Features of the picture there, (b, q, width).
    """

    logits: Tensor
    uv: Tensor
    visible: Tensor
    feature: Tensor

    def beyond(self, first: int) -> Sight:
        """Without the queries before this one."""
        return Sight(*(part[:, first:] for part in self))


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Residual(nn.Module):
    """x + conv(conv(x)), then ReLU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class Trunk(nn.Module):
    """Picture (b, 3, s, s) in [-1, 1] -> features (b, width, s / 4, s / 4) that see far and keep the detail."""

    def __init__(self, stem: int, width: int) -> None:
        super().__init__()
        self.fine = nn.Sequential(nn.PixelUnshuffle(4), _conv(48, stem), Residual(stem))
        self.coarse = nn.Sequential(nn.AvgPool2d(2), _conv(stem, width), Residual(width), Residual(width))
        self.lateral = nn.Conv2d(stem, width, 1)

    def forward(self, picture: Tensor) -> Tensor:
        fine = self.fine(picture)
        coarse = functional.interpolate(self.coarse(fine), scale_factor=2, mode="nearest")
        return functional.relu(self.lateral(fine) + coarse)


class Grounding(nn.Module):
    """Finds queries (b, q, embedding) in a feature map by dot product."""

    def __init__(self, width: int, embedding: int) -> None:
        super().__init__()
        self.query = nn.Linear(embedding, width)
        self.sharpness = nn.Parameter(torch.tensor(math.log(4.0)))
        self.seen = nn.Sequential(nn.Linear(2 * width + 1, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, features: Tensor, embedded: Tensor) -> Sight:
        batch, width, rows, columns = features.shape
        values = features.flatten(2)  # (b, width, patches)
        query = self.query(embedded)
        logits = torch.bmm(query, values) * (self.sharpness.exp() / width)
        weights = logits.softmax(dim=-1)
        found = torch.bmm(weights, values.transpose(1, 2))
        best = logits.amax(dim=-1, keepdim=True)
        visible = self.seen(torch.cat([found, found * query, best], dim=-1)).squeeze(-1)
        centres = patch_centres(rows, columns, features)
        if not self.training:
            weights = torch.where(visible[..., None] > 0, _around_peak(weights, centres), weights)
            found = torch.bmm(weights, values.transpose(1, 2))
        uv = weights @ centres
        return Sight(logits.view(batch, -1, rows, columns), uv, visible, found)


def _around_peak(weights: Tensor, centres: Tensor) -> Tensor:
    """The weights (b, q, patches) near the strongest patch alone, sum 1.

    Of two look-alikes the mean would lie between them, where neither is; training seldom shows that, running does.
    """
    peak = centres[weights.argmax(dim=-1)]
    near = (centres - peak[:, :, None]).abs().amax(dim=-1) < PEAK_REACH
    kept = weights * near
    return kept / kept.sum(dim=-1, keepdim=True)


def patch_centres(rows: int, columns: int, like: Tensor) -> Tensor:
    """Centres of the patches as fractions (u, v) of the picture, (rows * columns, 2)."""
    v = (torch.arange(rows, device=like.device, dtype=like.dtype) + 0.5) / rows
    u = (torch.arange(columns, device=like.device, dtype=like.dtype) + 0.5) / columns
    return torch.stack([u.expand(rows, columns), v[:, None].expand(rows, columns)], dim=-1).reshape(-1, 2)


class Glance(nn.Module):
    """The wrist picture as a whole, looked at with the step in mind (FiLM) -> (b, outputs)."""

    def __init__(self, width: int, embedding: int, outputs: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(width, width, 3, padding=1)
        self.film = nn.Linear(embedding, 2 * width)
        self.out = nn.Linear(16 * width, outputs)

    def forward(self, features: Tensor, step: Tensor) -> Tensor:
        scale, shift = self.film(step)[:, :, None, None].chunk(2, dim=1)
        mixed = functional.relu(self.mix(features) * (1 + scale) + shift)
        return functional.relu(self.out(functional.adaptive_avg_pool2d(mixed, 4).flatten(1)))


def mlp(inputs: int, hidden: int, outputs: int, depth: int = 3) -> nn.Sequential:
    """`depth` hidden layers with ReLU, and a linear one."""
    layers: list[nn.Module] = []
    for index in range(depth):
        layers += [nn.Linear(inputs if index == 0 else hidden, hidden), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(hidden, outputs))
