"""What keys mean, and when an arm gives way to a hand."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.runtime.recording_drivers import HandDriver, KeyboardDriver
from vla_assistant.types import Observation, RobotState

WAYS = {"left": (1, -1), "right": (1, 1), "up": (0, -1), "down": (0, 1), "w": (2, 1), "s": (2, -1), "a": (5, 1)}


def observation(gripper: float = 1.0) -> Observation:
    zeros = np.zeros(7)
    return Observation({}, RobotState(zeros, zeros, gripper, np.eye(4), np.eye(4), gripper, zeros, 0.0))


@pytest.fixture
def driver() -> KeyboardDriver:
    return KeyboardDriver(lambda: 4.0, tool_speed=0.45)


def action(driver: KeyboardDriver, *keys: str, gripper: float = 1.0) -> np.ndarray:
    chunk = driver.order(observation(gripper), keys).chunk
    assert chunk is not None
    assert chunk.observed_s == 4.0
    return chunk.actions[0]


@pytest.mark.parametrize("key", WAYS)
def test_each_key_moves_one_way_as_the_user_sees_it(driver: KeyboardDriver, key: str) -> None:
    axis, sign = WAYS[key]
    row = action(driver, key)
    assert np.sign(row[axis]) == sign
    assert np.count_nonzero(row[:6]) == 1
    assert row[6] == 1.0


def test_keys_together_add_up_and_a_held_key_counts_once(driver: KeyboardDriver) -> None:
    both = action(driver, "left", "w", "left", "left")
    np.testing.assert_allclose(both, action(driver, "left") + action(driver, "w") - [0, 0, 0, 0, 0, 0, 1], atol=1e-7)


def test_finer_and_coarser_stay_within_the_speed_limit(driver: KeyboardDriver) -> None:
    plain = action(driver, "w")[2]
    assert action(driver, "-", "w")[2] == pytest.approx(plain / 2)
    assert action(driver, "+", "+", "+", "+", "+", "w")[2] == pytest.approx(plain * 2)
    slow = KeyboardDriver(lambda: 4.0, tool_speed=0.0625)  # a real arm at 25 %
    assert action(slow, "+", "+", "+", "w")[2] <= 0.00625


def test_the_grip_key_changes_what_was_told_last(driver: KeyboardDriver) -> None:
    assert action(driver, "g")[6] == 0.0
    assert action(driver, "g", gripper=0.0)[6] == 1.0


def test_after_the_last_key_the_arm_comes_to_rest_once(driver: KeyboardDriver) -> None:
    action(driver, "w", gripper=0.0)
    rest = action(driver, gripper=0.0)
    np.testing.assert_array_equal(rest, np.zeros(7))
    assert driver.order(observation(), ()).chunk is None


class Limp:
    """An arm that can be guided by hand."""

    guidable = True
    held = ""

    def __init__(self) -> None:
        self.calls: list[bool] = []

    def guide(self, on: bool) -> None:
        self.calls.append(on)


def test_the_arm_gives_way_during_a_demonstration_and_again_after_a_stop() -> None:
    arm = Limp()
    driver = HandDriver(arm)
    assert arm.calls == []
    driver.begin(None)
    driver.order(observation(), ())
    driver.order(observation(), ())
    arm.held = "The arm is stopped: you pressed Space."
    driver.order(observation(), ())
    arm.held = ""
    driver.order(observation(), ())
    driver.finish()
    driver.finish()
    assert arm.calls == [True, True, False]
