"""Where things lay in the end: what a step led to tells every frame before it where it was going."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.features import MAX_THINGS
from vla_assistant.networks import tokens
from vla_assistant.types import SKILLS

Floats = NDArray[np.float32]
_AIMED = np.array([skill in tokens.AIMED for skill in SKILLS])


class Aftermath(NamedTuple):
    """Of n frames.

    Attributes:
        place: Where the object lay at the end of the episode (n, 2) [m].
        place_weight: 1 where the step laid it down there and that was its aim (n,).
        uv: Where that is in the front picture, as fractions (n, 2).
        uv_weight: 1 where that is known and inside (n,).
    """

    place: Floats
    place_weight: Floats
    uv: Floats
    uv_weight: Floats


def aftermath(columns: Mapping[str, NDArray[np.generic]]) -> Aftermath:
    """See `Aftermath`; the columns (n, width) are those of whole episodes in order."""
    episode = columns["episode_index"].reshape(-1)
    last = np.searchsorted(episode, episode, side="right") - 1
    step = columns["step.code"].astype(np.int64)
    named = step[:, tokens.OBJECT_SHAPE] != tokens.NO_SHAPE
    reached = columns["label.success"].reshape(-1).astype(np.float32)[last] > 0.5
    weight = (_AIMED[step[:, tokens.SKILL]] & named & reached).astype(np.float32)
    place = columns["label.position"].astype(np.float32)[last, :2]
    things = columns["things.code"].astype(np.int64).reshape(-1, MAX_THINGS, 2)
    wanted = step[:, None, [tokens.OBJECT_COLOUR, tokens.OBJECT_SHAPE]]
    alike = (things == wanted).all(axis=-1)
    front = columns["things.front"].astype(np.float32).reshape(-1, MAX_THINGS, 3)
    uv = front[last, alike.argmax(axis=1), :2]
    inside = ((uv > 0.0) & (uv < 1.0)).all(axis=1)
    return Aftermath(place, weight, uv, weight * (alike.sum(axis=1) == 1) * inside)
