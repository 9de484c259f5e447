"""What the front picture showed of the places to go to, for when the hand hides them.

The hand and what it carries hide a bowl or a cube on the last centimetres, and of two look-alikes the network then
takes the one that it still sees: measured, its estimate jumps by 6 to 12 cm and the hand swings to and fro. Whether a
thing is in view it says reliably, so what was seen of it last counts until it is seen again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vla_assistant.networks import tokens
from vla_assistant.networks.compact import NAMED, Sight
from vla_assistant.networks.tokens import Codes
from vla_assistant.types import FloatArray

MOST_S = 10.0
"""Somebody may move things meanwhile, so nothing is remembered longer."""
_Thing = tuple[int, int]


class _Seen(NamedTuple):
    time_s: float
    row: FloatArray


def nothing_remembered(width: int) -> FloatArray:
    """What a network of this width takes when nothing was seen before: float32 (NAMED, width + 3).

    A row holds the features (width), where in the picture (2), and the logit that it is in view (1), here -1: not.
    """
    rows = np.zeros((NAMED, width + 3), np.float32)
    rows[:, -1] = -1.0
    return rows


class Memory:
    """Remembers destination and second anchor of the steps, each by its colour and shape. One owner thread."""

    def __init__(self, width: int) -> None:
        """`width`: that of the features of the network."""
        self._width = width
        self._seen: dict[_Thing, _Seen] = {}
        self._now_s = -np.inf

    def forget(self) -> None:
        """Another command, and maybe another table."""
        self._seen.clear()

    def recall(self, step: Codes, time_s: float) -> FloatArray:
        """Rows as in `nothing_remembered` of what the step named by these codes (8,) goes to; `time_s`: of the picture.

        What a step moves is forgotten, and everything when time runs backwards, as it does with another table.
        """
        if time_s < self._now_s:
            self.forget()
        self._now_s = time_s
        moved, *places = _things(step)
        self._seen.pop(moved, None)
        rows = nothing_remembered(self._width)
        for role, thing in enumerate(places, start=1):
            seen = self._seen.get(thing)
            if seen is not None and time_s - seen.time_s <= MOST_S:
                rows[role] = seen.row
        return rows

    def keep(self, step: Codes, time_s: float, sight: Sight) -> None:
        """Remember what the sight of the front picture, a batch of one, shows of what the step goes to."""
        for role, thing in enumerate(_things(step)):
            visible = float(sight.visible[0, role])
            if role and thing[1] != tokens.NO_SHAPE and visible > 0:
                row = np.concatenate([sight.feature[0, role].numpy(), sight.uv[0, role].numpy(), [visible]])
                self._seen[thing] = _Seen(time_s, row.astype(np.float32))


def _things(step: Codes) -> list[_Thing]:
    return [(int(colour), int(shape)) for colour, shape in step[2:].reshape(NAMED, 2)]
