"""The watchdog is pure: times are arguments, and every trouble is noticed within a second."""

import numpy as np
import pytest

from vla_assistant.cameras.base import Sight
from vla_assistant.cameras.watchdog import FROZEN_S, STALE_S, Watchdog, digest


def watchdog(**options: object) -> Watchdog:
    return Watchdog("The camera 0", **options)  # type: ignore[arg-type]


def test_before_the_first_picture_it_is_starting() -> None:
    assert watchdog().judge(5.0).sight is Sight.STARTING


def test_pictures_that_come_and_change_are_live() -> None:
    dog = watchdog()
    for index in range(100):
        dog.saw(index, index * 0.033)
        assert dog.judge(index * 0.033).ok


def test_no_new_picture_is_stale_within_a_second() -> None:
    dog = watchdog()
    dog.saw(1, 10.0)
    assert dog.judge(10.0 + STALE_S - 0.01).ok
    health = dog.judge(11.0)
    assert health.sight is Sight.STALE
    assert health.sentence == "The camera 0 has sent no picture for 1.0 s."


def test_the_same_picture_again_is_frozen_within_a_second() -> None:
    dog = watchdog()
    for index in range(31):
        dog.saw(7, 10.0 + index / 30)
    health = dog.judge(11.0)
    assert health.sight is Sight.FROZEN
    assert "same picture for 1.0 s" in health.sentence
    dog.saw(8, 11.0)
    assert dog.judge(11.0).ok


def test_a_drawn_world_may_stand_still() -> None:
    dog = watchdog(frozen_s=None)
    for index in range(100):
        dog.saw(7, index * 0.05)
    assert dog.judge(4.95).ok


def test_a_camera_that_says_it_is_gone_is_gone_until_it_sees_again() -> None:
    dog = watchdog()
    dog.saw(1, 10.0)
    dog.lost("The camera 0 is unplugged.")
    assert dog.judge(10.0).sight is Sight.VANISHED
    assert dog.judge(10.0).sentence == "The camera 0 is unplugged."
    dog.saw(2, 12.0)
    assert dog.judge(12.0).ok


def test_the_digest_sees_one_changed_pixel() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    other = image.copy()
    other[20, 30, 1] = 1
    assert digest(image) == digest(image.copy())
    assert digest(image) != digest(other)


def test_limits_leave_room_within_a_second() -> None:
    assert max(STALE_S, FROZEN_S) + 0.25 == pytest.approx(1.0, abs=0.06)
