"""Every voice detector: a word of 250 ms begins an utterance, noise and silence do not, a sentence stays whole."""

from __future__ import annotations

import numpy as np
import pytest

from tests.speech.voices import VOICES, noise, say, scene
from vla_assistant.config import ListeningSection
from vla_assistant.errors import BackendError
from vla_assistant.speech import detectors
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.detectors import silero
from vla_assistant.speech.room import ROOM_PERCENTILE
from vla_assistant.speech.segmenter import Segmenter
from vla_assistant.speech.segments import Finding, Segment, Started
from vla_assistant.speech.voicing import FRAME
from vla_assistant.types import Audio

OPTIONS = ListeningSection(partial_s=0)


@pytest.fixture(params=detectors.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    chosen, trouble = detectors.usable(request.param)
    if chosen != request.param:
        pytest.skip(trouble)
    return str(request.param)


def run(name: str, sound: Audio) -> list[Finding]:
    segmenter = Segmenter(OPTIONS, ROOM_PERCENTILE, name)
    return segmenter.feed(sound, sound.seconds) + segmenter.flush()


def finals(found: list[Finding]) -> list[Segment]:
    return [one for one in found if isinstance(one, Segment) and one.final]


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("word", ["stop", "no"])
def test_a_word_of_250_ms_begins_an_utterance(name: str, voice: str, word: str) -> None:
    clip = say(word, voice)
    loudest = int(np.argmax(np.convolve(clip.samples**2, np.ones(4000), "valid")))
    short = Audio(clip.samples[loudest : loudest + 4000], RATE_HZ)
    (segment,) = finals(run(name, scene([(2.0, short)], 4.5, noise(4.5, "white", -55, seed=2))))
    assert segment.start_s <= 1.9
    assert segment.end_s >= 2.2


@pytest.mark.parametrize("voice", VOICES)
def test_a_sentence_is_one_utterance(name: str, voice: str) -> None:
    clip = say("pick up the blue cube and place it in the red bowl", voice)
    (segment,) = finals(run(name, scene([(2.0, clip)], clip.seconds + 4, noise(clip.seconds + 4, "pink", -60, seed=3))))
    assert segment.audio.seconds > clip.seconds - 0.4


@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("dbfs", [-60, -35])
def test_noise_begins_nothing(name: str, colour: str, dbfs: float) -> None:
    found = run(name, Audio(noise(10, colour, dbfs, seed=4), RATE_HZ))
    assert [one for one in found if isinstance(one, Started)] == []


def test_the_same_sound_is_judged_the_same_after_a_reset(name: str) -> None:
    detector = detectors.make(name, ROOM_PERCENTILE)
    sound = scene([(0.3, say("stop", "flite:slt"))], 1.2).samples
    frames = [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME, FRAME)]
    detector.calibrate(frames[:10])
    first = [detector.look(frame).voiced for frame in frames]
    detector.reset()
    assert any(first)
    assert not detector.look(frames[0]).voiced


def test_what_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendError, match="There is no voice detector 'ears'"):
        detectors.make("ears", ROOM_PERCENTILE)
    monkeypatch.setattr(silero, "REQUIRES", ("a_package_that_nobody_has",))
    with pytest.raises(BackendError, match="needs the package a_package_that_nobody_has"):
        detectors.make("silero", ROOM_PERCENTILE)
