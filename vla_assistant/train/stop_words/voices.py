"""Voices that say when each word ends: espeak-ng through its library, flite through its program.

Not `speech.voice`: that is the program's own voice, with one speaker and no times.
Source: espeak-ng/speak_lib.h (events of type WORD carry the sample at which a word begins); `flite -psdur` prints
phones.
"""

from __future__ import annotations

import ctypes
import hashlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from vla_assistant.errors import BackendError
from vla_assistant.speech.audio import RATE_HZ, read, resample
from vla_assistant.types import Audio, FloatArray

_LIBRARY = "libespeak-ng.so.1"
_RETRIEVAL, _UTF8 = 1, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_WORD, _END_OF_LIST = 1, 0
_SILENCE_DB = 35.0
_LONGEST_S = 30.0
_HINT = "Install espeak-ng and flite."
FLITE_PHONES = {"stop": "s t aa p", "halt": "hh ao l t", "freeze": "f r iy z", "wait": "w ey t", "no": "n ow"}


@dataclass(frozen=True, eq=False)
class Clip:
    """What a voice said: mono 16 kHz, and the end of each word [s]."""

    samples: FloatArray
    ends_s: tuple[float, ...]


@dataclass(frozen=True)
class Manner:
    """How it is said: `voice` is "espeak-ng:NAME" or "flite:NAME"; pace and pitch are factors of the voice's own."""

    voice: str
    pace: float = 1.0
    pitch: float = 1.0
    liveliness: float = 1.0


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender_age_variant", ctypes.c_ubyte * 4),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """espeak-ng in this process; one owner. Take `espeak()`: a second one in a process makes the first hang.

    Raises:
        BackendError: the library is not installed.
    """

    def __init__(self) -> None:
        try:
            self._lib = ctypes.CDLL(_LIBRARY)
        except OSError as error:
            raise BackendError(f"The speech engine {_LIBRARY} is missing.", _HINT) from error
        self._rate_hz = self._lib.espeak_Initialize(_RETRIEVAL, 0, None, 0)
        self._pieces: list[FloatArray] = []
        self._starts: list[int] = []
        self._called = _Callback(self._take)
        self._lib.espeak_SetSynthCallback(self._called)

    def say(self, text: str, manner: Manner) -> Clip:
        """The text as that voice says it.

        Raises:
            BackendError: there is no such voice.
        """
        name = manner.voice.partition(":")[2]
        self._choose(name)
        for kind, value in ((_RATE, 175 * manner.pace), (_PITCH, 50 * manner.pitch), (_RANGE, 50 * manner.liveliness)):
            self._lib.espeak_SetParameter(kind, round(value), 0)
        self._pieces, self._starts = [], []
        content = text.encode()
        self._lib.espeak_Synth(content, ctypes.c_size_t(len(content) + 1), 0, 1, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        samples = np.concatenate([np.zeros(1, np.float32), *self._pieces])
        sound = resample(Audio(samples, self._rate_hz), RATE_HZ)
        starts = [start / self._rate_hz for start in self._starts]
        return _bounded(sound.samples, [*starts[1:], sound.seconds])

    def _choose(self, name: str) -> None:
        """By its name, or by its language as the program espeak-ng does."""
        by_language = _Voice(languages=name.encode())
        if self._lib.espeak_SetVoiceByName(name.encode()) and self._lib.espeak_SetVoiceByProperties(
            ctypes.byref(by_language)
        ):
            raise BackendError(f"espeak-ng has no voice {name!r}.", _HINT)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        """espeak's callback: sound and events come in pieces."""
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32_768))
        index = 0
        while events[index].type != _END_OF_LIST:
            if events[index].type == _WORD:
                self._starts.append(events[index].sample)
            index += 1
        return 0


@cache
def espeak() -> Espeak:
    """The one of this process."""
    return Espeak()


def flite(text: str, manner: Manner, cache: Path) -> Clip:
    """The text as a flite voice says it; kept in the folder `cache`, for it takes 0.1 s.

    Only the ends of words of FLITE_PHONES that come in order are found; the last word ends where the voice does.

    Raises:
        BackendError: flite or the voice is missing.
    """
    name = manner.voice.partition(":")[2]
    key = hashlib.sha256(f"{manner}\n{text}".encode()).hexdigest()[:24]
    file = cache / f"{key}.wav"
    if not file.is_file():
        _run_flite(text, name, manner, file)
    sound = read(file)
    phones = [entry.rpartition(":") for entry in file.with_suffix(".txt").read_text().split()]
    return _bounded(sound.samples, _word_ends(text, [(name, float(end)) for name, _, end in phones]))


def _run_flite(text: str, name: str, manner: Manner, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    stretch = ["--setf", f"duration_stretch={1 / manner.pace:.3f}"]
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / "made.wav"
        command = ["flite", "-voice", name, "-psdur", *stretch, "-t", text, "-o", str(made)]
        try:
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LONGEST_S)
        except (OSError, subprocess.SubprocessError) as error:
            raise BackendError(f"The voice {name!r} of flite cannot speak here ({error}).", _HINT) from error
        (made.parent / "made.txt").write_text(done.stdout)
        (made.parent / "made.txt").replace(file.with_suffix(".txt"))
        made.replace(file)


def _word_ends(text: str, phones: Sequence[tuple[str, float]]) -> list[float]:
    """The end of each word [s]; NaN where it is not known."""
    words = re.findall(r"[\w']+", text.lower())
    ends, at = [float("nan")] * len(words), 0
    for index, word in enumerate(words):
        wanted = FLITE_PHONES.get(word, "").split()
        for start in range(at, len(phones) - len(wanted) + 1) if wanted else ():
            if [phone for phone, _ in phones[start : start + len(wanted)]] == wanted:
                at = start + len(wanted)
                ends[index] = phones[at - 1][1]
                break
    if ends:
        ends[-1] = phones[-1][1]
    return ends


def _bounded(samples: FloatArray, ends_s: Sequence[float]) -> Clip:
    """Without the silence at both ends; no word ends after the voice does."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * 10 ** (-_SILENCE_DB / 20))
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))
    ends = tuple(min(end, last / RATE_HZ) - first / RATE_HZ for end in ends_s)
    return Clip(samples[first:last], ends)
