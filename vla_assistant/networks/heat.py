"""The heat that a map is trained towards: a small Gaussian around the place that is meant."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SPREAD = 0.022
"""Standard deviation around a thing's centre, as a share of the picture: 0.7 patches of 32."""


def wanted_heat(uv: Tensor, rows: int, columns: int, spread: float = SPREAD, narrowest: float = 0.0) -> Tensor:
    """A Gaussian around each point: (b, k, 2) -> (b, k, rows * columns), sum 1.

    Args:
        uv: Where, as fractions of the picture.
        rows, columns: Of the map, in patches.
        spread: Standard deviation as a share of the picture.
        narrowest: Patches that the standard deviation is at least.
    """
    down = _along(uv[..., 1:], rows, max(spread, narrowest / rows))
    across = _along(uv[..., :1], columns, max(spread, narrowest / columns))
    return (down[..., :, None] * across[..., None, :]).flatten(-2)


def _along(at: Tensor, patches: int, spread: float) -> Tensor:
    """Shares of the patches of one side: (b, k, 1) -> (b, k, patches)."""
    centre = (torch.arange(patches, device=at.device) + 0.5) / patches
    return functional.softmax(-((centre - at) ** 2) / (2 * spread**2), dim=-1)
