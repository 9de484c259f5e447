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


def likeness(sound: Audio, wanted: Audio, piece_s: float = 0.25) -> float:
    """How well the wanted sound lies in the other one, 0 to 1.

    Median over its louder pieces of the highest normalised correlation: a busy machine slips between two pieces now
    and then, a choppy or distorted sound fails in each.
    """
    width = round(piece_s * wanted.rate_hz)
    pieces = [wanted.samples[at : at + width] for at in range(0, len(wanted.samples) - width, width)]
    power = np.convolve(np.square(sound.samples), np.ones(width), "valid") + 1e-6
    fits = [
        float((np.correlate(sound.samples, piece, "valid") / np.sqrt(power * (piece @ piece))).max())
        for piece in pieces
        if audio.level_dbfs(piece) > audio.level_dbfs(wanted.samples) - 6
    ]
    return float(np.median(fits))
