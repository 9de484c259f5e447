"""The ears: microphone -> modes (with the segmenter) -> recognizer -> events, each on its own thread.

What counts when (half duplex, mute, talk key, wake word) is decided in `modes`; this is the shell of threads around it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, NothingHeard, PartState, SpeechStarted, Warned
from vla_assistant.speech import detectors
from vla_assistant.speech.bulletins import Bulletins
from vla_assistant.speech.decoding import Decoding, Job
from vla_assistant.speech.echo import is_ours
from vla_assistant.speech.hearing import StreamClock, Voice
from vla_assistant.speech.microphones.base import Microphone
from vla_assistant.speech.modes import Modes, Outcome, Taken, Use
from vla_assistant.speech.partials import Recognizer
from vla_assistant.speech.segments import Segment, Started, TimedOut
from vla_assistant.speech.stop_words.spotter import StopSpotter
from vla_assistant.speech.worker import Worker
from vla_assistant.types import Audio, SeenThing, Utterance


class Listener:
    """Listens from `start` to `stop`, any number of times, until `close`.

    Args:
        options: The section `listening` of the configuration.
        microphone: Where sound comes from.
        recognizer: Makes words of utterances.
        emit: Takes SpeechStarted, PartialHeard, Heard, NothingHeard, ListeningChanged, Warned, PartChanged, on worker
            threads.
        now: Monotonic clock.
        speaker: Our own voice, for half duplex and for the talk key, which silences it.
        spotter: A fast recognizer of short words; None takes `recognizer`.
        stop_spotter: Hears stop words in the raw stream, whatever else is said or done; None leaves them to the others.
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
        stop_spotter: StopSpotter | None = None,
        on_stop: Callable[[Utterance], None] = lambda utterance: None,
    ) -> None:
        self._options = options
        self._microphone = microphone
        self._emit = emit
        self._now = now
        self._speaker = speaker
        self._stop_spotter = stop_spotter
        detector, trouble = detectors.usable(options.detector)
        self._modes = Modes(options, detector)
        self._tells = Bulletins(self._modes, options.wake_words, emit, now)
        self._stream = StreamClock()
        self._muted = False
        self._held = False
        self._listening = False
        self._lock = threading.Lock()
        self._decoding = Decoding(recognizer, spotter, emit, on_stop, options, self._advise, self._woken, now)
        if trouble:
            self._emit(Warned(self._now(), trouble))
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
        return self._modes.noise_dbfs

    @property
    def mode(self) -> str:
        """One of `modes.MODES`."""
        return self._modes.mode

    def start(self) -> None:
        """Begin to listen; returns at once, the microphone tells by PartChanged when it is ready."""
        with self._lock:
            if self._listening:
                return
            self._listening = True
            self._ears.put(self._forget, wait=True)
            self._tells.report(PartState.LOADING, "Opening the microphone.")
            self._microphone.start(self._hear, self._report)

    def stop(self) -> None:
        """End listening; what was not yet an utterance is forgotten."""
        with self._lock:
            was, self._listening = self._listening, False
            self._microphone.stop()
            if was:
                self._tells.report(PartState.OFF, "Not listening.")

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
        self._ears.put(lambda: self._modes.mute(muted), wait=True)

    def choose(self, mode: str) -> None:
        """Listen in another one of `modes.MODES` from now on."""
        self._ears.put(lambda: self._modes.choose(mode), wait=True)

    def push_to_talk(self, held: bool) -> None:
        """The talk key goes down or up: what is said in between is one utterance, and our own voice is silenced."""
        if held == self._held:
            return
        self._held = held
        if held and self._speaker is not None:
            self._speaker.silence()
        self._ears.put(lambda: self._publish(self._modes.press() if held else self._modes.release()), wait=True)

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
        self._tells.report(state, detail)

    def _advise(self, glimpse: Segment, pause_s: float) -> None:
        """A recognizer has looked at a glimpse, on its own thread."""
        self._ears.put(lambda: self._publish(self._modes.advise(glimpse, pause_s)), wait=True)

    def _woken(self, segment: Segment) -> None:
        """The wake word was heard, on a recognizer's thread."""
        self._ears.put(lambda: self._publish(self._modes.wake(segment)), wait=True)

    def _take(self, item: Audio | Callable[[], None]) -> None:
        """On the ears' thread: a block of sound, or something to do between two blocks."""
        if isinstance(item, Audio):
            self._look_at(item)
        else:
            item()
        if self._listening:
            self._tells.state()

    def _look_at(self, block: Audio) -> None:
        if self._muted:
            return
        if self._microphone.live:
            self._tells.look(block)
        time_s = self._stream.advance(block, self._now(), self._microphone.live)
        self._spot_stop(block, time_s)
        speaking = self._speaker is not None and self._speaker.speaking
        self._publish(self._modes.hear(block, time_s, own_voice=speaking))

    def _spot_stop(self, block: Audio, time_s: float) -> None:
        """Always: also while our own voice speaks, asleep, and while nobody holds the talk key."""
        if self._stop_spotter is not None:
            for hit in self._stop_spotter.feed(block, time_s):
                self._decoding.stop(hit.utterance)

    def _publish(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Started):
                self._emit(SpeechStarted(self._now()))
            elif isinstance(outcome, Taken) and not self._is_own_voice(outcome):
                self._decoding.put(Job(outcome.segment, outcome.use))
            elif isinstance(outcome, TimedOut):
                self._time_out(outcome)

    def _is_own_voice(self, taken: Taken) -> bool:
        """Our own "stopped" in the microphone is no stop."""
        return taken.use is Use.STOP and self._speaker is not None and is_ours(taken.segment, self._speaker.recent)

    def _forget(self) -> None:
        self._modes.begin()
        if self._stop_spotter is not None:
            self._stop_spotter.reset()
        self._stream = StreamClock()
        self._tells.begin()

    def _time_out(self, finding: TimedOut) -> None:
        self._emit(NothingHeard(self._now(), f"Nobody spoke for {finding.waited_s:.0f} s, so I stopped listening."))
        threading.Thread(target=self.stop, name="listener-time-out", daemon=True).start()

    def _end(self, detail: str) -> None:
        """The microphone ended by itself: a file is over."""
        self._publish(self._modes.end())
        self._listening = False
        self._tells.report(PartState.OFF, detail)

    def _bug(self, error: Exception) -> None:
        self._emit(Warned(self._now(), f"Listening failed ({type(error).__name__}); the log says more."))
