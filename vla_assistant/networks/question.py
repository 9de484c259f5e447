"""What the compact network is asked, without torch."""

from __future__ import annotations

from typing import NamedTuple

from vla_assistant.networks.tokens import Codes
from vla_assistant.types import FloatArray, ImageArray


class Question(NamedTuple):
    """What the network is asked, in the order of its inputs.

    Attributes:
        front: Picture as `senses.policy_picture` makes it, uint8 (s, s, 3).
        wrist: The same of the wrist camera.
        state: Normalised state float32 (17,).
        step: Step codes (8,).
        queries: Further things to look for, (q, 2).
        remembered: What was seen before, float32 (3, width + 3), see `memory`.
    """

    front: ImageArray
    wrist: ImageArray
    state: FloatArray
    step: Codes
    queries: Codes
    remembered: FloatArray
