"""From heat maps to things: where the peak of one is, and which of them show the same thing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.session.sight import SEEN_ABOVE
from vla_assistant.types import Reference, SeenThing

if TYPE_CHECKING:
    from torch import Tensor

NEARER_IS_THE_SAME = 0.035
"""Two answers for the same colour or shape nearer than this, as a share of the picture, are one thing."""

DISHES = ("bowl", "plate")
SURELY_BOTH = 0.8
"""A dish and what is in it are both listed from this confidence on, although they have one colour and one spot."""


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


def listed(found: Iterable[SeenThing], surely: float, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
    """What is worth telling of, the most confident first.

    Of several names for the same spot only the first is listed; different things in one another all are. What the words
    name is listed whenever a plan would take it for seen, double or not: the words say which of the names is meant.

    Args:
        found: Every name that was looked for.
        surely: The least confidence of what nobody has named.
        named: What the words name.
    """
    kept: list[SeenThing] = []
    for thing in sorted(found, key=lambda thing: -thing.point.confidence):
        told = thing.reference in named and thing.point.confidence >= SEEN_ABOVE
        sure = thing.point.confidence >= surely and not any(_same_thing(thing, other) for other in kept)
        if told or sure:
            kept.append(thing)
    return tuple(kept)


def _same_thing(one: SeenThing, other: SeenThing) -> bool:
    alike = one.reference.name == other.reference.name
    gap = np.hypot(one.point.u - other.point.u, one.point.v - other.point.v)
    related = alike or (one.reference.colour == other.reference.colour and not _one_in_the_other(one, other))
    return bool(related and gap < NEARER_IS_THE_SAME)


def _one_in_the_other(one: SeenThing, other: SeenThing) -> bool:
    """Whether one is a dish and the other is not, and both are surely there: a green ball lies on a green plate."""
    surely = min(one.point.confidence, other.point.confidence) >= SURELY_BOTH
    return surely and (one.reference.name in DISHES) != (other.reference.name in DISHES)
