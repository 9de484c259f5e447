"""From segment to words: short ones go to the stop spotter first, whose "stop" acts before anybody hears of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vla_assistant.config import ListeningSection
from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, Heard, NothingHeard, Part, PartChanged, PartState, Warned
from vla_assistant.speech.modes import Use
from vla_assistant.speech.on_table import on_table
from vla_assistant.speech.partials import Advise, Partials, Recognizer
from vla_assistant.speech.segments import Segment
from vla_assistant.speech.stops import Stops
from vla_assistant.speech.waking import Waking
from vla_assistant.speech.worker import Worker
from vla_assistant.types import Intent, SeenThing, Utterance

SHORTEST_VOICE_S = 0.06
"""Less voice than this in a whole segment is none."""
SHORTEST_COMMAND_S = 0.1
"""Less voice than this after a wake word is its own end."""
NOT_FOR_US = 0.7
"""Below this share of the confidence that is needed it was no command but talk in the room, and nobody is bothered."""
_CLOSED_LIMIT_S = 2.1
"""Closed words last no longer, with what is kept before and after them."""


@dataclass(frozen=True, eq=False)
class Job:
    """A segment to decode, and what for."""

    segment: Segment
    use: Use

    @property
    def answered(self) -> bool:
        """Whoever said it is told when it was not understood."""
        return self.segment.final and self.use is Use.COMMAND


class Decoding:
    """Two workers, one when recognizer and spotter are the same object: a recognizer is not thread-safe.

    Args:
        recognizer: Decodes whole sentences; may take seconds.
        spotter: Decodes short segments in about 0.1 s, against the grammar of all commands, so that another word is
            not taken for a stop; None takes the recognizer for both.
        emit: Takes the events.
        on_stop: Called on the worker's thread the moment a stop is recognised, before the event.
        options: Utterances below `min_confidence` are not acted on; a stop is, unless nobody is asked to speak. And the
            pauses and wake words.
        advise: See `Partials`.
        woken: See `Waking`.
        now: Monotonic clock.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        spotter: Recognizer | None,
        emit: Callable[[Event], None],
        on_stop: Callable[[Utterance], None],
        options: ListeningSection,
        advise: Advise = lambda glimpse, pause_s: None,
        woken: Callable[[Segment], None] = lambda segment: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recognizer = recognizer
        self._spotter = spotter or recognizer
        self._emit = emit
        self._on_stop = on_stop
        self._min_confidence = options.min_confidence
        self._now = now
        self._partials = Partials(options, emit, advise, now)
        self._waking = Waking(options.wake_words, getattr(self._spotter, "wake", None), woken)
        self._stopped_id = 0
        self._stops = Stops()
        self._trouble = ""
        self._grammar: str | None = None
        self._choices: tuple[str, ...] = ()
        self._also: frozenset[str] = frozenset()
        self._seen: tuple[SeenThing, ...] = ()
        self._sentences = Worker("recognizer", self._decode_sentence, 4, self._bug)
        self._words = self._sentences
        if self._spotter is not recognizer:
            self._words = Worker("stop-spotter", self._decode_word, 8, self._bug)

    def expect(self, choices: Sequence[str]) -> None:
        """Listen for an answer that names one of these; for all commands when there is none."""
        self._choices = tuple(choices)
        self._choose_grammar()

    def listen_for(self, also: frozenset[str], seen: Sequence[SeenThing] = ()) -> None:
        """Expect commands beyond the usual too (`language.further`), and these things to be named."""
        self._also, self._seen = also, tuple(seen)
        self._choose_grammar()

    def _choose_grammar(self) -> None:
        from vla_assistant.language import jsgf

        self._grammar = jsgf(choices=self._choices, also=self._also) if self._choices else None

    def put(self, job: Job) -> None:
        """Hand in a segment; never waits."""
        segment = job.segment
        if segment.voiced_s < SHORTEST_VOICE_S:
            if job.answered:
                self._emit(NothingHeard(self._now(), "I heard no voice in that."))
            return
        short = segment.audio.seconds <= _CLOSED_LIMIT_S
        if job.use is not Use.COMMAND and (segment.running or (job.use is Use.STOP and not short)):
            return
        first = short or not segment.final or job.use is Use.WAKE
        worker = self._words if first else self._sentences
        room = worker.idle if segment.running else short or not worker.backlog
        if segment.final or room:
            self._report_dropped(worker.put(job))

    def stop(self, utterance: Utterance) -> None:
        """The stop spotter of the raw stream has heard a stop word: act first, tell afterwards, decode it no more."""
        self._on_stop(utterance)
        if self._stops.add(utterance.start_s, utterance.end_s):
            self._emit(Heard(self._now(), utterance))

    @property
    def idle(self) -> bool:
        """Everything handed in is decoded."""
        return self._words.idle and self._sentences.idle

    def close(self) -> None:
        """End the workers; a decode that takes longer than a second is left behind."""
        self._words.close()
        self._sentences.close()

    def _decode_word(self, job: Job) -> None:
        """On the spotter's thread: a closed word ends here, everything else goes on to the recognizer."""
        found = self._woken(job) if job.use is Use.WAKE else job
        if found is not None and not self._settle_word(found) and found.answered:
            self._report_dropped(self._sentences.put(found))

    def _decode_sentence(self, job: Job) -> None:
        if self._spotter is self._recognizer and job.use is Use.WAKE:
            found = self._woken(job)
            if found is None:
                return
            job = found
        if self._spotter is self._recognizer and not job.answered:
            self._settle_word(job)
            return
        if not self._is_stopped(job.segment):
            utterance = self._transcribe(self._recognizer, job)
            if utterance is not None and not self._settle_stop(job, utterance):
                self._publish(utterance)

    def _woken(self, job: Job) -> Job | None:
        """The command after the wake word; None when there is neither. Without a wake word only a stop counts."""
        try:
            command = self._waking.command(job.segment)
        except AssistantError as error:
            self._emit(Warned(self._now(), f"No wake word is listened for: {error}"))
            command = None
        if command is None:
            short = job.segment.audio.seconds <= _CLOSED_LIMIT_S
            return Job(job.segment, Use.STOP) if short else None
        return Job(command, Use.COMMAND) if command.voiced_s >= SHORTEST_COMMAND_S else None

    def _settle_word(self, job: Job) -> bool:
        """Decode with the spotter; True when the segment needs no other decode."""
        from vla_assistant.language import closed_intent

        if self._is_stopped(job.segment):
            return True
        utterance = self._transcribe(self._spotter, job)
        if utterance is None:
            return False
        if self._settle_stop(job, utterance):
            return True
        sure = utterance.confidence >= self._min_confidence
        closed = job.answered and closed_intent(utterance.text) is not None
        if closed and sure:
            self._publish(utterance)
        return closed and sure

    def _settle_stop(self, job: Job, utterance: Utterance) -> bool:
        """If it is a stop, act on it first and tell afterwards."""
        from vla_assistant.language import closed_intent

        sure = job.use is Use.COMMAND or utterance.confidence >= self._min_confidence
        if not sure or closed_intent(utterance.text) is not Intent.STOP:
            return False
        self._stopped_id = job.segment.id
        self._on_stop(utterance)
        if self._stops.add(utterance.start_s, utterance.end_s):
            self._emit(Heard(self._now(), utterance))
        return True

    def _is_stopped(self, segment: Segment) -> bool:
        """A stop was heard in it already."""
        return segment.id == self._stopped_id or self._stops.within(segment.start_s, segment.end_s)

    def _transcribe(self, recognizer: Recognizer, job: Job) -> Utterance | None:
        segment, shown = job.segment, job.use is Use.COMMAND
        try:
            utterance = self._partials.transcribe(recognizer, segment, self._grammar, shown=shown)
        except AssistantError as error:
            self._tell(str(error))
            return None
        self._tell("")
        return replace(on_table(utterance, self._seen), start_s=segment.start_s, end_s=segment.end_s)

    def _tell(self, trouble: str) -> None:
        """Tell a trouble of a recognizer once, and that it is over."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        state = PartState.WARNING if trouble else PartState.READY
        self._emit(PartChanged(self._now(), Part.RECOGNIZER, state, trouble or "The recognizer works again."))

    def _publish(self, utterance: Utterance) -> None:
        if not utterance.text:
            self._emit(NothingHeard(self._now(), "I heard nothing usable."))
        elif utterance.confidence < NOT_FOR_US * self._min_confidence:
            self._emit(NothingHeard(self._now(), ""))
        elif utterance.confidence < self._min_confidence:
            reason = f"I am not sure I heard {utterance.text!r}; please say it again."
            self._emit(NothingHeard(self._now(), reason, utterance.text))
        else:
            self._emit(Heard(self._now(), utterance))

    def _report_dropped(self, dropped: Job | None) -> None:
        if dropped is not None and dropped.answered:
            self._emit(NothingHeard(self._now(), "That was too much at once; please say it again."))

    def _bug(self, error: Exception) -> None:
        self._emit(Warned(self._now(), f"The recognizer failed ({type(error).__name__}); the log says more."))
