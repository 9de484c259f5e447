"""Every camera back end keeps the contract of cameras/base.py."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cameras.videos import write_video
from vla_assistant import registry
from vla_assistant.cameras.base import Camera, Sight
from vla_assistant.errors import DeviceError
from vla_assistant.types import Frame

NAMES = [name for name, found in registry.backends("cameras").items() if not found.missing]


class World:
    """Stands in for the motion process: a new picture on every call, like its shared memory."""

    def __init__(self) -> None:
        self.count = 0
        self.gone = False

    def latest_frame(self, view: str) -> Frame | None:
        if self.gone:
            return None
        self.count += 1
        return Frame(np.full((8, 8, 3), self.count % 256, np.uint8), view, self.count, time.monotonic())


Maker = Callable[[bool], Camera]


@pytest.fixture(params=NAMES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    """Makes the camera, with its source there or missing."""

    def make(there: bool) -> Camera:
        found = registry.backend("cameras", request.param)
        if request.param == "simulated":
            world = World()
            world.gone = not there
            return found.create(found.config_class(open_timeout_s=0.3), source=world.latest_frame)
        source = str(write_video(tmp_path / "film.mp4") if there else tmp_path / "missing.mp4")
        return found.create(found.config_class(source=source, open_timeout_s=5.0))

    return make


def test_it_delivers_newer_and_newer_pictures(make: Maker) -> None:
    camera = make(True)
    camera.start()
    first = camera.latest()
    assert first is not None
    assert first.camera == camera.name
    assert first.image.dtype == np.uint8
    assert first.image.shape[2] == 3
    deadline = time.monotonic() + 3.0
    while (later := camera.latest()) is None or later.id == first.id:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert later.id > first.id
    assert later.time_s > first.time_s
    assert camera.health.ok
    camera.stop()


def test_a_missing_source_is_a_clear_error(make: Maker) -> None:
    camera = make(False)
    with pytest.raises(DeviceError) as error:
        camera.start()
    assert len(error.value.message) > 20
    assert not camera.health.ok
    camera.stop()


def test_it_stops_twice_starts_again_and_leaves_no_thread(make: Maker) -> None:
    before = set(threading.enumerate())
    camera = make(True)
    camera.stop()
    for _ in range(2):
        camera.start()
        assert camera.latest() is not None
        camera.stop()
        camera.stop()
    assert set(threading.enumerate()) <= before


def test_before_the_start_it_is_starting(make: Maker) -> None:
    assert make(False).health.sight is Sight.STARTING
