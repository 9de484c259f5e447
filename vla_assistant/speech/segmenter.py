"""Cuts the stream of a microphone into utterances. Pure: no thread, no device, no clock of its own.

A voice is what is louder than the room *and* has a pitch, so that fans, hiss, clicks and key taps start nothing. The
noise floor is a low percentile of the last seconds' levels, which follows the room and survives long sentences.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vla_assistant.config import ListeningSection
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.voicing import FRAME, measure
from vla_assistant.types import Audio, FloatArray

FRAME_S = FRAME / RATE_HZ
PRE_ROLL_S = 0.3
"""Kept before the first loud frame: the s of "stop" and the f of "four" are quiet."""
POST_ROLL_S = 0.3
_PRE_ROLL = round(PRE_ROLL_S / FRAME_S)
START_MARGIN_DB = 9.0
KEEP_MARGIN_DB = 6.0
PERIODICITY = 0.5
"""White noise stays below 0.3, pink below 0.52; vowels of five synthetic voices lie above 0.6."""
_RECENT = 14
"""Frames (280 ms) in which a word must show itself ..."""
_LOUD_FRAMES, _VOICED_FRAMES = 5, 3
"""... by this many loud and pitched ones: a word of 250 ms does, a key tap does not."""
ROOM_PERCENTILE = 10.0
"""The room is what remains between words."""
ECHO_PERCENTILE = 90.0
"""Our own voice in the microphone is as loud as its loud parts; who talks over it is louder than that."""
_FLOOR_HISTORY = round(3.0 / FRAME_S)
_FLOOR_RANGE_DBFS = (-70.0, -30.0)
_FLOOR_BEFORE_DBFS = -60.0
GLIMPSE_PAUSE_S = 0.2
GLIMPSE_LIMIT_S = 1.5


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
        voiced_s: How much of it had a pitch.
        final: False for a glimpse: a short word followed by a breath of silence, handed out before the pause that
            ends the utterance, for words that must act fast ("stop").
        cut: The phrase limit ended it, not a pause.
    """

    id: int
    audio: Audio
    start_s: float
    end_s: float
    voiced_s: float
    final: bool = True
    cut: bool = False


@dataclass(frozen=True)
class TimedOut:
    """Nobody spoke for `waited_s`."""

    waited_s: float


Finding = Started | Segment | TimedOut


@dataclass(frozen=True, eq=False)
class _Frame:
    """20 ms of sound, when it ended, and what was found in it."""

    samples: FloatArray
    end_s: float
    level_dbfs: float
    loud: bool
    kept: bool
    voiced: bool


