"""The listener: what is heard, what is not, and that a stop never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.speech.voices import noise, say, scene
from tests.virtual_sound import wait_for
from vla_assistant.config import ListeningSection
from vla_assistant.errors import BackendError
from vla_assistant.events import (
    Event,
    Heard,
    ListeningChanged,
    NothingHeard,
    Part,
    PartChanged,
    PartialHeard,
    PartState,
    SpeechStarted,
    Warned,
)
from vla_assistant.speech import audio
from vla_assistant.speech.detectors import silero
from vla_assistant.speech.listener import Listener
from vla_assistant.speech.microphones.wav import Config, WavMicrophone
from vla_assistant.speech.recognizers.partial import Partial, judged
from vla_assistant.speech.recognizers.wake import NOTHING, Wake
from vla_assistant.speech.speakers.base import Spoken
from vla_assistant.types import Audio, ListeningState, Utterance

SENTENCE = "pick up the red cup"


class Scripted:
    """A recognizer that answers what it was told, after a while."""

    def __init__(self, answer: str | Exception, confidence: float = 0.9, seconds: float = 0.0) -> None:
        self.answer, self.confidence, self.seconds = answer, confidence, seconds
        self.heard: list[Audio] = []
        self.grammars: list[str | None] = []
        self.release = threading.Event()

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        self.heard.append(audio)
        self.grammars.append(grammar)
        self.release.wait(self.seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Utterance(self.answer, self.confidence, "scripted")


class Glimpsing(Scripted):
    """One that can be asked what was said so far, and for a wake word in the first part of the sound."""

    def __init__(self, answer: str, wake_s: float = -1.0) -> None:
        super().__init__(answer)
        self.wake_s = wake_s
        self.glimpsed: list[Audio] = []

    def partial(self, audio: Audio, grammar: str | None = None) -> Partial:
        self.glimpsed.append(audio)
        return judged(str(self.answer), Utterance(str(self.answer), 0.9, "scripted"))

    def wake(self, audio: Audio, phrases: Sequence[str]) -> Wake:
        return Wake(phrases[0], 0.9, self.wake_s) if self.wake_s >= 0 else NOTHING


class Talking:
    """A voice that speaks or not."""

    def __init__(self, speaking: bool) -> None:
        self.speaking = speaking
        self.silenced = 0
        self.recent: tuple[Spoken, ...] = ()

    def silence(self) -> None:
        self.silenced += 1
        self.speaking = False


class Ears:
    """A listener on a file, with everything it said."""

    def __init__(
        self, file: Path, recognizer: Scripted, options: ListeningSection | None = None, **parts: object
    ) -> None:
        self.events: list[Event] = []
        self.stops: list[Utterance] = []
        microphone = WavMicrophone(Config(file=str(file), realtime=bool(parts.pop("realtime", False))))
        self.listener = Listener(
            options or ListeningSection(), microphone, recognizer, self.events.append, on_stop=self._stop, **parts
        )  # type: ignore[arg-type]

    def _stop(self, utterance: Utterance) -> None:
        assert self.stops or not self.of(Heard)  # the arm hears of a stop before anyone else does
        self.stops.append(utterance)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def texts(self) -> list[str]:
        return [event.utterance.text for event in self.events if isinstance(event, Heard)]

    @property
    def states(self) -> list[ListeningState]:
        return [event.state for event in self.events if isinstance(event, ListeningChanged)]

    @property
    def reasons(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, NothingHeard)]

    def until(self, condition: Callable[[], object], what: str) -> None:
        wait_for(lambda: bool(condition()), 60, what)

    def until_over(self) -> None:
        """Until the file is over and every segment of it decoded."""
        self.listener.start()
        self.until(lambda: not self.listener.listening and self.listener.settled, "the end of the file")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Ears]]:
    """Makes ears that hear a sound; closes them."""
    made: list[Ears] = []
    before = set(threading.enumerate())

    def make(sound: Audio, recognizer: Scripted, options: ListeningSection | None = None, **parts: object) -> Ears:
        audio.write(tmp_path / f"{len(made)}.wav", sound)
        made.append(Ears(tmp_path / f"{len(made)}.wav", recognizer, options, **parts))
        return made[-1]

    yield make
    for ears in made:
        ears.listener.close()
    wait_for(lambda: set(threading.enumerate()) <= before, 60, "the threads to end")


def spoken(text: str, voice: str = "espeak-ng:en-us") -> Audio:
    clip = say(text, voice)
    return scene([(1.3, clip)], clip.seconds + 1.6, noise(clip.seconds + 1.6, "pink", -60, seed=1))


def test_a_sentence_becomes_words(make: Callable[..., Ears]) -> None:
    ears = make(spoken(SENTENCE), Scripted(SENTENCE))
    ears.until_over()
    assert ears.texts == [SENTENCE]
    assert len(ears.of(SpeechStarted)) == 1
    assert ears.stops == []
    (heard,) = ears.of(Heard)
    assert isinstance(heard, Heard)
    assert heard.utterance.end_s - heard.utterance.start_s == pytest.approx(
        say(SENTENCE, "espeak-ng:en-us").seconds, abs=0.6
    )
    states = [event.state for event in ears.events if isinstance(event, PartChanged)]
    assert states == [PartState.LOADING, PartState.READY, PartState.READY, PartState.OFF]


def test_what_a_question_offers_is_listened_for(make: Callable[..., Ears]) -> None:
    recognizer = Scripted(SENTENCE)
    ears = make(spoken(SENTENCE), recognizer)
    ears.listener.expect(("the red cup", "the blue cup"))
    ears.until_over()
    assert recognizer.grammars
    assert all(grammar is not None and "[<the>] blue [(cup | one)]" in grammar for grammar in recognizer.grammars)
    ears.listener.expect(())
    ears.until_over()
    assert recognizer.grammars[-1] is None


def test_silence_and_noise_wake_nobody(make: Callable[..., Ears]) -> None:
    for sound in (np.zeros(32_000, np.float32), noise(5, "white", -35, seed=2)):
        recognizer = Scripted("thank you for watching")
        ears = make(Audio(sound, audio.RATE_HZ), recognizer)
        ears.until_over()
        assert recognizer.heard == []
        assert ears.texts == []


def test_a_stop_acts_first_and_once(make: Callable[..., Ears]) -> None:
    ears = make(spoken("stop"), Scripted("stop"))
    ears.until_over()
    assert [stop.text for stop in ears.stops] == ["stop"]
    assert ears.texts == ["stop"]


def test_a_stop_acts_before_the_pause_that_ends_the_utterance(make: Callable[..., Ears]) -> None:
    ears = make(spoken("stop"), Scripted("stop"), ListeningSection(pause_s=2.0))
    ears.listener.start()
    ears.until(lambda: ears.stops, "the stop")
    assert set(ears.texts) <= {"stop"}
    stop_s = 1.3 + say("stop", "espeak-ng:en-us").seconds
    assert ears.stops[0].end_s - ears.stops[0].start_s < stop_s


def test_a_stop_does_not_wait_for_a_slow_recognizer(make: Callable[..., Ears]) -> None:
    clips = [(1.2, say(SENTENCE, "flite:slt")), (4.0, say("stop", "flite:slt"))]
    slow, spotter = Scripted(SENTENCE, seconds=60), Scripted("stop")
    ears = make(scene(clips, 6), slow, spotter=spotter)
    ears.listener.start()
    ears.until(lambda: ears.stops, "the stop")
    assert len(slow.heard) <= 1
    assert set(ears.texts) <= {"stop"}  # the scripted spotter may hear it in both clips
    slow.release.set()


def test_a_closed_word_needs_no_second_decode_and_other_words_get_one(make: Callable[..., Ears]) -> None:
    sentences = Scripted("go home")
    ears = make(spoken("yes"), sentences, spotter=Scripted("yes"))
    ears.until_over()
    assert ears.texts == ["yes"]
    assert sentences.heard == []
    ears = make(spoken("go home"), sentences, spotter=Scripted("go home"))
    ears.until_over()
    assert ears.texts == ["go home"]
    assert len(sentences.heard) == 1


def test_while_our_own_voice_speaks_only_a_stop_counts(make: Callable[..., Ears]) -> None:
    voice = Talking(True)
    ears = make(spoken("yes"), Scripted("yes"), speaker=voice)
    ears.until_over()
    assert ears.texts == []
    assert ears.reasons == []
    assert ears.of(SpeechStarted) == []
    ears = make(spoken("stop"), Scripted("stop"), speaker=voice)
    ears.until_over()
    assert len(ears.stops) == 1


def test_an_unsure_stop_over_our_own_voice_is_our_own_voice(make: Callable[..., Ears]) -> None:
    ears = make(spoken("stop"), Scripted("stop", confidence=0.2), speaker=Talking(True))
    ears.until_over()
    assert ears.stops == []
    ears = make(spoken("stop"), Scripted("stop", confidence=0.2))
    ears.until_over()
    assert len(ears.stops) == 1


@pytest.mark.parametrize("echo_db", [-12, -20, -30])
def test_a_stop_over_our_own_voice_is_spotted(make: Callable[..., Ears], echo_db: float) -> None:
    own = say("I will pick up the blue cube and then place it in the red bowl on the table", "espeak-ng:en-gb")
    echo = Audio((own.samples * 10 ** (echo_db / 20)).astype(np.float32), audio.RATE_HZ)
    clip = say("stop", "flite:slt")
    spotter = Scripted("nothing of that kind")
    sound = scene([(0.2, echo), (2.5, clip)], own.seconds + 1.0, noise(own.seconds + 1.0, "pink", -60, seed=3))
    ears = make(sound, spotter, speaker=Talking(True))
    ears.until_over()
    whole = [sound for sound in spotter.heard if correlates(sound, clip)]
    assert whole
    assert whole[0].seconds < clip.seconds + 0.9


def correlates(sound: Audio, clip: Audio) -> bool:
    """Does the sound hold the clip's loudest 0.3 s?"""
    peak = int(np.argmax(np.convolve(clip.samples**2, np.ones(4_800), "valid")))
    part = clip.samples[peak : peak + 4_800]
    if len(sound.samples) < len(part):
        return False
    match = np.correlate(sound.samples, part, "valid").max() / float(part @ part)
    return bool(match > 0.8)


