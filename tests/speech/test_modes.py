"""The state machine of listening: what counts when, whatever is pressed, muted, said and played."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.speech.voices import noise, say, scene
from vla_assistant.config import ListeningSection
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.hearing import ECHO_TAIL_S
from vla_assistant.speech.modes import HANDS_FREE, MODES, PUSH_TO_TALK, WAKE_WORD, Modes, Outcome, Taken, Use
from vla_assistant.speech.segmenter import PRE_ROLL_S, PRESS_ROLL_S
from vla_assistant.speech.segments import Segment, Started, TimedOut
from vla_assistant.types import Audio, ListeningState

BLOCK = RATE_HZ // 10
BLOCK_S = 0.1


@pytest.fixture(scope="module")
def talk() -> Audio:
    """Words at 1.2, 3.5, 6.5 and 10 s, in a quiet room."""
    clips = [
        (1.2, say("stop", "flite:slt")),
        (3.5, say("place the yellow can on the white plate", "espeak-ng:en-us")),
        (6.5, say("yes", "espeak-ng:en-gb")),
        (10.0, say("pick up the red cup", "flite:slt")),
    ]
    return scene(clips, 13, noise(13, "pink", -60, seed=9))


@dataclass
class Run:
    """What came of a stream, and when."""

    modes: Modes
    sound: Audio
    at: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    states: list[ListeningState] = field(default_factory=list)

    @property
    def time_s(self) -> float:
        return self.at / RATE_HZ

    def on(self, seconds: float, own_voice: bool = False) -> Run:
        """Hear so much more of the sound."""
        for _ in range(round(seconds / BLOCK_S)):
            piece = Audio(self.sound.samples[self.at : self.at + BLOCK], RATE_HZ)
            self.at += len(piece.samples)
            self.outcomes += self.modes.hear(piece, self.time_s, own_voice=own_voice)
            self.states.append(self.modes.state)
        return self

    def press(self) -> None:
        self.outcomes += self.modes.press()

    def release(self) -> None:
        self.outcomes += self.modes.release()

    def finals(self, use: Use = Use.COMMAND) -> list[Segment]:
        return [one.segment for one in self.outcomes if isinstance(one, Taken) and one.use is use and one.segment.final]


def begun(sound: Audio, mode: str, **options: object) -> Run:
    return Run(Modes(ListeningSection(mode=mode, calibration_s=0.2, detector="pitch", **options)), sound)  # type: ignore[arg-type]


def test_hands_free_everything_is_a_command(talk: Audio) -> None:
    run = begun(talk, HANDS_FREE).on(13)
    assert len(run.finals()) == 4
    assert {one.use for one in run.outcomes if isinstance(one, Taken)} == {Use.COMMAND}
    assert set(run.states) == {ListeningState.LISTENING, ListeningState.HEARING}


@pytest.mark.parametrize(("mode", "use"), [(PUSH_TO_TALK, Use.STOP), (WAKE_WORD, Use.WAKE)])
def test_asleep_nothing_is_a_command(talk: Audio, mode: str, use: Use) -> None:
    run = begun(talk, mode, timeout_s=1.0).on(13)
    assert {one.use for one in run.outcomes if isinstance(one, Taken)} == {use}
    assert all(isinstance(one, Taken) for one in run.outcomes)  # nobody is told that speech began, nor of a time-out
    assert set(run.states) == {ListeningState.ASLEEP}


def test_a_press_makes_one_utterance_of_two_sentences(talk: Audio) -> None:
    run = begun(talk, PUSH_TO_TALK).on(3.3)
    run.press()
    assert run.modes.state is ListeningState.HEARING
    run.on(4.2)
    run.release()
    run.on(5.5)
    (utterance,) = run.finals()
    assert utterance.start_s == pytest.approx(3.3 - PRESS_ROLL_S, abs=0.03)
    assert utterance.end_s == pytest.approx(7.5, abs=0.03)
    assert run.modes.state is ListeningState.ASLEEP


def test_who_presses_late_loses_nothing(talk: Audio) -> None:
    run = begun(talk, PUSH_TO_TALK).on(10.3)  # a fifth of a second into the sentence
    run.press()
    run.on(2.0)
    run.release()
    (utterance,) = run.finals()
    assert utterance.start_s <= 10.0


def test_a_press_longer_than_a_phrase_is_one_utterance(talk: Audio) -> None:
    run = begun(talk, PUSH_TO_TALK, phrase_limit_s=2.0).on(3.3)
    run.press()
    run.on(9.0)
    run.release()
    (utterance,) = run.finals()
    assert utterance.cut


def test_the_talk_key_is_heard_through_our_own_voice(talk: Audio) -> None:
    run = begun(talk, PUSH_TO_TALK).on(3.0, own_voice=True)
    assert run.modes.state is ListeningState.OWN_VOICE
    run.press()
    run.on(3.0)
    run.release()
    (utterance,) = run.finals()
    assert utterance.start_s == pytest.approx(3.0, abs=0.03)  # nothing of our own voice is in it
    assert utterance.end_s == pytest.approx(6.0, abs=0.03)


@pytest.mark.parametrize("mode", MODES)
def test_in_the_echo_of_our_own_voice_only_a_stop_counts(talk: Audio, mode: str) -> None:
    run = begun(talk, mode).on(6.4)
    run.modes.wake(_glimpse(run.time_s))
    before = len(run.outcomes)
    while run.at < 6.4 * RATE_HZ + 0.5 * RATE_HZ:
        run.on(0.1, own_voice=True)
    run.on(ECHO_TAIL_S - 0.1)
    assert {one.use for one in run.outcomes[before:] if isinstance(one, Taken)} <= {Use.STOP}
    run.on(2.0)
    assert all(segment.start_s > 6.9 + ECHO_TAIL_S - 0.2 for segment in run.finals() if segment.end_s > 6.4)


def test_after_our_own_voice_who_was_awake_is_awake_anew(talk: Audio) -> None:
    run = begun(talk, WAKE_WORD, wake_s=1.0).on(2.8)
    run.modes.wake(_glimpse(run.time_s))
    run.on(6.5, own_voice=True)
    run.on(ECHO_TAIL_S + 0.1)
    assert run.modes.state is ListeningState.LISTENING


def test_the_wake_word_wakes_for_a_while_and_each_utterance_anew(talk: Audio) -> None:
    run = begun(talk, WAKE_WORD, wake_s=4.0).on(3.0)
    run.modes.wake(_glimpse(run.time_s))
    assert run.modes.state is ListeningState.LISTENING
    run.on(10)
    assert len(run.finals()) == 3
    run = begun(talk, WAKE_WORD, wake_s=0.4).on(3.0)
    run.modes.wake(_glimpse(run.time_s))
    run.on(0.5)
    assert run.modes.state is ListeningState.ASLEEP
    run.on(9)
    assert run.finals() == []


def test_what_is_begun_while_the_wake_word_is_being_decoded_is_a_command(talk: Audio) -> None:
    run = begun(talk, WAKE_WORD).on(3.0)
    (asleep,) = run.finals(Use.WAKE)
    run.on(1.0)  # the next sentence has begun
    found = run.modes.wake(asleep)
    assert [type(one) for one in found] == [Started]
    run.on(2.5)
    assert len(run.finals()) == 1


def test_the_wake_word_does_not_make_its_own_phrase_a_command(talk: Audio) -> None:
    run = begun(talk, WAKE_WORD).on(4.5)
    glimpse = Segment(2, Audio(np.zeros(320, np.float32), RATE_HZ), 3.5, 4.0, np.zeros(1, bool), 4.0, final=False)
    assert run.modes.wake(glimpse) == []
    run.on(2.0)
    assert run.finals() == []
    assert len(run.finals(Use.WAKE)) == 2


@pytest.mark.parametrize("mode", MODES)
def test_muted_nothing_comes_out(talk: Audio, mode: str) -> None:
    run = begun(talk, mode).on(1.0)
    run.modes.mute(True)
    run.press()
    run.on(5.0)
    run.release()
    assert run.outcomes == []
    assert set(run.states[10:]) == {ListeningState.MUTED}
    run.modes.mute(False)
    run.on(6.0)
    assert run.outcomes


def test_the_time_out_is_told_hands_free() -> None:
    silence = Audio(np.zeros(5 * RATE_HZ, np.float32), RATE_HZ)
    assert [type(one) for one in begun(silence, HANDS_FREE, timeout_s=2.0).on(5).outcomes] == [TimedOut]


def test_another_mode_takes_over_at_once(talk: Audio) -> None:
    run = begun(talk, HANDS_FREE).on(4.5)
    run.modes.choose(PUSH_TO_TALK)
    run.on(8.5)
    assert [segment.end_s < 4.5 for segment in run.finals()] == [True]


def _glimpse(end_s: float) -> Segment:
    return Segment(0, Audio(np.zeros(320, np.float32), RATE_HZ), end_s - 0.02, end_s, np.zeros(1, bool), end_s)


ACTIONS = st.sampled_from(["press", "release", "mute", "unmute", "wake", "own voice", "hush", "advise", *MODES])
STORY = st.lists(st.tuples(st.floats(0.1, 2.5), ACTIONS), max_size=12)


@settings(max_examples=40, deadline=None)
@given(mode=st.sampled_from(MODES), story=STORY)
def test_whatever_happens(talk: Audio, mode: str, story: list[tuple[float, str]]) -> None:
    """Commands never overlap, each was announced, and nothing comes of what was said muted."""
    run = begun(talk, mode, phrase_limit_s=5.0)
    speaking = muted = False
    for seconds, action in [*story, (13.0, "release")]:
        before = len(run.outcomes)
        run.on(min(seconds, 13.0 - run.time_s), own_voice=speaking)
        match action:
            case "press":
                run.press()
            case "release":
                run.release()
            case "wake":
                run.outcomes += run.modes.wake(_glimpse(run.time_s))
            case "advise":
                glimpses = [one.segment for one in run.outcomes if isinstance(one, Taken) and not one.segment.final]
                run.outcomes += run.modes.advise(glimpses[-1], 0.1) if glimpses else []
            case "own voice" | "hush":
                speaking = action == "own voice"
        assert not (muted and run.outcomes[before:])
        if action in ("mute", "unmute"):
            muted = action == "mute"
            run.modes.mute(muted)
        elif action in MODES:
            run.modes.choose(action)
    for one, other in pairwise(run.finals()):
        assert one.end_s <= other.start_s + 1e-6
        assert one.id < other.id
    started = {one.id for one in run.outcomes if isinstance(one, Started)}
    assert {segment.id for segment in run.finals()} <= started


@settings(max_examples=30, deadline=None)
@given(times=st.lists(st.floats(0.1, 3.0), min_size=2, max_size=10))
def test_push_to_talk_gives_one_utterance_a_press(talk: Audio, times: list[float]) -> None:
    run = begun(talk, PUSH_TO_TALK, phrase_limit_s=4.0)
    for down_s, up_s in zip(times[::2], times[1::2], strict=False):
        if run.time_s > 12.0:
            break
        run.on(min(down_s, 12.5 - run.time_s))
        before = len(run.finals())
        run.press()
        run.on(min(up_s, 13.0 - run.time_s))
        run.release()
        assert len(run.finals()) == before + 1
    for one, other in pairwise(run.finals()):
        assert one.end_s <= other.start_s + 1e-6


@settings(max_examples=20, deadline=None)
@given(mode=st.sampled_from((PUSH_TO_TALK, WAKE_WORD)), cuts=st.lists(st.floats(0.1, 4.0), max_size=5))
def test_asleep_nothing_but_a_stop_and_the_wake_word_gets_out(talk: Audio, mode: str, cuts: list[float]) -> None:
    run = begun(talk, mode)
    for seconds in cuts:
        run.on(min(seconds, 13.0 - run.time_s))
        run.modes.mute(True)
        run.modes.mute(False)
    run.on(13.0 - run.time_s)
    assert run.finals() == []
    assert all(isinstance(one, Taken) and one.use is not Use.COMMAND for one in run.outcomes)


@pytest.mark.parametrize("mode", MODES)
def test_there_is_pre_roll_in_every_mode(talk: Audio, mode: str) -> None:
    run = begun(talk, mode).on(9.5)
    if mode == WAKE_WORD:
        run.modes.wake(_glimpse(run.time_s))
    if mode == PUSH_TO_TALK:
        run.on(0.5)
        run.press()
    run.on(3.4 - (mode == PUSH_TO_TALK) * 0.5)
    run.release()
    clip = say("pick up the red cup", "flite:slt").samples
    loud_s = 10.0 + float(np.argmax(np.abs(clip) > 0.1 * np.abs(clip).max())) / RATE_HZ
    assert run.finals()[-1].start_s <= loud_s - PRE_ROLL_S + 0.02
