"""Collects what a microphone delivers, and compares sounds."""

from __future__ import annotations

import numpy as np

from vla_assistant.events import PartState
from vla_assistant.speech import audio
from vla_assistant.speech.microphones.base import Microphone
from vla_assistant.types import Audio


class Heard:
    """Collects what a microphone delivers and reports."""

    def __init__(self) -> None:
        self.blocks: list[Audio] = []
        self.reports: list[tuple[PartState, str]] = []

    def start(self, microphone: Microphone) -> None:
        microphone.start(self.blocks.append, lambda state, detail: self.reports.append((state, detail)))

    @property
    def states(self) -> list[PartState]:
        return [state for state, _ in self.reports]

    @property
    def sound(self) -> Audio:
        return Audio(np.concatenate([block.samples for block in self.blocks]), audio.RATE_HZ)


def likeness(sound: Audio, wanted: Audio) -> float:
    """Correlation -1 to 1 of the wanted sound with the place in the sound where it fits best."""
    if len(sound.samples) < len(wanted.samples):
        return 0.0
    start = int(np.argmax(np.correlate(sound.samples, wanted.samples, "valid")))
    return float(np.corrcoef(sound.samples[start : start + len(wanted.samples)], wanted.samples)[0, 1])
