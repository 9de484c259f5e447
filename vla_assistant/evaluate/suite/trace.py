"""The way of the tool: how far it went and how smoothly."""

from __future__ import annotations

import numpy as np

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.types import PoseArray


class Trace:
    """Positions of the tool, one every 20 ms."""

    def __init__(self) -> None:
        self._positions: list[PoseArray] = []

    def add(self, T_base_tool: PoseArray) -> None:
        """The pose (4, 4) [m] one period after the last."""
        self._positions.append(T_base_tool[:3, 3].copy())

    @property
    def path_m(self) -> float:
        """Length of the way [m]."""
        return float(np.linalg.norm(np.diff(self._array(), axis=0), axis=1).sum())

    @property
    def jerk(self) -> float:
        """Third derivative of the position, root mean square over the time [m/s^3]; 0 for less than four positions."""
        third = np.diff(self._array(), n=3, axis=0) / PERIOD_S**3
        return float(np.sqrt((third**2).sum(axis=1).mean())) if len(third) else 0.0

    def _array(self) -> PoseArray:
        return np.array(self._positions).reshape(-1, 3)
