"""Cuts the stream of a microphone into utterances. Pure: no thread, no device, no clock of its own.

A voice detector judges each 20 ms; some voiced ones begin an utterance, a pause ends it. How long a pause depends on
what was said so far: `advise` takes the verdict of somebody who has looked at a glimpse.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vla_assistant.config import ListeningSection
from vla_assistant.speech import detectors
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.detectors.base import START_LOUD, START_VOICED, Look
from vla_assistant.speech.room import ROOM_PERCENTILE
from vla_assistant.speech.segments import Finding, Segment, Started, TimedOut
from vla_assistant.speech.voicing import FRAME
from vla_assistant.types import Audio, FloatArray

FRAME_S = FRAME / RATE_HZ
PRE_ROLL_S = 0.3
"""Kept before the first loud frame: the s of "stop" and the f of "four" are quiet."""
PRESS_ROLL_S = 0.5
"""Kept before the talk key went down: people press late."""
POST_ROLL_S = 0.3
_PRE_ROLL = round(PRE_ROLL_S / FRAME_S)
_PRESS_ROLL = round(PRESS_ROLL_S / FRAME_S)
_RECENT = 14
"""Frames (280 ms) in which a word must show itself."""
GLIMPSE_PAUSE_S = 0.16
"""Silence after which a glimpse is worth its decode; the stops inside a word are shorter."""


@dataclass(frozen=True, eq=False)
class _Frame:
    """20 ms of sound, when it ended, and what was found in it."""

    samples: FloatArray
    end_s: float
    look: Look


class Segmenter:
    """Feed it blocks of any length; it answers with what they completed.

    Args:
        options: calibration, time-out, phrase limit and pauses.
        floor_percentile: What counts as noise, see `room`.
        detector: Name of the voice detector.
    """

    def __init__(
        self, options: ListeningSection, floor_percentile: float = ROOM_PERCENTILE, detector: str = detectors.FALLBACK
    ) -> None:
        self._options = options
        self._detector = detectors.make(detector, floor_percentile)
        self._ids = 0
        self._calibration: list[tuple[FloatArray, float]] | None = [] if options.calibration_s else None
        self.reset()

    @property
    def noise_dbfs(self) -> float:
        """The noise floor of the room in the speech band."""
        return self._detector.noise_dbfs

    @property
    def calibrated(self) -> bool:
        """The room has been measured."""
        return self._calibration is None

    @property
    def speaking(self) -> bool:
        """Somebody speaks, or the key is held."""
        return self._phrase is not None

    @property
    def phrase_id(self) -> int:
        """Of what is being said, or was said last."""
        return self._ids

    def reset(self) -> None:
        """Forget what was heard, not the noise floor; the listen time-out starts anew."""
        self._rest = np.zeros(0, np.float32)
        self._detector.reset()
        self._recent: deque[_Frame] = deque(maxlen=max(_RECENT + _PRE_ROLL, _PRESS_ROLL))
        self._phrase: list[_Frame] | None = None
        self._held = False
        self._glimpsed_s = self._ran_s = 0.0
        self._pause_s = self._options.pause_s
        self._waiting_since: float | None = None
        self._timed_out = False

    def feed(self, block: Audio, now: float) -> list[Finding]:
        """What the block completed.

        Args:
            block: The next 16 kHz mono sound of the stream, of any length.
            now: Time at the end of the block [s], on the clock of the stream.
        """
        samples = np.concatenate([self._rest, block.samples])
        count = len(samples) // FRAME
        self._rest = samples[count * FRAME :]
        last_end_s = now - len(self._rest) / RATE_HZ
        found: list[Finding] = []
        for index in range(count):
            frame = samples[index * FRAME : (index + 1) * FRAME]
            found += self._take(frame, last_end_s - (count - 1 - index) * FRAME_S)
        return found

    def advise(self, glimpse: Segment, pause_s: float) -> list[Finding]:
        """End the utterance after a pause of `pause_s`, if nothing has been said since that glimpse of it."""
        phrase = self._phrase
        if (
            phrase is None
            or self._held
            or glimpse.id != self._ids
            or self._spoken_until(phrase) != glimpse.spoken_until_s
        ):
            return []
        self._pause_s = pause_s
        return self._finish(trim=True) if self._quiet_frames(phrase) * FRAME_S >= pause_s else []

    def calibrate(self) -> list[Finding]:
        """Measure the room from what came so far, then hear that: no word is lost."""
        if self._calibration is None:
            return []
        kept, self._calibration = self._calibration, None
        self._detector.calibrate([samples for samples, _ in kept])
        return [finding for samples, end_s in kept for finding in self._hear(samples, end_s)]

    def hold(self, now: float, *, anew: bool = False) -> list[Finding]:
        """The talk key is pressed: everything from now on, and PRESS_ROLL_S before, is one utterance.

        The phrase limit still cuts it, which counts as a release.

        Args:
            now: Time on the clock of the stream [s].
            anew: What was being said before is not part of it, but for the PRESS_ROLL_S.
        """
        found = self.calibrate()
        self._held = True
        if self._phrase is not None and not anew:
            return found
        if self._phrase is not None:
            self._recent = deque(self._phrase, self._recent.maxlen)
        return found + self._start(_PRESS_ROLL, now)

    def release(self) -> list[Finding]:
        """The talk key is released: the utterance is over."""
        if not self._held:
            return []
        if self._phrase:
            return self._finish(trim=False)
        self._held, self._phrase = False, None
        return []

    def flush(self) -> list[Finding]:
        """The stream is over: what was being said is an utterance."""
        found = self.calibrate()
        return found + (self._finish(trim=True) if self._phrase else [])

    def _take(self, samples: FloatArray, end_s: float) -> list[Finding]:
        if self._calibration is None:
            return self._hear(samples, end_s)
        self._calibration.append((samples, end_s))
        if len(self._calibration) * FRAME_S < self._options.calibration_s:
            return []
        return self.calibrate()

    def _hear(self, samples: FloatArray, end_s: float) -> list[Finding]:
        frame = _Frame(samples, end_s, self._detector.look(samples))
        if self._waiting_since is None:
            self._waiting_since = end_s - FRAME_S
        self._recent.append(frame)
        if self._phrase is None:
            return self._wait(frame)
        self._phrase.append(frame)
        return self._speak(self._phrase)

    def _wait(self, frame: _Frame) -> list[Finding]:
        """Nobody speaks: does somebody begin?"""
        recent = list(self._recent)[-_RECENT:]
        loud = [index for index, one in enumerate(recent) if one.look.loud]
        if len(loud) >= START_LOUD and sum(one.look.voiced for one in recent) >= START_VOICED:
            return self._start(len(recent) - loud[0] + _PRE_ROLL, frame.end_s)
        waited_s = frame.end_s - (self._waiting_since or 0.0)
        if 0 < self._options.timeout_s <= waited_s and not self._timed_out:
            self._timed_out = True
            return [TimedOut(waited_s)]
        return []

    def _start(self, frames: int, now: float) -> list[Finding]:
        self._phrase = list(self._recent)[-frames:] if frames else []
        self._ids += 1
        self._glimpsed_s = self._ran_s = now
        self._pause_s = self._options.pause_s
        return [Started(self._ids, now)]

    def _speak(self, phrase: list[_Frame]) -> list[Finding]:
        """Somebody speaks: is it over, too long, or worth a glimpse?"""
        if len(phrase) * FRAME_S >= self._options.phrase_limit_s:
            return self._finish(trim=False, cut=True)
        if self._held:
            return self._run(phrase)
        quiet_s = self._quiet_frames(phrase) * FRAME_S
        if quiet_s >= self._pause_s:
            return self._finish(trim=True)
        if quiet_s < GLIMPSE_PAUSE_S:
            self._pause_s = self._options.pause_s
            return self._run(phrase)
        until_s = self._spoken_until(phrase)
        if until_s == self._glimpsed_s:
            return []
        self._glimpsed_s = until_s
        return [self._segment(phrase, final=False)]

    def _run(self, phrase: list[_Frame]) -> list[Finding]:
        """Now and then a glimpse of what is being said, for whoever shows it."""
        every_s = self._options.partial_s
        if not every_s or phrase[-1].end_s - self._ran_s < every_s:
            return []
        self._ran_s = phrase[-1].end_s
        return [self._segment(phrase, final=False, running=True)]

    def _quiet_frames(self, phrase: list[_Frame]) -> int:
        return next((index for index, frame in enumerate(reversed(phrase)) if frame.look.kept), len(phrase))

    def _spoken_until(self, phrase: list[_Frame]) -> float:
        """Time after the last frame that belongs to the speech."""
        quiet = self._quiet_frames(phrase)
        return phrase[-1 - quiet].end_s if quiet < len(phrase) else phrase[0].end_s

    def _finish(self, *, trim: bool, cut: bool = False) -> list[Finding]:
        phrase, self._phrase = self._phrase or [], None
        surplus = self._quiet_frames(phrase) - round(POST_ROLL_S / FRAME_S) if trim else 0
        segment = self._segment(phrase[: len(phrase) - max(0, surplus)], final=True, cut=cut)
        self._held = False
        self._recent.clear()
        self._waiting_since = segment.end_s
        self._timed_out = False
        return [segment]

    def _segment(self, phrase: list[_Frame], *, final: bool, cut: bool = False, running: bool = False) -> Segment:
        samples = np.concatenate([frame.samples for frame in phrase])
        voiced = np.fromiter((frame.look.voiced for frame in phrase), bool)
        start_s, end_s = phrase[0].end_s - FRAME_S, phrase[-1].end_s
        until_s = self._spoken_until(phrase)
        return Segment(self._ids, Audio(samples, RATE_HZ), start_s, end_s, voiced, until_s, final, cut, running)
