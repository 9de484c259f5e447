"""What lies where in the pictures of a simulated recording, in words: what the model family learns grounding from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.targets import SEEN_SHARE
from vla_assistant.networks import tokens

if TYPE_CHECKING:
    from torch import Tensor

CODES = "things.code"


def named_things(row: Mapping[str, NDArray[np.generic]], cameras: Iterable[str]) -> dict[str, Any]:
    """Names of everything on the table and where it is in one frame; nothing where the recording does not say.

    Args:
        row: Columns of the frame, each (width,).
        cameras: Cameras of the model.

    Returns:
        "phrases": k names, "" for none; "points" {camera: (k, 2)} as fractions (u, v) of the picture; "seen"
        {camera: (k,)}, NaN where it is not known.
    """
    import torch

    if CODES not in row:
        return {}
    phrases = [_name(int(colour), int(shape)) for colour, shape in row[CODES].reshape(-1, 2)]
    points: dict[str, Tensor] = {}
    seen: dict[str, Tensor] = {}
    for camera in cameras:
        known = row.get(f"things.{camera}")
        where = np.full((len(phrases), 3), np.nan) if known is None else known.reshape(-1, 3).astype(np.float64)
        points[camera] = torch.from_numpy(where[:, :2].astype(np.float32))
        share = np.where(np.isnan(where[:, 2]), np.nan, where[:, 2] >= SEEN_SHARE)
        seen[camera] = torch.from_numpy(share.astype(np.float32))
    return {"phrases": phrases, "points": points, "seen": seen}


def _name(colour: int, shape: int) -> str:
    """ "red cube" for a colour and a shape number, "" for none."""
    reference = None if shape < 0 else tokens.decode_reference(colour, shape)
    return "" if reference is None else " ".join(filter(None, (reference.colour, reference.name)))