def test_muted_nothing_is_looked_at(make: Callable[..., Ears]) -> None:
    recognizer = Scripted("stop")
    ears = make(spoken("stop"), recognizer)
    ears.listener.mute(True)
    assert ears.listener.muted
    ears.until_over()
    assert recognizer.heard == []
    assert ears.stops == []
    assert ears.listener.level == 0


@pytest.mark.parametrize("held", [True, False])
def test_push_to_talk_hears_only_while_the_key_is_held(make: Callable[..., Ears], held: bool) -> None:
    voice = Talking(True)
    recognizer = Scripted(SENTENCE)
    options = ListeningSection(mode="push-to-talk", calibration_s=0.2)
    ears = make(spoken(SENTENCE), recognizer, options, speaker=voice, realtime=True)
    ears.listener.start()
    ears.until(lambda: ears.of(PartChanged), "the file")
    time.sleep(0.3)
    if held:
        ears.listener.push_to_talk(True)
        assert voice.silenced == 1
        time.sleep(0.5 + spoken(SENTENCE).seconds)
        ears.listener.push_to_talk(False)
    ears.until(lambda: not ears.listener.listening and ears.listener.settled, "the end of the file")
    assert ears.texts == ([SENTENCE] if held else [])


@pytest.mark.parametrize("mode", ["push-to-talk", "wake-word"])
def test_asleep_only_a_stop_counts(make: Callable[..., Ears], mode: str) -> None:
    ears = make(spoken(SENTENCE), Glimpsing(SENTENCE), ListeningSection(mode=mode))
    ears.until_over()
    assert [event for event in ears.events if not isinstance(event, PartChanged | ListeningChanged)] == []
    assert ears.states == [ListeningState.ASLEEP]
    ears = make(spoken("stop"), Glimpsing("stop"), ListeningSection(mode=mode))
    ears.until_over()
    assert len(ears.stops) == 1


