"""Sound files: what can be read, and a clear sentence for each that cannot."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.errors import InputError
from vla_assistant.speech import audio
from vla_assistant.types import Audio


def tone(seconds: float, rate_hz: int, frequency_hz: float = 440.0, amplitude: float = 0.3) -> np.ndarray:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (16_000, 1), (22_050, 2), (44_100, 6), (96_000, 8)])
@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_any_rate_and_channels_become_mono_16_khz(tmp_path: Path, rate_hz: int, channels: int, suffix: str) -> None:
    file = tmp_path / f"sound.{suffix}"
    soundfile.write(file, np.repeat(tone(0.5, rate_hz)[:, None], channels, axis=1), rate_hz)
    sound = audio.read(file)
    assert (sound.rate_hz, sound.samples.dtype, sound.samples.ndim) == (16_000, np.float32, 1)
    assert sound.seconds == pytest.approx(0.5, abs=0.002)
    assert audio.level_dbfs(sound.samples[1000:-1000]) == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.3)
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    assert np.argmax(spectrum) * 16_000 / len(sound.samples) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("channels", ["opposite", "lone"])
def test_channels_that_cancel_or_dilute_are_not_averaged(tmp_path: Path, channels: str) -> None:
    voice = tone(0.5, 16_000)
    stereo = (
        np.stack([voice, -voice], axis=1) if channels == "opposite" else np.stack([voice] + [0 * voice] * 7, axis=1)
    )
    soundfile.write(tmp_path / "sound.wav", stereo, 16_000)
    assert audio.level_dbfs(audio.read(tmp_path / "sound.wav").samples) == pytest.approx(-13.5, abs=0.5)


def write_bad(kind: str, file: Path) -> None:
    match kind:
        case "no such file":
            return
        case "folder":
            file.mkdir()
        case "is empty":
            file.touch()
        case "no samples":
            soundfile.write(file, np.zeros((0, 1), np.float32), 16_000)
        case "unknown format":
            file.write_bytes(b"this is no sound at all" * 100)
        case "broken":
            soundfile.write(file, tone(0.2, 16_000), 16_000)
            file.write_bytes(file.read_bytes()[:30])
        case "sampling rate":
            soundfile.write(file, tone(0.2, 16_000), 17)
        case "finite numbers":
            soundfile.write(file, np.full(100, np.nan, np.float32), 16_000, subtype="FLOAT")
        case "minutes long":
            soundfile.write(file, np.zeros(4_000 * 700, np.int16), 4_000)


@pytest.mark.parametrize(
    "kind",
    [
        "no such file",
        "folder",
        "is empty",
        "no samples",
        "unknown format",
        "broken",
        "sampling rate",
        "finite numbers",
        "minutes long",
    ],
)
def test_a_bad_file_is_told_in_a_sentence(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "sound.wav"
    write_bad(kind, file)
    with pytest.raises(InputError, match=kind) as caught:
        audio.read(file)
    assert str(file) in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
@pytest.mark.parametrize("promise", ["kept", "streamed", "none"])
def test_a_whole_file_is_read_without_a_warning(tmp_path: Path, suffix: str, promise: str) -> None:
    file = tmp_path / f"sound.{suffix}"
    soundfile.write(file, tone(0.5, 16_000), 16_000)
    if suffix == "wav" and promise != "kept":  # a program that writes into a pipe does not know the length
        content = bytearray(file.read_bytes())
        content[40:44] = b"\xff\xff\xff\x7f" if promise == "streamed" else b"\x00\x00\x00\x00"
        file.write_bytes(content)
    told: list[str] = []
    with contextlib.suppress(InputError):  # libsndfile takes a length of zero at its word
        audio.read(file, told.append)
    assert told == []


def test_a_file_that_was_cut_short_is_read_and_told(tmp_path: Path) -> None:
    file = tmp_path / "sound.wav"
    soundfile.write(file, tone(2.0, 48_000)[:, None].repeat(2, axis=1), 48_000)
    file.write_bytes(file.read_bytes()[: 44 + 48_000 * 4])
    told: list[str] = []
    assert audio.read(file, told.append).seconds == pytest.approx(1.0, abs=0.01)
    assert told == [
        f"The sound file {file} is cut short: its header promises 2.00 s, 1.00 s are there. Record or copy it again."
    ]


def test_silence_is_silence_whatever_its_offset() -> None:
    assert audio.is_silent(Audio(np.full(16_000, 0.1, np.float32), 16_000))
    assert not audio.is_silent(Audio(tone(0.05, 16_000, amplitude=0.01), 16_000))


def test_a_short_sound_in_a_long_silence_is_heard() -> None:
    samples = np.zeros(16_000 * 20, np.float32)
    samples[100_000:104_000] = tone(0.25, 16_000, amplitude=0.02)
    assert not audio.is_silent(Audio(samples, 16_000))


def test_written_files_come_back(tmp_path: Path) -> None:
    sound = Audio(tone(0.3, 16_000), 16_000)
    audio.write(tmp_path / "sound.wav", sound)
    np.testing.assert_allclose(audio.read(tmp_path / "sound.wav").samples, sound.samples, atol=1e-4)
    with pytest.raises(InputError, match="cannot be written"):
        audio.write(tmp_path / "none" / "sound.wav", sound)


@given(rate_hz=st.sampled_from([4_000, 8_000, 11_025, 44_100, 48_000, 192_000]), seconds=st.floats(0.01, 0.6))
def test_resampling_keeps_the_length(rate_hz: int, seconds: float) -> None:
    sound = Audio(tone(seconds, rate_hz), rate_hz)
    assert audio.resample(sound).seconds == pytest.approx(sound.seconds, abs=1 / 4_000)
    assert np.abs(audio.resample(sound).samples).max(initial=0.0) <= 1.0


def test_levels() -> None:
    assert audio.level_dbfs(np.ones(10, np.float32)) == 0.0
    assert audio.level_dbfs(np.zeros(0, np.float32)) == audio.FLOOR_DBFS == audio.level_dbfs(np.zeros(9, np.float32))
    assert [audio.meter(level) for level in (-120.0, -60.0, -30.0, 0.0, 3.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
