"""Voice detectors: is there a voice in these 20 ms? One file each; docs/voice.md says how they compare."""

from __future__ import annotations

import importlib
import importlib.util

from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.speech.detectors.base import Detector

NAMES = ("joint", "pitch", "silero")
FALLBACK = "pitch"
"""Needs nothing but NumPy."""


def usable(name: str) -> tuple[str, str]:
    """That detector, or the one that needs nothing and a sentence that says why."""
    missing = [package for package in _module(name).REQUIRES if importlib.util.find_spec(package) is None]
    if missing:
        lacks = f"The voice detector {name} needs the package {' and '.join(missing)}, which is not installed"
        return FALLBACK, f"{lacks}; {FALLBACK} serves instead."
    try:
        getattr(_module(name), "weights", str)()
    except WeightsError as error:
        return FALLBACK, f"{error.message} The voice detector {FALLBACK} serves instead."
    return name, ""


def make(name: str, floor_percentile: float) -> Detector:
    """The detector of that name; `room` explains `floor_percentile`.

    Raises:
        BackendError: there is no such detector, or its package is not installed.
    """
    _, trouble = usable(name)
    if trouble:
        raise BackendError(trouble, f"Install vla-assistant[{name}].")
    detector: Detector = _module(name).Detector(floor_percentile)
    return detector


def _module(name: str):  # type: ignore[no-untyped-def]  # a module has no type of its own
    if name not in NAMES:
        raise BackendError(f"There is no voice detector {name!r}.", f"There are {', '.join(NAMES)}.")
    return importlib.import_module(f"{__name__}.{name}")
