"""What the tests of the motion process share."""

import time
from collections.abc import Callable

import numpy as np

from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.types import ActionChunk


def chunk(motion: MotionProcess, velocity: tuple[float, float, float], actions: int = 20) -> ActionChunk:
    """Straight on at `velocity` [m/s], from what the arm reports now."""
    rows = np.zeros((actions, 7), np.float32)
    rows[:, :3] = np.array(velocity) * 0.1
    rows[:, 6] = 1.0
    return ActionChunk(rows, 0.1, motion.state().time_s)


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> float:
    """Seconds until the condition holds; AssertionError when it never does."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_s, "it never happened"
        time.sleep(0.002)
    return time.monotonic() - started
