"""Collects what a microphone delivers."""

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