def test_a_command_in_one_breath_with_the_wake_word_is_heard(make: Callable[..., Ears]) -> None:
    recognizer = Glimpsing(SENTENCE, wake_s=1.0)
    ears = make(spoken(f"hey robot, {SENTENCE}"), recognizer, ListeningSection(mode="wake-word"), realtime=True)
    ears.until_over()
    assert ears.texts == [SENTENCE]
    assert ears.states[0] is ListeningState.ASLEEP


def test_the_wake_word_alone_wakes_and_says_nothing(make: Callable[..., Ears]) -> None:
    clip = say("hey robot", "espeak-ng:en-us")
    recognizer = Glimpsing("", wake_s=clip.seconds + 0.3)
    ears = make(scene([(1.3, clip)], 60), recognizer, ListeningSection(mode="wake-word"), realtime=True)
    ears.listener.start()
    ears.until(lambda: ListeningState.LISTENING in ears.states, "the wake word")
    assert ears.states == [ListeningState.ASLEEP, ListeningState.LISTENING]
    assert ears.texts == []
    assert ears.reasons == []


def test_words_are_told_while_they_are_spoken_and_decoded_once(make: Callable[..., Ears]) -> None:
    recognizer = Glimpsing(SENTENCE)
    ears = make(spoken(SENTENCE), recognizer, ListeningSection(partial_s=0))
    ears.until_over()
    assert ears.texts == [SENTENCE]
    kinds = [type(event) for event in ears.events if isinstance(event, SpeechStarted | PartialHeard | Heard)]
    assert kinds == [SpeechStarted, PartialHeard, Heard]
    assert len(recognizer.glimpsed) == 1
    assert recognizer.heard == []


