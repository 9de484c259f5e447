"""The ears: microphone -> segmenter -> recognizer -> events, each on its own thread.

Half duplex: while our own voice speaks, and for the echo after it, only stop words count. Muted, nothing is looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, NothingHeard, Part, PartChanged, PartState, SpeechStarted, Warned
from vla_assistant.speech.decoding import Decoding, Job, Recognizer
from vla_assistant.speech.hearing import DeadMicrophone, OwnVoice, StreamClock, Voice
from vla_assistant.speech.microphones.base import Microphone
from vla_assistant.speech.segmenter import ECHO_PERCENTILE, Finding, Segment, Segmenter, Started, TimedOut
from vla_assistant.speech.worker import Worker
from vla_assistant.types import Audio, SeenThing, Utterance

LOUD_ROOM_DBFS = -38.0


class Listener:
    """Listens from `start` to `stop`, any number of times, until `close`.

    Args:
        options: The section `listening` of the configuration.
        microphone: Where sound comes from.
        recognizer: Makes words of utterances.
        emit: Takes SpeechStarted, Heard, NothingHeard, Warned, PartChanged, on worker threads.
        now: Monotonic clock.
        speaker: Our own voice, for half duplex and for the talk key, which silences it.
        spotter: A fast recognizer of short words; None takes `recognizer`.
        on_stop: Called the moment a stop is recognised, on a worker's thread, before `Heard` is emitted.
    """

    def __init__(
        self,
        options: ListeningSection,
        microphone: Microphone,
        recognizer: Recognizer,
        emit: Callable[[Event], None],
        now: Callable[[], float] = time.monotonic,
        *,
        speaker: Voice | None = None,
        spotter: Recognizer | None = None,
        on_stop: Callable[[Utterance], None] = lambda utterance: None,
    ) -> None:
        self._options = options
        self._microphone = microphone
        self._emit = emit
        self._now = now
        self._speaker = speaker
        self._segmenter = Segmenter(options)
        self._own_segmenter = Segmenter(options.model_copy(update={"calibration_s": 0.0}), ECHO_PERCENTILE)
        self._stream = StreamClock()
        self._deaf = OwnVoice(speaker)
        self._dead = DeadMicrophone()
        self._muted = False
        self._held = False
        self._listening = False
        self._lock = threading.Lock()
        self._decoding = Decoding(recognizer, spotter, emit, on_stop, options.min_confidence, now)
        self._ears: Worker[Audio | Callable[[], None]] = Worker("ears", self._take, 250, self._bug)

    @property
    def listening(self) -> bool:
        """Started, not stopped, not timed out, the file not over."""
        return self._listening

    @property
    def settled(self) -> bool:
        """Everything that came from the microphone so far has been looked at and decoded."""
        return self._ears.idle and self._decoding.idle

    @property
    def muted(self) -> bool:
        """Nothing is looked at."""
        return self._muted

    @property
    def level(self) -> float:
        """Loudness now for a meter, 0 to 1; 0 when muted or not listening."""
        return 0.0 if self._muted or not self._listening else self._microphone.level

    @property
    def noise_dbfs(self) -> float:
        """The room's noise floor in the speech band."""
        return self._segmenter.noise_dbfs

    def start(self) -> None:
        """Begin to listen; returns at once, the microphone tells by PartChanged when it is ready."""
        with self._lock:
            if self._listening:
                return
            self._listening = True
            self._ears.put(self._forget, wait=True)
            self._emit(PartChanged(self._now(), Part.MICROPHONE, PartState.LOADING, "Opening the microphone."))
            self._microphone.start(self._hear, self._report)

    def stop(self) -> None:
        """End listening; what was not yet an utterance is forgotten."""
        with self._lock:
            was, self._listening = self._listening, False
            self._microphone.stop()
            if was:
                self._emit(PartChanged(self._now(), Part.MICROPHONE, PartState.OFF, "Not listening."))

    def close(self) -> None:
        """Free microphone and threads; bounded, also while a recognizer works."""
        self.stop()
        self._ears.close()
        self._decoding.close()

    def use(self, microphone: Microphone) -> None:
        """Listen with another microphone from now on."""
        was = self._listening
        self.stop()
        self._microphone = microphone
        if was:
            self.start()

    def expect(self, choices: Sequence[str]) -> None:
        """Listen for an answer that names one of these; for all commands when there is none."""
        self._decoding.expect(choices)

    def listen_for(self, also: frozenset[str], seen: Sequence[SeenThing] = ()) -> None:
        """Expect commands beyond the usual too (`language.further`), and these things to be named."""
        self._decoding.listen_for(also, seen)

    def mute(self, muted: bool) -> None:
        """Muted, the sound is thrown away before anything looks at it; not even a stop is heard then."""
        self._muted = muted
        self._ears.put(self._forget, wait=True)

    def push_to_talk(self, held: bool) -> None:
        """The talk key goes down or up: what is said in between is one utterance, and our own voice is silenced."""
        if held == self._held:
            return
        self._held = held
        if held and self._speaker is not None:
            self._speaker.silence()
        self._ears.put(self._press if held else self._let_go, wait=True)

    def _hear(self, block: Audio) -> None:
        """The microphone's sink: a device must not wait, a file has time."""
        if not self._listening:
            return
        dropped = self._ears.put(block, wait=not self._microphone.live)
        if dropped is not None and self._microphone.live and self._listening:
            self._emit(Warned(self._now(), "This computer is too slow to listen without gaps."))

    def _report(self, state: PartState, detail: str) -> None:
        if state is PartState.OFF:
            self._ears.put(lambda: self._end(detail), wait=True)
            return
        self._emit(PartChanged(self._now(), Part.MICROPHONE, state, detail))

    def _take(self, item: Audio | Callable[[], None]) -> None:
        """On the ears' thread: a block of sound, or something to do between two blocks."""
        if isinstance(item, Audio):
            self._look_at(item)
        else:
            item()

    def _look_at(self, block: Audio) -> None:
        if self._muted:
            return
        self._check_dead(block)
        time_s = self._stream.advance(block, self._now(), self._microphone.live)
        if self._deaf.changed(time_s, held=self._held):
            self._segmenter.reset()
            self._own_segmenter.reset()
        if self._deaf.now:
            self._listen_for_stop(block, time_s)
            return
        calibrated = self._segmenter.calibrated
        self._publish(self._segmenter.feed(block, time_s))
        if not calibrated and self._segmenter.calibrated:
            self._report_calibration()
        if self._options.mode == "push-to-talk" and not self._held and self._segmenter.speaking:
            self._segmenter.reset()

    def _publish(self, found: list[Finding]) -> None:
        if self._options.mode == "push-to-talk" and not self._held:
            return
        for finding in found:
            if isinstance(finding, Started):
                self._emit(SpeechStarted(self._now()))
            elif isinstance(finding, Segment):
                self._decoding.put(Job(finding, own_voice=False))
            elif isinstance(finding, TimedOut):
                self._time_out(finding)

    def _listen_for_stop(self, block: Audio, time_s: float) -> None:
        """Our own voice is the noise here: only what is louder than it is a segment."""
        for finding in self._own_segmenter.feed(block, time_s):
            if isinstance(finding, Segment):
                self._decoding.put(Job(finding, own_voice=True))

    def _press(self) -> None:
        if not self._muted and self._listening:
            self._publish(self._segmenter.hold(self._stream.time_s))

    def _let_go(self) -> None:
        for finding in self._segmenter.release():
            if isinstance(finding, Segment):
                self._decoding.put(Job(finding, own_voice=False))

    def _forget(self) -> None:
        self._segmenter.reset()
        self._stream = StreamClock()

    def _time_out(self, finding: TimedOut) -> None:
        self._emit(NothingHeard(self._now(), f"Nobody spoke for {finding.waited_s:.0f} s, so I stopped listening."))
        threading.Thread(target=self.stop, name="listener-time-out", daemon=True).start()

    def _end(self, detail: str) -> None:
        """The microphone ended by itself: a file is over."""
        self._publish(self._segmenter.flush())
        self._listening = False
        self._emit(PartChanged(self._now(), Part.MICROPHONE, PartState.OFF, detail))

    def _report_calibration(self) -> None:
        noise = self._segmenter.noise_dbfs
        loud = noise > LOUD_ROOM_DBFS
        detail = f"Room noise {noise:.0f} dBFS" + ("; that is loud, speak close to the microphone." if loud else ".")
        state = PartState.WARNING if loud else PartState.READY
        self._emit(PartChanged(self._now(), Part.MICROPHONE, state, detail))

    def _check_dead(self, block: Audio) -> None:
        if self._microphone.live and self._dead.changed(block):
            state = PartState.WARNING if self._dead.now else PartState.READY
            detail = (
                "The microphone sends only zeros. Is it muted, or does the system forbid its use?"
                if self._dead.now
                else "The microphone sends sound."
            )
            self._emit(PartChanged(self._now(), Part.MICROPHONE, state, detail))

    def _bug(self, error: Exception) -> None:
        self._emit(Warned(self._now(), f"Listening failed ({type(error).__name__}); the log says more."))
