"""What the tests of the motion process share."""

import time
from collections.abc import Callable

from tests.straight_on import straight_on
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.types import ActionChunk


def chunk(motion: MotionProcess, velocity: tuple[float, float, float], actions: int = 20) -> ActionChunk:
    """Straight on at `velocity` [m/s], from what the arm reports now."""
    return straight_on(velocity, motion.state().time_s, actions)


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> float:
    """Seconds until the condition holds; AssertionError when it never does."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_s, "it never happened"
        time.sleep(0.002)
    return time.monotonic() - started
