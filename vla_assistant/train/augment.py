"""Changes of recorded pictures, so that the network does not lean on the exact light or place of the camera."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from vla_assistant.data.targets import Targets
from vla_assistant.train.preset import Preset
from vla_assistant.types import ImageArray

_FRONT = 0  # place of the front camera in Targets.uv and Targets.seen


def as_input(pictures: ImageArray, preset: Preset, rng: np.random.Generator) -> Tensor:
    """Pictures (b, s, s, 3) uint8 -> (b, 3, s, s) in [-1, 1], each a little brighter, darker, tinted and noisy."""
    count = len(pictures)
    gain = 1 + rng.uniform(-preset.brightness, preset.brightness, (count, 1, 1, 1))
    gain = gain * (1 + rng.uniform(-preset.tint, preset.tint, (count, 1, 1, 3)))
    scale = torch.from_numpy((gain / 127.5).astype(np.float32))
    result = torch.from_numpy(pictures).float().mul_(scale).sub_(1.0)
    if preset.noise:
        spread = torch.from_numpy(rng.uniform(0.0, 2 * preset.noise, (count, 1, 1, 1)).astype(np.float32))
        result.addcmul_(_noise(result.shape, rng), spread)
    return result.clamp_(-1.0, 1.0).permute(0, 3, 1, 2)


def _noise(shape: torch.Size, rng: np.random.Generator) -> Tensor:
    """Normal noise for pictures (b, s, s, 3): each is given a piece of one store, five times faster than new noise."""
    size = shape[1:].numel()
    store = _noise_store(4 * size)
    starts = rng.integers(0, len(store) - size, shape[0]).tolist()
    return torch.stack([store[start : start + size] for start in starts]).view(shape)


@lru_cache(maxsize=4)
def _noise_store(size: int) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(0))


def shifted(pictures: ImageArray, targets: Targets, most: int, rng: np.random.Generator) -> tuple[ImageArray, Targets]:
    """Front pictures (b, s, s, 3) moved by up to `most` pixels, the border repeated, and where things are in them."""
    count, size = pictures.shape[:2]
    down, right = rng.integers(-most, most + 1, (2, count))
    rows = (np.arange(size) - down[:, None]).clip(0, size - 1)
    columns = (np.arange(size) - right[:, None]).clip(0, size - 1)
    moved = pictures[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    uv, seen = targets.uv.copy(), targets.seen.copy()
    moved_by = (np.stack([right, down], axis=-1) / size).astype(np.float32)
    uv[:, :, _FRONT] += moved_by[:, None]
    seen[:, :, _FRONT] *= ((uv[:, :, _FRONT] > 0) & (uv[:, :, _FRONT] < 1)).all(axis=-1)
    return moved, replace(targets, uv=uv, seen=seen, place_uv=targets.place_uv + moved_by)