@pytest.mark.parametrize(("heard", "utterances"), [("go home", 2), ("put the red cup in the", 1)])
def test_a_command_that_must_go_on_may_pause_longer(make: Callable[..., Ears], heard: str, utterances: int) -> None:
    clip = say("go home", "flite:slt")
    recognizer = Glimpsing(heard)
    recognizer.partial(clip)  # the words of the language are read at the first time
    sound = scene([(1.3, clip), (1.6 + clip.seconds, clip)], 6)
    ears = make(sound, recognizer, ListeningSection(partial_s=0), realtime=True)
    ears.until_over()
    assert len(ears.of(SpeechStarted)) == utterances


def test_without_the_package_of_a_detector_another_one_serves(
    make: Callable[..., Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silero, "REQUIRES", ("a_package_that_nobody_has",))
    ears = make(spoken(SENTENCE), Scripted(SENTENCE), ListeningSection(detector="silero"))
    (warned,) = ears.of(Warned)
    assert "a_package_that_nobody_has, which is not installed; pitch" in warned.message  # type: ignore[attr-defined]
    ears.until_over()
    assert ears.texts == [SENTENCE]


@pytest.mark.parametrize(
    ("answer", "confidence", "reason"),
    [("", 0.0, "nothing usable"), ("pick up the red can", 0.25, "not sure I heard 'pick up the red can'")],
)
def test_what_is_not_understood_is_told(make: Callable[..., Ears], answer: str, confidence: float, reason: str) -> None:
    ears = make(spoken(SENTENCE), Scripted(answer, confidence))
    ears.until_over()
    assert ears.texts == []
    assert len(ears.reasons) == 1
    assert reason in ears.reasons[0]


def test_talk_in_the_room_bothers_nobody(make: Callable[..., Ears]) -> None:
    ears = make(spoken(SENTENCE), Scripted("three pink cups", 0.1))
    ears.until_over()
    assert ears.texts == []
    assert ears.reasons == [""]


def test_a_failed_recognizer_is_told(make: Callable[..., Ears]) -> None:
    ears = make(spoken(SENTENCE), Scripted(BackendError("The model process has ended.", "It comes back.")))
    ears.until_over()
    told = [event.detail for event in ears.events if isinstance(event, PartChanged) and event.part is Part.RECOGNIZER]
    assert told == ["The model process has ended. It comes back."]


@pytest.mark.expects_log
def test_a_bug_in_a_recognizer_does_not_end_the_listening(make: Callable[..., Ears]) -> None:
    clips = [(1.2, say(SENTENCE, "flite:slt")), (4.0, say(SENTENCE, "flite:awb"))]
    recognizer = Scripted(ZeroDivisionError("oh"))
    ears = make(scene(clips, 7), recognizer)
    ears.until_over()
    assert len(recognizer.heard) >= 2
    assert [type(event) for event in ears.of(Warned)] == [Warned] * len(recognizer.heard)


def test_the_listen_time_out_ends_the_listening(make: Callable[..., Ears]) -> None:
    ears = make(Audio(np.zeros(16_000 * 6, np.float32), 16_000), Scripted(""), ListeningSection(timeout_s=2))
    ears.listener.start()
    ears.until(lambda: ears.reasons, "the time-out")
    assert ears.reasons == ["Nobody spoke for 2 s, so I stopped listening."]
    ears.until(lambda: not ears.listener.listening, "the end")
    ears.listener.start()
    ears.until(lambda: len(ears.reasons) == 2, "the second time-out")


def test_close_does_not_wait_for_a_hanging_recognizer(make: Callable[..., Ears]) -> None:
    recognizer = Scripted(SENTENCE, seconds=60)
    ears = make(spoken(SENTENCE), recognizer)
    ears.listener.start()
    ears.until(lambda: recognizer.heard, "the recognizer to begin")
    start_s = time.monotonic()
    ears.listener.close()
    assert time.monotonic() - start_s < 30
    recognizer.release.set()


def test_another_microphone_takes_over(make: Callable[..., Ears], tmp_path: Path) -> None:
    audio.write(tmp_path / "other.wav", spoken(SENTENCE))
    ears = make(Audio(np.zeros(16_000 * 60, np.float32), 16_000), Scripted(SENTENCE), realtime=True)
    ears.listener.start()
    ears.listener.use(WavMicrophone(Config(file=str(tmp_path / "other.wav"), realtime=False)))
    ears.until(lambda: ears.texts, "the sentence")
    assert ears.texts == [SENTENCE]
