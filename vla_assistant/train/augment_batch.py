"""Changes of a batch's pictures, so that the model family does not lean on the exact light or place of a camera.

What `train.augment` does to the compact network's uint8 pictures, here for several moments of any cameras. Chance comes
from torch's own generators, which the training loop seeds for each step, so that a run goes on exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from vla_assistant.train.preset import PictureChanges


def augmented(batch: Mapping[str, Any], changes: PictureChanges, shift: float = 0.0) -> dict[str, Any]:
    """A changed copy of a batch as `networks.family.supervision` describes it; all moments of a camera change alike.

    Args:
        batch: What it holds besides pictures, depth, points and seen stays as it is.
        changes: How much light and noise.
        shift: Largest shift of a picture as a share of its edge, the border repeated; things move along.
    """
    result = dict(batch)
    offsets = {camera: _uniform(len(p), 2, like=p) * shift for camera, p in batch["pictures"].items()}
    result["pictures"] = {
        camera: lit(shifted(pictures, offsets[camera]), changes) for camera, pictures in batch["pictures"].items()
    }
    if batch.get("depth") is not None:
        result["depth"] = {camera: shifted(depth, offsets[camera]) for camera, depth in batch["depth"].items()}
    if batch.get("phrases") is not None:
        result |= _things(batch, offsets)
    return result


def lit(pictures: Tensor, changes: PictureChanges) -> Tensor:
    """Pictures (b, f, 3, h, w) in [0, 1], those of each sample a little brighter, darker, tinted and noisy."""
    count = len(pictures)
    gain = 1 + changes.brightness * _uniform(count, 1, 1, 1, 1, like=pictures)
    gain = gain * (1 + changes.tint * _uniform(count, 1, 3, 1, 1, like=pictures))
    result = pictures * gain
    if changes.noise:
        spread = changes.noise * torch.rand(count, 1, 1, 1, 1, device=pictures.device)
        result = torch.addcmul(result, torch.randn_like(pictures), spread)
    return result.clamp(0.0, 1.0)


def shifted(pictures: Tensor, offset: Tensor) -> Tensor:
    """Pictures (b, f, c, h, w) moved right and down by shares (b, 2) of width and height, the border repeated."""
    if not offset.any():
        return pictures
    height, width = pictures.shape[-2:]
    right, down = pixels(offset, pictures).unbind(-1)
    rows = (torch.arange(height, device=offset.device) - down[:, None]).clamp(0, height - 1)
    columns = (torch.arange(width, device=offset.device) - right[:, None]).clamp(0, width - 1)
    moved = pictures.gather(3, rows[:, None, None, :, None].expand_as(pictures))
    return moved.gather(4, columns[:, None, None, None, :].expand_as(pictures))


def pixels(offset: Tensor, pictures: Tensor) -> Tensor:
    """Shares (b, 2) of width and height as whole pixels, int64 (b, 2)."""
    height, width = pictures.shape[-2:]
    return (offset * offset.new_tensor([width, height])).round().long()


def _things(batch: Mapping[str, Any], offsets: Mapping[str, Tensor]) -> dict[str, Any]:
    """Where things are in moved pictures; what has left one is not seen there."""
    points, seen = {}, {}
    for camera, offset in offsets.items():
        pictures = batch["pictures"][camera]
        height, width = pictures.shape[-2:]
        moved_by = pixels(offset, pictures) / offset.new_tensor([width, height])
        points[camera] = batch["points"][camera] + moved_by[:, None]
        inside = ((points[camera] > 0) & (points[camera] < 1)).all(-1)
        seen[camera] = batch["seen"][camera] * inside  # what nobody knows (NaN) stays so
    return {"points": points, "seen": seen}


def _uniform(*shape: int, like: Tensor) -> Tensor:
    """Numbers in [-1, 1], where this tensor is."""
    return 2 * torch.rand(shape, device=like.device) - 1
