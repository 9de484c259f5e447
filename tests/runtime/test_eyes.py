"""The policy's eye is a real stream: what it shows must be of now, whatever the arm's own time says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from tests.cameras.videos import Stream, mjpeg_server
from tests.runtime.conftest import until
from vla_assistant.config import Settings
from vla_assistant.errors import DeviceError
from vla_assistant.events import PartState
from vla_assistant.runtime.eyes import Eyes
from vla_assistant.types import Observation, RobotState

Make = Callable[..., Settings]
REST = np.eye(4)


class World:
    """No simulator's pictures are needed."""

    def latest_frame(self, camera: str) -> None:
        return None


def observed() -> Observation:
    """What the arm reports now, without a picture."""
    state = RobotState(np.zeros(7), np.zeros(7), 1.0, REST, REST, 1.0, np.zeros(7), time.monotonic())
    return Observation({}, state)


@contextmanager
def eyes_on(stream: Stream, settings_with: Make, now: Callable[[], float] = time.monotonic) -> Iterator[Eyes]:
    """Eyes whose eye is the stream, once it shows something."""
    told: list[PartState] = []
    settings = settings_with("use.camera=opencv", f"cameras.opencv.source={stream.address}", "safety.stale_s=3.0")
    eyes = Eyes(settings, World(), lambda: None, lambda *what: told.append(what[1]), lambda text: None, now)
    eyes.start()
    try:
        assert until(lambda: bool(told), 60.0)
        yield eyes
    finally:
        eyes.close()


def refused(eyes: Eyes) -> str:
    """The sentence with which the eye is refused."""
    with pytest.raises(DeviceError) as error:
        eyes.see(observed())
    return str(error.value)


def test_a_picture_that_is_older_than_allowed_is_refused_though_the_arm_reports_now(settings_with: Make) -> None:
    ahead_s = 0.0
    with mjpeg_server() as stream, eyes_on(stream, settings_with, lambda: time.monotonic() + ahead_s) as eyes:
        assert eyes.see(observed()).frames["front"].time_s > time.monotonic() - 3.0
        ahead_s = 3.1
        sentence = refused(eyes)
        assert sentence.startswith("The policy's eye sees nothing new: the picture of the camera opencv is 3.")
        assert sentence.endswith("s old; at most 3.00 s is allowed.")


def test_a_frozen_picture_that_keeps_coming_is_refused(settings_with: Make) -> None:
    with mjpeg_server() as stream, eyes_on(stream, settings_with) as eyes:
        assert eyes.see(observed()).frames["front"].image.any()
        stream.frozen = True
        time.sleep(1.0)
        assert "the same picture for" in refused(eyes)


def test_the_policys_eye_comes_first(settings_with: Make) -> None:
    extra = 'use.extra_cameras=["opencv"]'
    with mjpeg_server() as stream:
        settings = settings_with(extra, f"cameras.opencv.source={stream.address}")
        eyes = Eyes(settings, World(), lambda: None, lambda *_: None, lambda text: None, time.monotonic)
        eyes.choose("opencv")
        try:
            assert eyes.names == ("opencv", "front", "wrist")
            eyes._cameras = {"webcam": eyes._cameras["opencv"], **eyes._cameras}
            assert eyes.names == ("opencv", "webcam", "front", "wrist")
            eyes._eye = "simulated"
            assert eyes.names == ("front", "wrist", "webcam", "opencv")
        finally:
            eyes.close()


def test_the_simulators_eye_leaves_the_observation_alone(settings_with: Make) -> None:
    eyes = Eyes(settings_with(), World(), lambda: None, lambda *_: None, lambda text: None, time.monotonic)
    observation = replace(observed(), instruction="look")
    assert eyes.see(observation) is observation