class Segmenter:
    """Feed it blocks of any length; it answers with what they completed.

    Args:
        options: calibration, time-out, phrase limit and pause.
        floor_percentile: Which of the last seconds' levels is the noise floor, see ROOM_PERCENTILE, ECHO_PERCENTILE.
    """

    def __init__(self, options: ListeningSection, floor_percentile: float = ROOM_PERCENTILE) -> None:
        self._options = options
        self._floor_percentile = floor_percentile
        self._ids = 0
        self._levels: deque[float] = deque(maxlen=_FLOOR_HISTORY)
        self._floor = _FLOOR_BEFORE_DBFS
        self._calibration: list[tuple[FloatArray, float]] | None = [] if options.calibration_s else None
        self.reset()

    @property
    def noise_dbfs(self) -> float:
        """The noise floor of the room in the speech band."""
        return self._floor

    @property
    def calibrated(self) -> bool:
        """The room has been measured."""
        return self._calibration is None

    @property
    def speaking(self) -> bool:
        """Somebody speaks, or the key is held."""
        return self._phrase is not None

    def reset(self) -> None:
        """Forget what was heard, not the noise floor; the listen time-out starts anew."""
        self._rest = np.zeros(0, np.float32)
        self._last = np.zeros(FRAME, np.float32)
        self._recent: deque[_Frame] = deque(maxlen=_RECENT + _PRE_ROLL)
        self._phrase: list[_Frame] | None = None
        self._held = False
        self._glimpsed = False
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

    def hold(self, now: float) -> list[Finding]:
        """The talk key is pressed: everything from now on, with the pre-roll, is one utterance.

        The phrase limit still cuts it, which counts as a release.
        """
        found = [] if self._calibration is None else self._calibrate()
        self._held = True
        return found if self._phrase is not None else found + self._start(_PRE_ROLL, now)

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
        found = [] if self._calibration is None else self._calibrate()
        return found + (self._finish(trim=True) if self._phrase else [])

    def _take(self, samples: FloatArray, end_s: float) -> list[Finding]:
        if self._calibration is None:
            return self._hear(samples, end_s)
        self._calibration.append((samples, end_s))
        if len(self._calibration) * FRAME_S < self._options.calibration_s:
            return []
        return self._calibrate()

    def _calibrate(self) -> list[Finding]:
        """Set the noise floor from the frames without a pitch, then hear what was kept: no word is lost."""
        kept, self._calibration = self._calibration or [], None
        previous = np.zeros(FRAME, np.float32)
        for samples, _ in kept:
            sound = measure(np.concatenate([previous, samples]), _FLOOR_RANGE_DBFS[0])
            if sound.periodicity < PERIODICITY:
                self._levels.append(sound.level_dbfs)
            previous = samples
        self._update_floor()
        return [finding for samples, end_s in kept for finding in self._hear(samples, end_s)]

    def _hear(self, samples: FloatArray, end_s: float) -> list[Finding]:
        frame = self._examine(samples, end_s)
        if self._waiting_since is None:
            self._waiting_since = end_s - FRAME_S
        self._recent.append(frame)
        if self._phrase is None:
            return self._wait(frame)
        self._phrase.append(frame)
        return self._speak(self._phrase)

    def _examine(self, samples: FloatArray, end_s: float) -> _Frame:
        start_dbfs = self._floor + START_MARGIN_DB
        sound = measure(np.concatenate([self._last, samples]), start_dbfs)
        self._last = samples
        self._levels.append(sound.level_dbfs)
        if len(self._levels) % 5 == 0 or len(self._levels) == _FLOOR_HISTORY:
            self._update_floor()
        loud = sound.level_dbfs > start_dbfs
        kept = sound.level_dbfs > self._floor + KEEP_MARGIN_DB
        return _Frame(samples, end_s, sound.level_dbfs, loud, kept, loud and sound.periodicity > PERIODICITY)

    def _update_floor(self) -> None:
        if len(self._levels) >= 10:
            level = float(np.percentile(np.fromiter(self._levels, float), self._floor_percentile))
            self._floor = float(np.clip(level, *_FLOOR_RANGE_DBFS))

    def _wait(self, frame: _Frame) -> list[Finding]:
        """Nobody speaks: does somebody begin?"""
        recent = list(self._recent)[-_RECENT:]
        loud = [index for index, one in enumerate(recent) if one.loud]
        if len(loud) >= _LOUD_FRAMES and sum(one.voiced for one in recent) >= _VOICED_FRAMES:
            return self._start(len(recent) - loud[0] + _PRE_ROLL, frame.end_s)
        waited_s = frame.end_s - (self._waiting_since or 0.0)
        if 0 < self._options.timeout_s <= waited_s and not self._timed_out:
            self._timed_out = True
            return [TimedOut(waited_s)]
        return []

    def _start(self, frames: int, now: float) -> list[Finding]:
        self._phrase = list(self._recent)[-frames:] if frames else []
        self._ids += 1
        self._glimpsed = False
        return [Started(self._ids, now)]

    def _speak(self, phrase: list[_Frame]) -> list[Finding]:
        """Somebody speaks: is it over, too long, or a short word that may already be looked at?"""
        if len(phrase) * FRAME_S >= self._options.phrase_limit_s:
            return self._finish(trim=False, cut=True)
        quiet_s = self._quiet_frames(phrase) * FRAME_S
        if self._held:
            return []
        if quiet_s >= self._options.pause_s:
            return self._finish(trim=True)
        if quiet_s < GLIMPSE_PAUSE_S:
            self._glimpsed = False
        elif not self._glimpsed and len(phrase) * FRAME_S <= GLIMPSE_LIMIT_S + PRE_ROLL_S:
            self._glimpsed = True
            return [self._segment(phrase, final=False, cut=False)]
        return []

    def _quiet_frames(self, phrase: list[_Frame]) -> int:
        return next((index for index, frame in enumerate(reversed(phrase)) if frame.kept), len(phrase))

    def _finish(self, *, trim: bool, cut: bool = False) -> list[Finding]:
        phrase, self._phrase = self._phrase or [], None
        if trim:
            surplus = self._quiet_frames(phrase) - round(POST_ROLL_S / FRAME_S)
            phrase = phrase[: len(phrase) - max(0, surplus)]
        self._held = False
        self._recent.clear()
        self._waiting_since = phrase[-1].end_s
        self._timed_out = False
        return [self._segment(phrase, final=True, cut=cut)]

    def _segment(self, phrase: list[_Frame], *, final: bool, cut: bool) -> Segment:
        samples = np.concatenate([frame.samples for frame in phrase])
        voiced_s = sum(frame.voiced for frame in phrase) * FRAME_S
        start_s = phrase[0].end_s - FRAME_S
        return Segment(self._ids, Audio(samples, RATE_HZ), start_s, phrase[-1].end_s, voiced_s, final, cut)
