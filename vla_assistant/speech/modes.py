"""When the program listens: always, while the talk key is held, or after a wake word. Pure: time comes as an argument.

    MUTED      nothing is looked at
    OWN_VOICE  our own voice sounds, or its echo: only a stop counts
    ASLEEP     nobody holds the key, or nobody said the wake word: only a stop counts, and the wake word
    LISTENING  what is said is a command
    HEARING    somebody says one, or the talk key is held

A phrase keeps what it was begun for: what is said to a sleeping program does not become a command because it wakes up
meanwhile, and a command that was begun in time is heard to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vla_assistant.config import ListeningSection
from vla_assistant.speech.hearing import OwnVoice
from vla_assistant.speech.room import ECHO_PERCENTILE, ROOM_PERCENTILE
from vla_assistant.speech.segmenter import Segmenter
from vla_assistant.speech.segments import Finding, Segment, Started, TimedOut
from vla_assistant.types import Audio, ListeningState

HANDS_FREE, PUSH_TO_TALK, WAKE_WORD = "hands-free", "push-to-talk", "wake-word"
MODES = (HANDS_FREE, PUSH_TO_TALK, WAKE_WORD)


class Use(StrEnum):
    """What a segment may be used for: as a command, for a stop only, or for a stop and the wake word."""

    COMMAND = "command"
    STOP = "stop"
    WAKE = "wake"


@dataclass(frozen=True, eq=False)
class Taken:
    """A segment and what it may be used for."""

    segment: Segment
    use: Use


Outcome = Started | Taken | TimedOut


class Modes:
    """What each block of sound, key and wake word does.

    Args:
        options: The section `listening`.
        detector: Name of the voice detector; options.detector, or another one where that is not installed.
    """

    def __init__(self, options: ListeningSection, detector: str = "") -> None:
        self._options = options
        detector = detector or options.detector
        self._room = Segmenter(options, ROOM_PERCENTILE, detector)
        own = options.model_copy(update={"calibration_s": 0.0, "timeout_s": 0.0, "partial_s": 0.0})
        self._over_own_voice = Segmenter(own, ECHO_PERCENTILE)
        self._own_voice = OwnVoice()
        self._mode: str = options.mode
        self._muted = self._held = self._spent = False
        self._awake_until_s = float("-inf")
        self._time_s = 0.0
        self._use = Use.STOP

    @property
    def mode(self) -> str:
        """One of MODES."""
        return self._mode

    @property
    def noise_dbfs(self) -> float:
        """The noise floor of the room in the speech band."""
        return self._room.noise_dbfs

    @property
    def calibrated(self) -> bool:
        """The room has been measured."""
        return self._room.calibrated

    @property
    def state(self) -> ListeningState:
        """What it does with sound now."""
        if self._muted:
            return ListeningState.MUTED
        if self._own_voice.now:
            return ListeningState.OWN_VOICE
        if self._room.speaking and self._use is Use.COMMAND:
            return ListeningState.HEARING
        return ListeningState.LISTENING if self._awake else ListeningState.ASLEEP

    def hear(self, block: Audio, time_s: float, *, own_voice: bool = False) -> list[Outcome]:
        """What a block of sound completes.

        Args:
            block: The next 16 kHz mono sound of the stream.
            time_s: Time at the end of the block, on the clock of the stream.
            own_voice: Sound of ours is being played.
        """
        if self._muted:
            return []
        was_awake = self._awake
        self._time_s = time_s
        if self._own_voice.changed(time_s, speaking=own_voice, held=self._held):
            self._forget_sound()
        if not self._own_voice.now:
            return self._outcomes(self._room.feed(block, time_s))
        if was_awake:
            self._stay_awake(time_s)
        found = self._over_own_voice.feed(block, time_s)
        return [Taken(one, Use.STOP) for one in found if isinstance(one, Segment)]

    def press(self) -> list[Outcome]:
        """The talk key goes down: what is said until it comes up is one utterance, whatever the mode."""
        if self._held or self._muted:
            return []
        if self._own_voice.now:
            self._own_voice.forget()
            self._forget_sound()
        before = self._outcomes(self._room.calibrate())
        self._held, self._spent = True, False
        anew = self._room.speaking and self._use is not Use.COMMAND
        return before + self._outcomes(self._room.hold(self._time_s, anew=anew))

    def release(self) -> list[Outcome]:
        """The talk key comes up."""
        found = self._outcomes(self._room.release())
        self._held = False
        return found

    def wake(self, glimpse: Segment) -> list[Outcome]:
        """The wake word was in that segment; what was begun after it is a command already."""
        if self._muted or self._mode != WAKE_WORD:
            return []
        self._stay_awake(max(self._time_s, glimpse.end_s))
        if not self._room.speaking or self._use is not Use.WAKE or self._room.phrase_id == glimpse.id:
            return []
        self._use = Use.COMMAND
        return [Started(self._room.phrase_id, self._time_s)]

    def advise(self, glimpse: Segment, pause_s: float) -> list[Outcome]:
        """See `Segmenter.advise`."""
        return [] if self._muted or self._own_voice.now else self._outcomes(self._room.advise(glimpse, pause_s))

    def mute(self, muted: bool) -> None:
        """Throw away all sound from now on, or no longer; what was being said is forgotten."""
        self._muted = muted
        self._forget_all()

    def choose(self, mode: str) -> None:
        """Another of MODES; what was being said is forgotten."""
        if mode != self._mode:
            self._mode = mode
            self._forget_all()

    def begin(self) -> None:
        """The stream begins anew."""
        self._time_s = 0.0
        self._own_voice.forget()
        self._forget_all()

    def end(self) -> list[Outcome]:
        """The stream is over: what was being said is an utterance."""
        return [] if self._muted else self._outcomes(self._room.flush())

    @property
    def _awake(self) -> bool:
        held = self._held and not self._spent
        return self._mode == HANDS_FREE or held or self._time_s < self._awake_until_s

    def _stay_awake(self, time_s: float) -> None:
        self._awake_until_s = time_s + self._options.wake_s if self._mode == WAKE_WORD else float("-inf")

    def _forget_all(self) -> None:
        """Sound, key and wake word: a key that is still down has to be pressed again."""
        self._held, self._awake_until_s = False, float("-inf")
        self._forget_sound()

    def _forget_sound(self) -> None:
        self._room.reset()
        self._over_own_voice.reset()

    def _outcomes(self, found: list[Finding]) -> list[Outcome]:
        return [outcome for finding in found for outcome in self._outcome(finding)]

    def _outcome(self, finding: Finding) -> list[Outcome]:
        if isinstance(finding, TimedOut):
            return [finding] if self._mode == HANDS_FREE else []
        if isinstance(finding, Started):
            self._use = self._begun_for()
            return [finding] if self._use is Use.COMMAND else []
        if finding.final and self._use is Use.COMMAND:
            self._spent = True
            self._stay_awake(finding.end_s)
        return [Taken(finding, self._use)]

    def _begun_for(self) -> Use:
        if self._awake:
            return Use.COMMAND
        return Use.WAKE if self._mode == WAKE_WORD else Use.STOP
