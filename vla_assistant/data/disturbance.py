"""What makes demonstrations teach recovery: drifting noise and sudden kicks on the executed action, labels clean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import FloatArray

Axes = NDArray[np.float64]

NOISY_EPISODES = 0.75
KICKS_PER_STEP = 0.035
SPREAD = np.array([0.007, 0.007, 0.006, 0.02, 0.02, 0.04])
"""Drift of a noise of strength 1 in one action of 0.1 s [m, rad]."""
MEMORY = 0.75
"""Share of the drift that is left after one action."""
_GENTLE = 0.4  # share of the drift that is left beside what does not give way
_KICK = np.array([0.03, 0.03, 0.025, 0.05, 0.05, 0.15])


class Disturbance:
    """Noise of one episode. Source of the drift: Uhlenbeck and Ornstein 1930."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._strength = rng.uniform(0.3, 1.0) if rng.random() < NOISY_EPISODES else 0.0
        self._drift = np.zeros(6)
        self._kick: FloatArray | None = None
        self._kick_left = 0

    def disturb(self, action: FloatArray, *, gently: bool = False) -> tuple[FloatArray, bool]:
        """The action (7,) to execute instead, and whether it is a kick, which no expert would follow.

        Gently there is no kick and less drift.
        """
        if gently:
            self._kick_left = 0
        elif self._strength and self._kick_left == 0 and self._rng.random() < KICKS_PER_STEP:
            self._begin_kick(action)
        if self._kick_left and self._kick is not None:
            self._kick_left -= 1
            return self._kick, True
        spread = SPREAD * np.sqrt(1 - MEMORY**2) * self._strength
        self._drift = MEMORY * self._drift + self._rng.normal(0.0, 1.0, 6) * spread
        noisy = action.copy()
        noisy[:6] += self._drift * (_GENTLE if gently else 1.0)
        return noisy, False

    def _begin_kick(self, action: FloatArray) -> None:
        kick = np.empty(7, np.float32)
        kick[:6] = self._rng.uniform(-1, 1, 6) * _KICK
        flips = self._rng.random() < 0.25
        kick[6] = 1.0 - action[6] if flips else action[6]
        self._kick, self._kick_left = kick, int(self._rng.integers(2, 6))
