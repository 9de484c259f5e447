"""What the text in `cameras.opencv.source` means, and opening it without noise and without waiting for ever."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vla_assistant.errors import DeviceError

_VIDEO4LINUX = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class CaptureSource:
    """Something OpenCV can open.

    Attributes:
        target: Device index, path or address.
        label: How the user knows it.
        kind: "device", "file" or "stream".
    """

    target: int | str
    label: str
    kind: str

    @property
    def is_device(self) -> bool:
        return self.kind == "device"

    @property
    def is_file(self) -> bool:
        return self.kind == "file"


def resolve(text: str, devices_at: Path = _VIDEO4LINUX) -> CaptureSource:
    """The source that the user's text names.

    Raises:
        DeviceError: it is no number, address, file or name of a device; the hint lists the devices there are.
    """
    text = text.strip()
    if text.isdigit():
        return CaptureSource(int(text), text, "device")
    if "://" in text:
        return CaptureSource(text, text, "stream")
    if text.startswith("/dev/"):
        return CaptureSource(text, text, "device")
    file = Path(os.path.expanduser(text))  # `Path` raises at an unknown user or a name too long; os.path says no
    if os.path.isfile(file):
        return CaptureSource(str(file), text, "file")
    names = device_names(devices_at)
    for index, name in names.items():
        if text and text.lower() in name.lower():
            return CaptureSource(index, name, "device")
    if os.path.isdir(file) and text:
        raise DeviceError(f"The camera source {text} is a folder.", "Name a video file in it.")
    if file.suffix or len(file.parts) > 1:
        raise DeviceError(f"There is no video file {text}.", _known(names))
    raise DeviceError(f"There is no camera, video file or address {text!r}.", _known(names))


def require_there(source: CaptureSource, devices_at: Path = _VIDEO4LINUX) -> None:
    """Look whether a device is there, without opening it; of other sources, and elsewhere than on Linux, says nothing.

    Raises:
        DeviceError: it is not.
    """
    if source.is_device and sys.platform == "linux":
        node = Path(f"/dev/video{source.target}" if isinstance(source.target, int) else source.target)
        if not node.exists():
            raise DeviceError(f"There is no camera {source.label}.", _known(device_names(devices_at)))


def _known(names: dict[int, str]) -> str:
    known = ", ".join(f"{index} ({name})" for index, name in names.items()) or "none"
    return f"Camera devices on this machine: {known}."


def device_names(devices_at: Path = _VIDEO4LINUX) -> dict[int, str]:
    """Index and name of the cameras that the system lists (Linux); empty where it keeps no such list."""
    found = {}
    for folder in sorted(devices_at.glob("video*")):
        index = folder.name.removeprefix("video")
        if index.isdigit() and (folder / "name").is_file():
            found[int(index)] = (folder / "name").read_text(encoding="utf-8", errors="replace").strip()
    return found


@contextmanager
def opened(source: CaptureSource, timeout_s: float) -> Iterator[Any]:
    """An open cv2.VideoCapture.

    Raises:
        DeviceError: it does not open.
    """
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    limit = int(timeout_s * 1000)
    if source.is_device:
        capture = cv2.VideoCapture(source.target)
    else:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit]
        capture = cv2.VideoCapture(source.target, cv2.CAP_FFMPEG, limits)
    try:
        if not capture.isOpened():
            raise DeviceError(f"The camera {source.label} cannot be opened.", _advice(source))
        yield capture
    finally:
        capture.release()


def _advice(source: CaptureSource) -> str:
    if source.is_file:
        return "Is it a video that OpenCV can read (mp4, avi, mkv)?"
    if source.is_device:
        return "Is it plugged in, and free? Only one program at a time can use a camera."
    return "Is the address right, and does something answer there?"
