"""From several pictures of several cameras, with or without depth, to one view of each camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.errors import InputError
from vla_assistant.networks.family.config import FamilyConfig
from vla_assistant.networks.family.vision import VisionFeatures, VisionTower, square
from vla_assistant.networks.senses import spread


class Views(NamedTuple):
    """What the cameras show.

    Attributes:
        pooled: Each camera as a whole, over time, (b, cameras, width).
        patches: Each camera's patches on the fusion's grid, over time, (b, cameras, width, grid, grid).
        latest: Each camera's own map of patches in its last picture, (b, width, rows, columns).
    """

    pooled: Tensor
    patches: Tensor
    latest: tuple[Tensor, ...]


class FramePooling(nn.Module):
    """Several moments as one: their mean, or a mean weighted by learnt attention that knows how old each is."""

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        width = config.vision.width
        self.attends = config.frame_pooling == "attention"
        if self.attends:
            self.ages = nn.Parameter(torch.randn(config.frames, width) * 0.02)
            self.score = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, pooled: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Over time: (b, f, w) and (b, f, w, r, c) -> (b, w) and (b, w, r, c); the last moment is now."""
        if not self.attends:
            return pooled.mean(1), patches.mean(1)
        frames = pooled.shape[1]
        weights = self.score(pooled + self.ages[:frames].flip(0)).softmax(dim=1)  # (b, f, 1)
        return (pooled * weights).sum(1), (patches * weights[..., None, None]).sum(1)


class DepthTower(nn.Module):
    """Depth pictures as something to add to a tower's patches; it adds nothing until it is trained."""

    def __init__(self, width: int, range_m: float) -> None:
        super().__init__()
        self.range_m = range_m
        self.read = nn.Sequential(nn.PixelUnshuffle(4), nn.Conv2d(32, width, 1), nn.ReLU())
        self.out = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        assert self.out.bias is not None
        nn.init.zeros_(self.out.bias)

    def forward(self, depth: Tensor, rows: int) -> Tensor:
        """Depth (n, 1, h, w) [m], 0 or not finite where unknown -> (n, width, rows, rows)."""
        known = (depth.isfinite() & (depth > 0)).float()
        near = torch.where(known > 0, depth, torch.zeros_like(depth)).clamp(max=self.range_m) / self.range_m
        picture = square(torch.cat([near, known], dim=1), 4 * rows)
        added: Tensor = self.out(self.read(picture))
        return added


class Cameras(nn.Module):
    """The vision tower over all cameras and moments."""

    def __init__(self, config: FamilyConfig, tower: VisionTower) -> None:
        super().__init__()
        self.config, self.tower = config, tower
        self.pooling = FramePooling(config)
        if config.depth:
            self.depth = DepthTower(config.vision.width, config.depth_range_m)

    def forward(self, pictures: Mapping[str, Tensor], depth: Mapping[str, Tensor] | None) -> Views:
        """Pictures (b, f, 3, h, w) in [0, 1] and depth (b, f, 1, h, w) [m] by camera, oldest first -> views.

        Raises:
            InputError: A camera's pictures, or depth pictures where the model reads them, are missing.
        """
        require_cameras(self.config.cameras, pictures)
        if self.config.depth:
            require_cameras(self.config.cameras, depth or {}, "depth picture")
        seen = [self._camera(pictures[name], (depth or {}).get(name)) for name in self.config.cameras]
        pooled, patches, latest = zip(*seen, strict=True)
        return Views(torch.stack(pooled, 1), torch.stack(patches, 1), tuple(latest))

    def _camera(self, pictures: Tensor, depth: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        pictures = sampled(pictures, self.config.frames)
        batch, frames = pictures.shape[:2]
        found: VisionFeatures = self.tower(pictures.flatten(0, 1))
        if depth is not None and self.config.depth:
            added = self.depth(sampled(depth, self.config.frames).flatten(0, 1), found.patches.shape[-1])
            found = VisionFeatures(found.pooled + added.mean((2, 3)), found.patches + added)
        latest = found.patches.unflatten(0, (batch, frames))[:, -1]
        grid = functional.adaptive_avg_pool2d(found.patches, self.config.fusion.grid)
        pooled, patches = self.pooling(*(part.unflatten(0, (batch, frames)) for part in (found.pooled, grid)))
        return pooled, patches, latest


def sampled(moments: Tensor, most: int) -> Tensor:
    """At most `most` of the moments (b, f, ...), as `senses.spread` chooses them."""
    frames = moments.shape[1]
    return moments if frames <= most else moments[:, spread(frames, most).tolist()]


def require_cameras(wanted: Sequence[str], given: Mapping[str, object], what: str = "picture") -> None:
    """Raise InputError unless there is one of each camera."""
    missing = [name for name in wanted if name not in given]
    if missing:
        there = ", ".join(given) or "none"
        raise InputError(f"The model needs a {what} of the {missing[0]} camera.", f"Pictures given: {there}.")
