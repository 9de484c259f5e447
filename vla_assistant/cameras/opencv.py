"""A camera through OpenCV: a device by index or name, a video file, or an HTTP or RTSP stream."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import Field

from vla_assistant.cameras.base import Health, Sight
from vla_assistant.cameras.capture_source import CaptureSource, opened, require_there, resolve
from vla_assistant.cameras.watchdog import FROZEN_S, Watchdog, digest
from vla_assistant.errors import DeviceError
from vla_assistant.registry import BackendConfig
from vla_assistant.types import Frame, ImageArray

REQUIRES = ("cv2",)
BACKEND = "OpenCvCamera"
_JOIN_S = 2.0
_RETRY_S = 0.5
_FILE_CHECK_S = 0.3


class Config(BackendConfig):
    """Options of a camera through OpenCV."""

    source: str = Field(
        "0", description="Device index or name, path of a video file, or an http:// or rtsp:// address."
    )
    name: str = Field("opencv", description="What the window calls it.")
    width: int = Field(640, ge=16, description="Wanted width of a device's pictures [pixels].")
    height: int = Field(480, ge=16, description="Wanted height of a device's pictures [pixels].")
    rate_hz: float = Field(
        30.0, gt=0, description="Wanted pictures a second of a device, and of a file without a rate."
    )
    loop: bool = Field(True, description="Begin a video file again at its end.")
    open_timeout_s: float = Field(5.0, gt=0, description="Give up when it does not open within this time [s].")


def require(config: Config) -> None:
    """Is the source there? Of an address only an attempt could tell. See `registry`."""
    require_there(resolve(config.source))


class OpenCvCamera:
    """One capture with its own thread, which opens it, reads it and opens it again when it comes back.

    Args:
        config: What to open.
        now: The clock [s].
    """

    def __init__(self, config: Config, now: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._now = now
        self._frame: Frame | None = None
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._failure: DeviceError | None = None
        self._thread: threading.Thread | None = None
        self._watchdog = Watchdog(f"The camera {config.source}")

    @property
    def name(self) -> str:
        return self._config.name

    def start(self) -> None:
        """Open it within the deadline and wait for its first picture; may be called again after `stop`.

        Raises:
            DeviceError: nothing there, busy, broken, or no answer in time.
        """
        source = resolve(self._config.source)
        self._watchdog = Watchdog(f"The camera {source.label}", frozen_s=None if source.is_file else FROZEN_S)
        self._stopping, self._first, self._failure = threading.Event(), threading.Event(), None
        self._thread = threading.Thread(
            target=self._run, args=(source, self._stopping, self._first), name=f"camera {self.name}", daemon=True
        )
        self._thread.start()
        in_time = self._first.wait(self._config.open_timeout_s)
        if not in_time or self._failure is not None:
            self.stop()
            raise self._failure or DeviceError(
                f"The camera {source.label} did not answer within {self._config.open_timeout_s:g} s.",
                "Is it used by another program, or the address wrong? cameras.opencv.open_timeout_s waits longer.",
            )

    def stop(self) -> None:
        """End the thread. One that is stuck inside the driver ends by itself as soon as the driver lets go."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_JOIN_S)
        self._frame = None

    def latest(self) -> Frame | None:
        return self._frame

    @property
    def health(self) -> Health:
        if self._thread is None:
            return Health(Sight.STARTING, f"The camera {self._config.source} is not started.")
        return self._watchdog.judge(self._now())

    def _run(self, source: CaptureSource, stopping: threading.Event, first: threading.Event) -> None:
        """Read until told to stop; a capture that ends or fails is opened again."""
        count = 0
        while not stopping.is_set():
            try:
                for image in self._pictures(source, stopping):
                    count += 1
                    at = self._now()
                    self._watchdog.saw(digest(image), at)
                    self._frame = Frame(image, self.name, count, at)
                    first.set()
            except DeviceError as error:
                self._watchdog.lost(str(error))
                if not first.is_set():
                    self._failure = error
                    first.set()
                    return
                if isinstance(error, _EndedError):
                    return
            stopping.wait(_RETRY_S)

    def _pictures(self, source: CaptureSource, stopping: threading.Event) -> Iterator[ImageArray]:
        """RGB pictures until told to stop; DeviceError when the source ends."""
        _require_file(source)
        with opened(source, self._config.open_timeout_s) as capture:
            self._prepare(source, capture)
            period = self._file_period(source, capture)
            due = checked = self._now()
            while not stopping.is_set():
                if self._now() - checked > _FILE_CHECK_S:
                    checked = self._now()
                    _require_file(source)
                yield self._read(source, capture)
                due = max(due + period, self._now() - period)
                stopping.wait(max(0.0, due - self._now()))

    def _read(self, source: CaptureSource, capture: Any) -> ImageArray:
        import cv2

        try:
            good, picture = capture.read()
        except cv2.error as error:
            raise DeviceError(f"The camera {source.label} cannot be read ({error.err}).") from error
        if not good and source.is_file and self._config.loop:
            capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, picture = capture.read()
        if not good or picture is None:
            if source.is_file:
                raise _EndedError(f"The video file {source.label} has ended.")
            raise DeviceError(f"The camera {source.label} stopped sending pictures.", "Is it unplugged?")
        if picture.ndim == 2:
            return cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    def _prepare(self, source: CaptureSource, capture: Any) -> None:
        import cv2

        if source.is_device:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._config.width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._config.height)
            capture.set(cv2.CAP_PROP_FPS, self._config.rate_hz)
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def _file_period(self, source: CaptureSource, capture: Any) -> float:
        """Seconds between two pictures of a file; a device or stream sets its own pace."""
        import cv2

        if not source.is_file:
            return 0.0
        rate = capture.get(cv2.CAP_PROP_FPS)
        return 1.0 / (rate if 1.0 <= rate <= 240.0 else self._config.rate_hz)


class _EndedError(DeviceError):
    """A video file was played to its end, and that was wanted."""


def _require_file(source: CaptureSource) -> None:
    if source.is_file and not os.path.exists(source.target):
        raise DeviceError(f"The video file {source.label} is gone.", "Put it back, or choose another camera.")
