"""The contract of a voice detector, and its manual.

A voice detector judges 20 ms of sound after the other: may a voice begin here, does one go on? The segmenter makes
utterances of its judgements. Who writes a new one: one file in this folder with `REQUIRES` and a class `Detector` with
what stands below, made with `(floor_percentile)`; its name goes into `detectors.NAMES`.

- A word of 250 ms must show itself by START_LOUD loud and START_VOICED voiced frames.
- Fans, hiss, clicks and key taps must not.
- It is pure: no thread, no clock, the same sound gives the same judgements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vla_assistant.types import FloatArray

START_LOUD, START_VOICED = 5, 3
"""Frames of the last 280 ms that start an utterance: a word of 250 ms has them, a key tap has not."""


@dataclass(frozen=True)
class Look:
    """What one frame holds.

    Attributes:
        loud: It may belong to the beginning of an utterance.
        kept: An utterance that has begun goes on in it.
        voiced: Somebody's voice is in it.
    """

    loud: bool
    kept: bool
    voiced: bool


class Detector(Protocol):
    """Judges a stream of frames."""

    @property
    def noise_dbfs(self) -> float:
        """The noise floor of the room in the speech band."""
        ...

    def look(self, frame: FloatArray) -> Look:
        """Judge the next frame, float32 (voicing.FRAME,) at 16 kHz."""
        ...

    def calibrate(self, frames: list[FloatArray]) -> None:
        """Measure the room from these frames, which are looked at afterwards."""
        ...

    def reset(self) -> None:
        """The sound begins anew; what is known of the room stays."""
        ...
