"""What the network is asked to look for in training, besides what the step names.

Only kinds that some recording shows are asked for. To ask for one that none shows would teach that there is no such
thing: it would then not be seen where it lies, or taken for a look-alike.
"""

from __future__ import annotations

import numpy as np

from vla_assistant.networks import tokens
from vla_assistant.networks.tokens import Codes

MORE = 3
"""Random kinds that are asked for besides, most of which are not there."""
LOOSE = 6
"""How many of the loose kinds (any colour, any shape) a batch asks for: all 19 would take a fifth of its time."""


class Kinds:
    """The kinds (colour and shape numbers) that occur in recordings."""

    def __init__(self, things: Codes) -> None:
        """`things`: what lay on the table in all frames (n, k, 2), -1 for nothing."""
        width = tokens.NO_SHAPE + 1
        used = np.flatnonzero(np.bincount((things[..., 0] * width + things[..., 1])[things[..., 1] >= 0]))
        self.exact = np.stack([used // width, used % width], axis=-1).astype(np.int64)
        self.loose = self._loose()

    def queries(self, things: Codes, rng: np.random.Generator) -> Codes:
        """Everything in the scenes (b, k, 2), random kinds in the places left free and besides, and some loose ones.

        Returns:
            Colour and shape numbers (b, q, 2).
        """
        count, places = things.shape[:2]
        if not len(self.exact):
            return np.empty((count, 0, 2), np.int64)
        asked = self.exact[rng.integers(len(self.exact), size=(count, places + MORE))]
        asked[:, :places] = np.where(things >= 0, things, asked[:, :places])
        loose = rng.permutation(self.loose)[:LOOSE]
        return np.concatenate([asked, np.broadcast_to(loose, (count, *loose.shape))], axis=1)

    def _loose(self) -> Codes:
        """Each shape in any colour, and each colour as a "thing" (q, 2)."""
        colours, shapes = (np.unique(self.exact[:, part]) for part in (0, 1))
        colours = colours[colours != tokens.ANY_COLOUR]
        by_shape = np.stack([np.full_like(shapes, tokens.ANY_COLOUR), shapes], axis=-1)
        by_colour = np.stack([colours, np.full_like(colours, tokens.THING)], axis=-1)
        return np.concatenate([by_shape, by_colour])
