"""What the front picture showed of the things on the table, for when the hand hides them.

The hand and what it carries hide a bowl or a cube on the last centimetres, and of two look-alikes the network then
takes the one that it still sees: measured, its estimate jumps by 6 to 12 cm and the hand swings to and fro. Whether a
thing is in view it says reliably, so what was seen of it last counts until it is seen again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vla_assistant.networks import tokens
from vla_assistant.networks.tokens import NAMED, Codes
from vla_assistant.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

    from vla_assistant.networks.seeing import Sight

MOST_S = 60.0
"""Somebody may move things meanwhile, so nothing is remembered longer."""
Thing = tuple[int, int]
"""Colour and shape number, see `tokens`."""
NO_THING = tokens.encode_reference(None)


class Seen(NamedTuple):
    """What a picture showed of a thing: when, its row as in `nothing_remembered`, and its logits over the patches."""

    time_s: float
    row: FloatArray
    logits: Tensor

    @property
    def confidence(self) -> float:
        """That it was in view, 0-1."""
        return float(1.0 / (1.0 + np.exp(-self.row[-1])))


def nothing_remembered(width: int) -> FloatArray:
    """What a network of this width takes when nothing was seen before: float32 (NAMED, width + 3).

    A row holds the features (width), where in the picture (2), and the logit that it is in view (1), here -1: not.
    """
    rows = np.zeros((NAMED, width + 3), np.float32)
    rows[:, -1] = -1.0
    return rows


class Memory:
    """Remembers each thing, by its colour and shape, as it was seen last, until a step moves it. One owner thread."""

    def __init__(self, width: int) -> None:
        """`width`: that of the features of the network."""
        self._width = width
        self._seen: dict[Thing, Seen] = {}
        self._now_s = -np.inf

    def forget(self) -> None:
        """What was seen so far is of another table."""
        self._seen.clear()
        self._now_s = -np.inf

    def recall(self, step: Codes, time_s: float) -> FloatArray:
        """Rows as in `nothing_remembered` of what the step named by these codes (8,) goes to; `time_s`: of the picture.

        What a step moves is forgotten, and everything when time runs backwards: then it is surely another table.
        """
        if time_s < self._now_s:
            self.forget()
        self._now_s = time_s
        moved, *places = things_of(step)
        self._seen.pop(moved, None)
        rows = nothing_remembered(self._width)
        for role, thing in enumerate(places, start=1):
            seen = self.last_seen(thing)
            if seen is not None:
                rows[role] = seen.row
        return rows

    def last_seen(self, thing: Thing) -> Seen | None:
        """What the last picture that showed it showed of it; None where that is too long ago."""
        seen = self._seen.get(thing)
        return seen if seen is not None and self._now_s - seen.time_s <= MOST_S else None

    def keep(self, things: Iterable[Thing], sight: Sight, least: float = 0.0) -> None:
        """Remember what the sight, a batch of one, shows of these things in the order of its queries.

        Args:
            things: `NO_THING` for a query that is not to be remembered.
            sight: Of the front picture of the last call of `recall`.
            least: Logit of being in view from which on it is remembered.
        """
        for query, thing in enumerate(things):
            visible = float(sight.visible[0, query])
            if thing != NO_THING and visible > least:
                row = np.concatenate([sight.feature[0, query].numpy(), sight.uv[0, query].numpy(), [visible]])
                self._seen[thing] = Seen(self._now_s, row.astype(np.float32), sight.logits[0, query])


def things_of(step: Codes) -> list[Thing]:
    """Object, destination and second anchor of a step's codes (8,)."""
    return [(int(colour), int(shape)) for colour, shape in step[2:].reshape(NAMED, 2)]


def places_of(step: Codes) -> list[Thing]:
    """The same without the object, which moves."""
    return [NO_THING, *things_of(step)[1:]]
