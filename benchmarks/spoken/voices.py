"""Synthetic voices of this machine (espeak-ng, flite), apart for tuning and for measuring.

A clip is made once and kept in the program's cache folder; the file's name is a hash of voice and text.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from vla_assistant import paths
from vla_assistant.errors import BackendError
from vla_assistant.speech.audio import read
from vla_assistant.types import Audio

HELD_OUT = (
    "flite:rms",
    "flite:awb",
    "espeak-ng:en-gb-scotland",
    "espeak-ng:en-us+f3",
    "espeak-ng:en-gb-x-rp",
)
"""Nothing is tuned or trained on these."""
TUNING = (
    "flite:slt",
    "flite:kal",
    "flite:kal16",
    "espeak-ng:en-us",
    "espeak-ng:en-gb",
    "espeak-ng:en-029",
    "espeak-ng:en-us-nyc",
    "espeak-ng:en-gb-x-gbclan",
    "espeak-ng:en-gb-x-gbcwmd",
    "espeak-ng:en-us+f1",
    "espeak-ng:en-us+f5",
    "espeak-ng:en-us+m3",
    "espeak-ng:en-us+m7",
    "espeak-ng:en-gb+f2",
    "espeak-ng:en-gb+f4",
    "espeak-ng:en-gb+m1",
    "espeak-ng:en-us+klatt2",
)
ALL = (*TUNING, *HELD_OUT)
_LONGEST_S = 30.0


def spoken(voice: str, text: str) -> Audio:
    """The text as that voice ("espeak-ng:en-us", "flite:slt") speaks it, mono 16 kHz.

    Raises:
        BackendError: the program is missing, or has no such voice.
    """
    key = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:24]
    file = paths.cache() / "spoken" / f"{key}.wav"
    if not file.is_file():
        _speak(voice, text, file)
    return read(file)


def _speak(voice: str, text: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    program, _, name = voice.partition(":")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / "made.wav"
        aloud = {
            "espeak-ng": ["espeak-ng", "-v", name, "-w", str(made), text],
            "flite": ["flite", "-voice", name, "-t", text, "-o", str(made)],
        }
        try:
            subprocess.run(aloud[program], check=True, capture_output=True, timeout=_LONGEST_S)
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            reason = f"The voice {voice!r} cannot speak here ({error})."
            raise BackendError(reason, "Install espeak-ng and flite.") from error
        made.replace(file)
