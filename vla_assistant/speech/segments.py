"""What the segmenter finds in the stream of a microphone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.voicing import FRAME
from vla_assistant.types import Audio


@dataclass(frozen=True)
class Started:
    """Somebody began to speak at `time_s`."""

    id: int
    time_s: float


@dataclass(frozen=True, eq=False)
class Segment:
    """An utterance, or a glimpse of one.

    Attributes:
        id: The same for a glimpse and the utterance it belongs to, and for `Started`.
        audio: Mono 16 kHz with a little of what was before and after.
        start_s: Time of the first sample.
        end_s: Time after the last sample.
        voiced: For each frame of 20 ms, whether a voice is in it; bool (n,).
        spoken_until_s: Time after the last frame that belongs to the speech. A glimpse and its utterance that agree in
            it hold the same words.
        final: False for a glimpse: what was said so far, for words that must act fast ("stop") and for whoever shows
            words while they are spoken.
        cut: The phrase limit ended it, not a pause.
        running: A glimpse while somebody speaks, not after a breath of silence.
    """

    id: int
    audio: Audio
    start_s: float
    end_s: float
    voiced: NDArray[np.bool_]
    spoken_until_s: float
    final: bool = True
    cut: bool = False
    running: bool = False

    @property
    def voiced_s(self) -> float:
        """How much of it is voice."""
        return float(np.count_nonzero(self.voiced)) * FRAME / RATE_HZ

    def after(self, seconds: float) -> Segment:
        """What comes `seconds` after its beginning, in whole frames; never nothing."""
        frames = min(max(0, round(seconds * RATE_HZ / FRAME)), len(self.voiced) - 1)
        audio = Audio(self.audio.samples[frames * FRAME :], RATE_HZ)
        return replace(self, audio=audio, start_s=self.start_s + frames * FRAME / RATE_HZ, voiced=self.voiced[frames:])


@dataclass(frozen=True)
class TimedOut:
    """Nobody spoke for `waited_s`."""

    waited_s: float


Finding = Started | Segment | TimedOut
