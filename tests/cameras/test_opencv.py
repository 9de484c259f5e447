"""OpenCV cameras on real files and streams."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cameras.videos import SIZE, mjpeg_server, write_video
from vla_assistant.cameras.base import Sight
from vla_assistant.cameras.capture_source import device_names, resolve
from vla_assistant.cameras.opencv import Config, OpenCvCamera, require
from vla_assistant.errors import DeviceError


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_s, "it never happened"
        time.sleep(0.01)
    return time.monotonic() - started


def test_pictures_are_rgb_and_keep_their_size(tmp_path: Path) -> None:
    camera = OpenCvCamera(Config(source=str(write_video(tmp_path / "film.mp4"))))
    camera.start()
    frame = camera.latest()
    camera.stop()
    assert frame is not None
    assert frame.image.shape == (*SIZE, 3)
    red, _, blue = frame.image.reshape(-1, 3).mean(axis=0)
    assert red > 150 > blue


def test_a_file_plays_at_its_own_rate_and_begins_again(tmp_path: Path) -> None:
    camera = OpenCvCamera(Config(source=str(write_video(tmp_path / "film.mp4", frames=10, rate_hz=20.0))))
    camera.start()
    time.sleep(1.5)
    frame = camera.latest()
    assert camera.health.ok
    camera.stop()
    assert frame is not None
    assert 15 <= frame.id <= 33


def test_a_file_that_ends_says_so(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", frames=10)
    camera = OpenCvCamera(Config(source=str(film), loop=False))
    camera.start()
    until(lambda: camera.health.sight is Sight.VANISHED)
    assert camera.health.sentence == f"The video file {film} has ended."
    time.sleep(0.8)
    assert camera.health.sight is Sight.VANISHED
    camera.stop()


def test_a_film_that_is_cut_off_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.avi", frames=40)
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    camera = OpenCvCamera(Config(source=str(film), loop=False))
    camera.start()
    until(lambda: camera.health.sight is Sight.VANISHED)
    assert camera.health.sentence == f"The video file {film} has ended."
    camera.stop()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for source, words in {
        str(tmp_path / "none.mp4"): f"There is no video file {tmp_path / 'none.mp4'}.",
        "none.mp4": "There is no video file none.mp4.",
        "~nouser/none.mp4": "There is no video file ~nouser/none.mp4.",
        "n" * 300 + ".mp4": f"There is no video file {'n' * 300}.mp4.",
        str(tmp_path): f"The camera source {tmp_path} is a folder.",
    }.items():
        with pytest.raises(DeviceError) as error:
            OpenCvCamera(Config(source=source)).start()
        assert error.value.message == words
        assert error.value.hint


def test_a_file_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    film = write_video(tmp_path / "film.mp4", frames=2)
    assert resolve("~/film.mp4").target == str(film)


def test_a_file_that_vanishes_is_noticed_and_welcomed_back(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4")
    camera = OpenCvCamera(Config(source=str(film)))
    camera.start()
    film.rename(tmp_path / "away.mp4")
    until(lambda: not camera.health.ok)
    assert camera.health.sight is Sight.VANISHED
    assert "is gone" in camera.health.sentence
    (tmp_path / "away.mp4").rename(film)
    until(lambda: camera.health.ok)
    camera.stop()


def test_a_file_that_is_no_video(tmp_path: Path) -> None:
    text = tmp_path / "film.mp4"
    text.write_text("no video")
    with pytest.raises(DeviceError, match="cannot be opened"):
        OpenCvCamera(Config(source=str(text))).start()


def test_a_stream_is_watched() -> None:
    with mjpeg_server() as stream:
        camera = OpenCvCamera(Config(source=stream.address))
        camera.start()
        first = camera.latest()
        assert first is not None
        assert first.image.shape == (*SIZE, 3)
        until(lambda: camera.latest().id > first.id + 3)
        assert camera.health.ok
        stream.frozen = True
        until(lambda: camera.health.sight is Sight.FROZEN)
        stream.frozen = False
        until(lambda: camera.health.ok)
        stream.silent = True
        until(lambda: not camera.health.ok)
        assert camera.health.sight is Sight.STALE
        stream.cut = True
        until(lambda: camera.health.sight is Sight.VANISHED, 60.0)
        camera.stop()


def test_an_address_where_nothing_answers() -> None:
    camera = OpenCvCamera(Config(source="http://127.0.0.1:9/none.mjpg", open_timeout_s=3.0))
    with pytest.raises(DeviceError):
        camera.start()


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(DeviceError, match="The camera 63 cannot be opened"):
        OpenCvCamera(Config(source="63")).start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows devices as files")
@pytest.mark.parametrize("source", ["63", "/dev/video63"])
def test_a_look_tells_of_a_device_that_is_not_there(source: str) -> None:
    with pytest.raises(DeviceError, match=f"There is no camera {source}."):
        require(Config(source=source))


def test_an_opening_that_blocks_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    release = threading.Event()

    def stuck(self: OpenCvCamera, source: object, stopping: threading.Event) -> list:
        release.wait(20.0)
        return []

    monkeypatch.setattr(OpenCvCamera, "_pictures", stuck)
    monkeypatch.setattr("vla_assistant.cameras.opencv._JOIN_S", 0.1)
    camera = OpenCvCamera(Config(source=str(write_video(tmp_path / "film.mp4")), open_timeout_s=0.3))
    started = time.monotonic()
    with pytest.raises(DeviceError, match="did not answer within 0.3 s"):
        camera.start()
    assert time.monotonic() - started < 30.0  # it is stuck until released
    release.set()


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    for index, name in ((0, "Laptop Camera"), (2, "USB Microscope")):
        (tmp_path / f"video{index}").mkdir()
        (tmp_path / f"video{index}" / "name").write_text(f"{name}\n")
    return tmp_path


def test_sources_are_told_apart(devices: Path) -> None:
    film = write_video(devices / "film.mp4", frames=2)
    assert resolve("0", devices).target == 0
    assert resolve("rtsp://127.0.0.1/x", devices).kind == "stream"
    assert resolve(str(film), devices).is_file
    assert resolve("microscope", devices).target == 2
    assert resolve("/dev/video1", devices).is_device
    assert device_names(devices) == {0: "Laptop Camera", 2: "USB Microscope"}


def test_an_unknown_source_lists_what_there_is(devices: Path) -> None:
    with pytest.raises(DeviceError) as error:
        resolve("webcam", devices)
    assert "no camera, video file or address 'webcam'" in error.value.message
    assert "2 (USB Microscope)" in error.value.hint
