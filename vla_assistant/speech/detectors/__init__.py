"""Voice detectors: is there a voice in these 20 ms? One file each; docs/voice.md says how they compare."""

from __future__ import annotations

import importlib
import importlib.util

from vla_assistant.errors import BackendError
from vla_assistant.speech.detectors.base import Detector

NAMES = ("pitch", "silero", "sure")
FALLBACK = "pitch"
"""Needs nothing but NumPy."""


def missing(name: str) -> tuple[str, ...]:
    """Packages that the detector needs and that are not installed."""
    return tuple(package for package in _module(name).REQUIRES if importlib.util.find_spec(package) is None)


def make(name: str, floor_percentile: float) -> Detector:
    """The detector of that name; `room` explains `floor_percentile`.

    Raises:
        BackendError: there is no such detector, or its package is not installed.
    """
    absent = missing(name)
    if absent:
        raise BackendError(
            f"The voice detector {name!r} needs the package {', '.join(absent)}, which is not installed.",
            f"Install vla-assistant[{name}], or set listening.detector to {FALLBACK!r}.",
        )
    detector: Detector = _module(name).Detector(floor_percentile)
    return detector


def _module(name: str):  # type: ignore[no-untyped-def]  # a module has no type of its own
    if name not in NAMES:
        raise BackendError(f"There is no voice detector {name!r}.", f"There are {', '.join(NAMES)}.")
    return importlib.import_module(f"{__name__}.{name}")
