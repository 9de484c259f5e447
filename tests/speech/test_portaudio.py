"""The owner of PortAudio without a device: in which formats it tries to open one, and what reaches the terminal."""

from __future__ import annotations

import builtins
import subprocess
import sys
from typing import Any

import pytest

from vla_assistant.errors import DeviceError
from vla_assistant.speech.portaudio import Device, PortAudio

DEVICE = Device(3, "ALSA: card", channels=6, rate_hz=48_000, is_default=True)


class Picky(PortAudio):
    """Takes one format, or none."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__()
        self.takes = (rate_hz, channels)
        self.asked: list[tuple[int, int, int]] = []

    def _open(self, direction: str, device: Device, **options: Any) -> Any:
        self.asked.append((options["samplerate"], options["channels"], options["blocksize"]))
        if self.asked[-1][:2] != self.takes:
            raise DeviceError("The sound device failed: invalid sample rate.")
        return options


@pytest.mark.parametrize(("takes", "attempts"), [((16_000, 1), 1), ((48_000, 1), 2), ((48_000, 2), 3)])
def test_the_wanted_format_is_tried_before_the_devices_own(takes: tuple[int, int], attempts: int) -> None:
    picky, prepared = Picky(*takes), list[int]()
    stream, rate_hz = picky.open("input", DEVICE, 16_000, prepared.append, latency=0.2)
    assert rate_hz == takes[0]
    assert stream["latency"] == 0.2
    assert picky.asked == [(16_000, 1, 320), (48_000, 1, 960), (48_000, 2, 960)][:attempts]
    assert prepared == [rate for rate, _, _ in picky.asked]


@pytest.mark.parametrize(("direction", "what"), [("input", "microphone"), ("output", "sound output")])
def test_a_device_that_takes_nothing_is_named_with_the_reason(direction: Any, what: str) -> None:
    with pytest.raises(DeviceError) as refused:
        Picky(8_000, 1).open(direction, DEVICE, 16_000, lambda rate_hz: None)
    assert str(refused.value) == (
        f"The {what} ALSA: card cannot be opened. The sound device failed: invalid sample rate."
    )


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA is a part of Linux")
def test_alsa_prints_nothing_between_hush_and_unhush() -> None:
    script = """
import ctypes, os, sys
from vla_assistant.speech import alsa
try:
    library = ctypes.CDLL("libasound.so.2")
except OSError:
    sys.exit(7)
def complain():
    library.snd_pcm_open(ctypes.byref(ctypes.c_void_p()), sys.argv[1].encode(), 0, 0)
alsa.hush()
sys.argv[1:] = ["quiet"]
complain()
alsa.unhush()
sys.argv[1:] = ["loud"]
complain()
"""
    ended = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, timeout=60)
    if ended.returncode == 7:
        pytest.skip("there is no ALSA library")
    assert ended.returncode == 0
    assert "quiet" not in ended.stderr
    assert "loud" in ended.stderr


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, *others: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return imported(name, *others)

    imported = builtins.__import__
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", fail)
    owner = PortAudio()
    owner.acquire()
    try:
        with pytest.raises(DeviceError, match=r"PortAudio library is not installed.*sudo apt install libportaudio2"):
            owner.devices("input")
    finally:
        owner.release()
