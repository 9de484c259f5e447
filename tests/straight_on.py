"""Chunks that go straight on."""

from __future__ import annotations

import numpy as np

from vla_assistant.types import ActionChunk


def straight_on(
    velocity: tuple[float, float, float], observed_s: float, actions: int = 8, gripper: float = 1.0
) -> ActionChunk:
    """At `velocity` [m/s], from what was observed at that time."""
    rows = np.zeros((actions, 7), np.float32)
    rows[:, :3] = np.array(velocity) * 0.1
    rows[:, 6] = gripper
    return ActionChunk(rows, 0.1, observed_s)
