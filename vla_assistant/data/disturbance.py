"""What makes demonstrations teach recovery: drifting noise and sudden kicks on the executed action, labels clean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import FloatArray

Axes = NDArray[np.float64]

NOISY_EPISODES = 0.75
KICKS_PER_STEP = 0.035
_SPREAD = np.array([0.007, 0.007, 0.006, 0.02, 0.02, 0.04])  # m and rad in one action of 0.1 s
_MEMORY = 0.75  # share of the drift that is left after one action
_GENTLE = 0.4  # share of the drift that is left beside what does not give way
_KICK = np.array([0.03, 0.03, 0.025, 0.05, 0.05, 0.15])


class Drift:
    """Noise that wanders. Source: Uhlenbeck and Ornstein 1930."""

    def __init__(self, rng: np.random.Generator, strength: float) -> None:
        self._rng, self._spread = rng, _SPREAD * np.sqrt(1 - _MEMORY**2) * strength
        self._now = np.zeros(6)

    def next(self) -> Axes:
        """What is added to the next action of 0.1 s (6,) [m, rad]."""
        self._now = _MEMORY * self._now + self._rng.normal(0.0, 1.0, 6) * self._spread
        return self._now


class Disturbance:
    """Noise of one episode: drift and kicks."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._strength = rng.uniform(0.3, 1.0) if rng.random() < NOISY_EPISODES else 0.0
        self._drift = Drift(rng, self._strength)
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
        noisy = action.copy()
        noisy[:6] += self._drift.next() * (_GENTLE if gently else 1.0)
        return noisy, False

    def _begin_kick(self, action: FloatArray) -> None:
        kick = np.empty(7, np.float32)
        kick[:6] = self._rng.uniform(-1, 1, 6) * _KICK
        flips = self._rng.random() < 0.25
        kick[6] = 1.0 - action[6] if flips else action[6]
        self._kick, self._kick_left = kick, int(self._rng.integers(2, 6))
