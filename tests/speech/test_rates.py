"""A device that knows one sample rate only is heard, and speaks, at the right pitch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.speech.ears import Heard
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.errors import DeviceError
from vla_assistant.speech.audio import level_dbfs
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone
from vla_assistant.speech.playback import Player
from vla_assistant.speech.portaudio import Device, Direction, PortAudio
from vla_assistant.types import Audio

PITCH_HZ = 1_000.0
CHOPPY = 0.03
"""A busy machine drops pieces, which smears the pitch; the wrong rate would be off by 8 % at least."""
RATES_HZ = (8_000, 11_025, 44_100, 48_000, 96_000)


@pytest.fixture
def one_rate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """All devices know the parameter's rate only; the rates that were asked for."""
    rate_hz, asked = request.param, list[int]()
    opened, listed = PortAudio._open, PortAudio.devices

    def open_(self: PortAudio, direction: Direction, device: Device, **options: Any) -> Any:
        asked.append(options["samplerate"])
        if options["samplerate"] != rate_hz:
            raise DeviceError("The sound device failed: invalid sample rate.")
        return opened(self, direction, device, **options)

    def devices(self: PortAudio, direction: Direction, *, again: bool = False) -> list[Device]:
        return [replace(device, rate_hz=rate_hz) for device in listed(self, direction, again=again)]

    monkeypatch.setattr(PortAudio, "_open", open_)
    monkeypatch.setattr(PortAudio, "devices", devices)
    return asked


def tone(seconds: float, rate_hz: int) -> Audio:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return Audio((0.5 * np.sin(2 * np.pi * PITCH_HZ * time_s)).astype(np.float32), rate_hz)


def pitch_hz(sound: Audio) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    return float(np.argmax(spectrum)) * sound.rate_hz / len(sound.samples)


@pytest.mark.parametrize("one_rate", RATES_HZ, indirect=True)
def test_such_a_microphone_is_heard(one_rate: list[int], sound_card: VirtualSoundCard) -> None:  # noqa: F811
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config())
    heard.start(microphone)
    try:
        wait_for(lambda: bool(heard.blocks), 60, "sound")
        sound_card.play(tone(1.5, 48_000), wait=False)
        wait_for(lambda: level_dbfs(heard.sound.samples[-8_000:]) > -12, 60, "the tone")
    finally:
        microphone.stop()
    assert one_rate[0] == 16_000
    assert pitch_hz(Audio(heard.sound.samples[-8_000:], 16_000)) == pytest.approx(PITCH_HZ, rel=CHOPPY)


@pytest.mark.parametrize("one_rate", RATES_HZ, indirect=True)
def test_such_a_loudspeaker_speaks(one_rate: list[int], sound_card: VirtualSoundCard) -> None:  # noqa: F811
    player = Player()
    try:
        with sound_card.recording() as recorded:
            player.arm()
            assert player.play(tone(1.0, 22_050))
    finally:
        player.close()
    assert one_rate[0] == 22_050
    loud = recorded.audio.samples[np.abs(recorded.audio.samples) > 0.05]
    assert len(loud) / 16_000 == pytest.approx(0.94, abs=0.25)  # the share of a sine above a tenth of its peak
    assert pitch_hz(recorded.audio) == pytest.approx(PITCH_HZ, rel=CHOPPY)
