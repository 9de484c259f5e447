"""From heat maps to things: where the peak of one is, and which of them show the same thing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.types import SeenThing

if TYPE_CHECKING:
    from torch import Tensor

NEARER_IS_THE_SAME = 0.035
"""Two answers for the same colour or shape nearer than this, as a share of the picture, are one thing."""


def peak(logits: Tensor) -> tuple[float, float]:
    """Centre of the strongest patch and its neighbours as fractions (u, v), between the patches."""
    rows, columns = logits.shape
    best = int(logits.argmax())
    row, column = divmod(best, columns)
    top, left = max(row - 1, 0), max(column - 1, 0)
    patch = logits[top : row + 2, left : column + 2]
    weights = patch.flatten().softmax(0).view(patch.shape).numpy()
    v = float((weights.sum(1) * (np.arange(weights.shape[0]) + top + 0.5)).sum()) / rows
    u = float((weights.sum(0) * (np.arange(weights.shape[1]) + left + 0.5)).sum()) / columns
    return u, v


def without_doubles(seen: Iterable[SeenThing]) -> tuple[SeenThing, ...]:
    """Of several names for the same spot, the most confident; different things in one another all stay."""
    kept: list[SeenThing] = []
    for thing in seen:
        if not any(_same_thing(thing, other) for other in kept):
            kept.append(thing)
    return tuple(kept)


def _same_thing(one: SeenThing, other: SeenThing) -> bool:
    related = one.reference.name == other.reference.name or one.reference.colour == other.reference.colour
    gap = np.hypot(one.point.u - other.point.u, one.point.v - other.point.v)
    return bool(related and gap < NEARER_IS_THE_SAME)
