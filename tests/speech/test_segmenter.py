"""The segmenter: one utterance a sentence, none a noise, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.speech.voices import VOICES, noise, say, scene
from vla_assistant.config import ListeningSection
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.segmenter import GLIMPSE_PAUSE_S, PRESS_ROLL_S, Segmenter
from vla_assistant.speech.segments import Finding, Segment, Started, TimedOut
from vla_assistant.types import Audio, FloatArray

OPTIONS = ListeningSection()


def run(sound: Audio, options: ListeningSection = OPTIONS, block: int = 320, start_s: float = 0.0) -> list[Finding]:
    segmenter = Segmenter(options)
    found: list[Finding] = []
    for start in range(0, len(sound.samples), block):
        piece = sound.samples[start : start + block]
        found += segmenter.feed(Audio(piece, RATE_HZ), start_s + (start + len(piece)) / RATE_HZ)
    return found


def finals(found: list[Finding]) -> list[Segment]:
    return [one for one in found if isinstance(one, Segment) and one.final]


def spoken_range(clip: Audio) -> tuple[float, float]:
    """Where the clip is louder than -40 dB under its peak [s]."""
    loud = np.flatnonzero(np.abs(clip.samples) > 0.01 * np.abs(clip.samples).max())
    return loud[0] / RATE_HZ, loud[-1] / RATE_HZ


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", ["stop", "yes", "no", "go home", "pick up the blue cube and place it in the red bowl"])
@pytest.mark.parametrize("background", ["silence", "white", "pink", "brown"])
def test_a_sentence_is_one_utterance_with_all_its_sound(voice: str, text: str, background: str) -> None:
    clip = say(text, voice)
    room = None if background == "silence" else noise(clip.seconds + 4, background, -45, seed=1)
    found = run(scene([(2.0, clip)], clip.seconds + 4, room))
    segments = finals(found)
    assert len(segments) == 1
    first_s, last_s = spoken_range(clip)
    slack_s = 0.0 if background == "silence" else 0.15
    assert segments[0].start_s <= 2.0 + first_s + slack_s
    assert segments[0].end_s >= 2.0 + last_s - slack_s
    assert segments[0].audio.seconds <= last_s - first_s + 0.9
    assert [one.id for one in found if isinstance(one, Started)] == [segments[0].id]


@pytest.mark.parametrize("voice", VOICES)
def test_a_word_of_250_ms_starts_an_utterance(voice: str) -> None:
    clip = say("stop", voice)
    loudest = int(np.argmax(np.convolve(clip.samples**2, np.ones(4000), "valid")))
    short = Audio(clip.samples[loudest : loudest + 4000], RATE_HZ)
    assert len(finals(run(scene([(1.5, short)], 4, noise(4, "white", -50, seed=2))))) == 1


@pytest.mark.parametrize("colour", ["white", "pink", "brown"])
@pytest.mark.parametrize("dbfs", [-60, -40, -25])
def test_noise_is_no_utterance(colour: str, dbfs: float) -> None:
    assert run(Audio(noise(15, colour, dbfs, seed=3), RATE_HZ)) == []


def test_a_fan_that_comes_on_is_no_utterance() -> None:
    room = noise(16, "pink", -60, seed=4)
    room[6 * RATE_HZ :] += noise(10, "pink", -30, seed=5)
    assert finals(run(Audio(room, RATE_HZ))) == []


def test_clicks_are_no_utterance() -> None:
    samples = noise(10, "white", -60, seed=6)
    taps = np.random.default_rng(7).normal(size=(20, 320)).astype(np.float32) * 0.3
    for index, tap in enumerate(taps):
        start = 16_000 + index * 6_400
        samples[start : start + 320] += tap
    assert run(Audio(samples, RATE_HZ)) == []


def test_speech_in_the_first_second_survives_the_calibration() -> None:
    clip = say("stop", "espeak-ng:en-us")
    segments = finals(run(scene([(0.05, clip)], 3)))
    assert len(segments) == 1
    assert segments[0].start_s <= 0.05 + spoken_range(clip)[0]


def test_a_quiet_word_is_handed_out_early_for_the_stop_spotter() -> None:
    clip = say("stop", "flite:slt")
    found = run(scene([(1.5, clip)], 4))
    kinds = [(type(one).__name__, getattr(one, "final", None)) for one in found]
    assert kinds == [("Started", None), ("Segment", False), ("Segment", True)]
    glimpse, final = found[1], found[2]
    assert isinstance(glimpse, Segment)
    assert isinstance(final, Segment)
    assert glimpse.id == final.id
    assert glimpse.end_s <= 1.5 + spoken_range(clip)[1] + 0.3


def test_two_sentences_are_two_utterances() -> None:
    clips = [(1.5, say("pick up the red cup", "flite:rms")), (5.0, say("go home", "espeak-ng:en-gb"))]
    segments = finals(run(scene(clips, 8)))
    assert [one.id for one in segments] == [1, 2]


def test_the_phrase_limit_cuts() -> None:
    clip = say("pick up the blue cube and place it in the red bowl and then go home", "flite:slt")
    segments = finals(run(scene([(1.5, clip)], clip.seconds + 4), ListeningSection(phrase_limit_s=1.5)))
    assert len(segments) >= 2
    assert segments[0].cut
    assert all(one.audio.seconds <= 1.5 + 0.02 for one in segments)


def test_the_time_out_is_told_once() -> None:
    found = run(Audio(np.zeros(10 * RATE_HZ, np.float32), RATE_HZ), ListeningSection(timeout_s=3))
    assert len(found) == 1
    assert isinstance(found[0], TimedOut)
    assert found[0].waited_s == pytest.approx(3, abs=0.05)


def test_a_held_key_makes_one_utterance_of_everything() -> None:
    segmenter = Segmenter(ListeningSection(calibration_s=0))
    clips = [(0.2, say("pick up", "flite:slt")), (2.5, say("the red cup", "flite:slt"))]
    sound = scene(clips, 5)
    segmenter.feed(Audio(np.zeros(8000, np.float32), RATE_HZ), 0.5)
    segmenter.hold(0.5)
    assert finals(segmenter.feed(sound, 5.5)) == []
    (segment,) = finals(segmenter.release())
    assert segment.audio.seconds == pytest.approx(5.0 + PRESS_ROLL_S, abs=0.05)
    assert segment.voiced_s > 0.3
    assert not segmenter.speaking


def test_a_key_held_in_silence_has_no_voice_in_it() -> None:
    segmenter = Segmenter(ListeningSection(calibration_s=0))
    segmenter.hold(0.0)
    segmenter.feed(Audio(noise(1, "white", -60, seed=8), RATE_HZ), 1.0)
    (segment,) = finals(segmenter.release())
    assert segment.voiced_s == 0


def test_a_key_pressed_during_the_calibration_loses_nothing() -> None:
    segmenter = Segmenter(ListeningSection(calibration_s=2))
    clip = say("stop", "flite:slt")
    segmenter.feed(clip, clip.seconds)
    found = segmenter.hold(clip.seconds) + segmenter.release()
    assert finals(found)[-1].voiced_s > 0.1


def test_a_key_touched_before_any_sound_is_no_utterance() -> None:
    segmenter = Segmenter(OPTIONS)
    assert finals(segmenter.hold(0.0) + segmenter.release()) == []
    assert not segmenter.speaking
    assert segmenter.release() == []


def advised(pause_s: float, sound: Audio, until_s: float = 0.0) -> list[tuple[Segment, float]]:
    """Utterances and when they were handed out, with advice for each glimpse, given `until_s` after it."""
    segmenter = Segmenter(ListeningSection(partial_s=0))
    found: list[tuple[Segment, float]] = []
    waiting: list[tuple[float, Segment]] = []
    for start in range(0, len(sound.samples), 320):
        now = (start + 320) / RATE_HZ
        new = segmenter.feed(Audio(sound.samples[start : start + 320], RATE_HZ), now)
        waiting += [(now + until_s, one) for one in new if isinstance(one, Segment) and not one.final]
        while waiting and waiting[0][0] <= now:
            new += segmenter.advise(waiting.pop(0)[1], pause_s)
        found += [(one, now) for one in finals(new)]
    return found


@pytest.mark.parametrize(("pause_s", "later_s"), [(0.3, 0.0), (0.3, 0.25), (1.0, 0.1)])
def test_advice_shortens_and_lengthens_the_pause(pause_s: float, later_s: float) -> None:
    clip = say("go home", "flite:slt")
    ((segment, at_s),) = advised(pause_s, scene([(1.5, clip)], 5), later_s)
    expected_s = segment.spoken_until_s + max(pause_s, GLIMPSE_PAUSE_S + later_s)
    assert at_s == pytest.approx(expected_s, abs=0.03)


def test_a_long_pause_joins_what_a_short_one_parts() -> None:
    clips = [(1.5, say("put the red cup", "flite:slt")), (3.5, say("in the bowl", "flite:slt"))]
    gap_s = 3.5 + spoken_range(clips[1][1])[0] - 1.5 - spoken_range(clips[0][1])[1]
    assert 0.7 < gap_s < 1.2
    assert len(advised(1.4, scene(clips, 7))) == 1
    assert len(advised(0.3, scene(clips, 7))) == 2


def test_advice_on_what_was_said_before_is_void() -> None:
    clips = [(1.5, say("put the red cup", "flite:slt")), (2.9, say("in the bowl", "flite:slt"))]
    found = advised(0.25, scene(clips, 6), until_s=0.35)  # speech has begun again by then
    assert len(found) == 1


def test_who_speaks_on_is_glimpsed_now_and_then() -> None:
    clip = say("pick up the blue cube and place it in the red bowl and then go home", "espeak-ng:en-us")
    found = run(scene([(1.5, clip)], clip.seconds + 3), ListeningSection(partial_s=0.5))
    running = [one for one in found if isinstance(one, Segment) and one.running]
    assert len(running) >= 4
    assert [one.id for one in running] == [1] * len(running)
    assert running[1].end_s - running[0].end_s == pytest.approx(0.5, abs=0.03)


@pytest.fixture(scope="module")
def busy() -> Audio:
    clips = [(1.2, say("stop", "flite:slt")), (3.5, say("place the yellow can on the white plate", "flite:awb"))]
    return scene(clips, 8, noise(8, "pink", -50, seed=9))


@settings(max_examples=12)
@given(block=st.integers(1, 20_000).filter(lambda n: n >= 40))
def test_the_size_of_the_blocks_does_not_matter(busy: Audio, block: int) -> None:
    expected, found = run(busy), run(busy, block=block)
    assert [type(one) for one in found] == [type(one) for one in expected]
    for one, other in zip(finals(found), finals(expected), strict=True):
        assert one.start_s == pytest.approx(other.start_s, abs=1e-6)
        np.testing.assert_array_equal(one.audio.samples, other.audio.samples)


@settings(max_examples=20)
@given(start_s=st.floats(0, 1e5))
def test_a_segment_is_the_sound_of_its_times(busy: Audio, start_s: float) -> None:
    for segment in finals(run(busy, start_s=start_s)):
        first = round((segment.start_s - start_s) * RATE_HZ)
        assert segment.end_s - segment.start_s == pytest.approx(segment.audio.seconds, abs=1e-6)
        expected: FloatArray = busy.samples[first : first + len(segment.audio.samples)]
        np.testing.assert_array_equal(segment.audio.samples, expected)


@settings(max_examples=20)
@given(gain_db=st.floats(-20, 6))
def test_the_microphone_gain_does_not_matter(busy: Audio, gain_db: float) -> None:
    louder = Audio(np.clip(busy.samples * 10 ** (gain_db / 20), -1, 1).astype(np.float32), RATE_HZ)
    assert len(finals(run(louder))) == 2
