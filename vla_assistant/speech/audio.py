"""Sound files in and out, levels in dB, resampling: everything inside the program is mono float32 at 16 kHz.

Source of the level: dB full scale of the root mean square, where a constant 1.0 is 0 dBFS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.speech import wav
from vla_assistant.types import Audio, FloatArray

log = logging.getLogger(__name__)

RATE_HZ = 16_000
"""The rate all recognizers work at."""
SILENCE_DBFS = -65.0
"""Nothing in a recording above this: it holds only silence. 16-bit microphones at rest stay below -70 dBFS."""
FLOOR_DBFS = -120.0
"""What a level of zero is shown as."""
LONGEST_FILE_S = 600.0
LOWEST_RATE_HZ = 4_000
HIGHEST_RATE_HZ = 384_000
_LONE_CHANNEL_DB = 10.0
"""The average of the channels lost this much: they cancel each other, or only one carries sound."""


def read(path: str | Path, warn: Callable[[str], None] = log.warning) -> Audio:
    """A sound file of any channel count and rate (WAV, FLAC, Ogg) as mono 16 kHz.

    Args:
        path: The file.
        warn: Told in a sentence when the file can be read but its end is missing.

    Raises:
        InputError: the file is missing, empty, broken, absurdly long or of an absurd rate.
    """
    file = Path(path)
    require_file(file)
    samples, rate_hz = _decode(file)
    if not len(samples):
        raise InputError(f"The sound file {file} holds no samples.", "Record it again.")
    if not np.isfinite(samples).all():
        raise InputError(f"The sound file {file} is broken: it holds values that are no finite numbers.")
    share = wav.share_there(file)
    if share < 1.0:
        there_s = len(samples) / rate_hz
        missing = f"its header promises {there_s / share:.2f} s, {there_s:.2f} s are there"
        warn(f"The sound file {file} is cut short: {missing}. Record or copy it again.")
    return resample(Audio(mono(samples), rate_hz), RATE_HZ)


def require_file(file: Path) -> None:
    """Look whether there is a sound file with anything in it.

    Raises:
        InputError: there is none, or it is empty.
    """
    if not file.is_file():
        reason = "it is a folder" if file.is_dir() else "there is no such file"
        raise InputError(f"The sound file {file} cannot be read: {reason}.")
    if file.stat().st_size == 0:
        raise InputError(f"The sound file {file} is empty.", "Record it again.")


def _decode(file: Path) -> tuple[FloatArray, int]:
    """Samples float32 (n, channels) and their rate."""
    import soundfile

    try:
        with soundfile.SoundFile(file) as sound:
            _check_header(file, sound.samplerate, sound.frames)
            return sound.read(dtype="float32", always_2d=True), sound.samplerate
    except PermissionError as error:
        raise InputError(f"The sound file {file} cannot be read: permission denied.") from error
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        reason = str(getattr(error, "error_string", error)).rstrip(". ")
        raise InputError(
            f"The sound file {file} cannot be read: it is broken or of an unknown format ({reason}).",
            "WAV, FLAC and Ogg files are understood.",
        ) from error


def _check_header(file: Path, rate_hz: int, frames: int) -> None:
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise InputError(
            f"The sound file {file} claims a sampling rate of {rate_hz} Hz.",
            f"Rates from {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz are understood.",
        )
    if frames > LONGEST_FILE_S * rate_hz:
        raise InputError(
            f"The sound file {file} is {frames / rate_hz / 60:.0f} minutes long.",
            f"A command may last {LONGEST_FILE_S / 60:.0f} minutes at most.",
        )


def write(path: str | Path, audio: Audio) -> None:
    """Write a 16-bit mono WAV file.

    Raises:
        InputError: the file cannot be written.
    """
    import soundfile

    try:
        soundfile.write(Path(path), audio.samples, audio.rate_hz, subtype="PCM_16", format="WAV")
    except (soundfile.SoundFileError, OSError) as error:
        raise InputError(f"The sound file {path} cannot be written ({error}).") from error


def mono(samples: FloatArray) -> FloatArray:
    """One channel out of many, limited to [-1, 1].

    The average, unless it cancels or dilutes the sound: then the loudest channel.

    Args:
        samples: float32 (n, channels) or (n,).

    Returns:
        float32 (n,).
    """
    if samples.ndim == 1:
        return np.clip(samples, -1.0, 1.0, dtype=np.float32)
    average = samples.mean(axis=1)
    loudest = samples[:, int(np.argmax(np.square(samples, dtype=np.float64).sum(axis=0)))]
    chosen = loudest if level_dbfs(loudest) - level_dbfs(average) > _LONE_CHANNEL_DB else average
    return np.clip(chosen, -1.0, 1.0).astype(np.float32)


def resample(audio: Audio, rate_hz: int = RATE_HZ) -> Audio:
    """The same sound at another rate; the length in seconds stays."""
    if audio.rate_hz == rate_hz or not len(audio.samples):
        return Audio(audio.samples, rate_hz)
    import soxr

    samples = soxr.resample(audio.samples, audio.rate_hz, rate_hz)
    return Audio(np.clip(samples, -1.0, 1.0).astype(np.float32), rate_hz)


def level_dbfs(samples: FloatArray) -> float:
    """Root mean square of the samples in dB full scale; FLOOR_DBFS for nothing."""
    if not len(samples):
        return FLOOR_DBFS
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(FLOOR_DBFS, 10.0 * float(np.log10(power))) if power > 0.0 else FLOOR_DBFS


def loudest_dbfs(audio: Audio, window_s: float = 0.03) -> float:
    """The level of the loudest `window_s` of the sound in dB full scale."""
    width = max(1, round(window_s * audio.rate_hz))
    return max(
        (level_dbfs(audio.samples[start : start + width]) for start in range(0, len(audio.samples), width)),
        default=FLOOR_DBFS,
    )


def meter(level: float) -> float:
    """A level in dB full scale as 0-1 for a meter: 0 at -60 dBFS, 1 at 0 dBFS."""
    return min(1.0, max(0.0, 1.0 + level / 60.0))


def is_silent(audio: Audio) -> bool:
    """Does the sound hold only silence? A constant offset counts as silence."""
    centred = audio.samples - audio.samples.mean() if len(audio.samples) else audio.samples
    return loudest_dbfs(Audio(centred, audio.rate_hz)) < SILENCE_DBFS
