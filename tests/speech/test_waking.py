"""The wake word: alone, in front of a command, and not there."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.errors import InputError
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.recognizers.wake import NOTHING, Aligned, Wake, found, grammar
from vla_assistant.speech.segments import Segment
from vla_assistant.speech.voicing import FRAME
from vla_assistant.speech.waking import LONGEST_S, SURE, Waking
from vla_assistant.types import Audio


def segment(number: int = 3, seconds: float = 2.0, final: bool = True) -> Segment:
    frames = round(seconds * RATE_HZ / FRAME)
    samples = np.arange(frames * FRAME, dtype=np.float32) / (frames * FRAME)
    return Segment(number, Audio(samples, RATE_HZ), 10.0, 10.0 + seconds, np.ones(frames, bool), 10.0 + seconds, final)


def test_what_follows_the_wake_word_is_the_command() -> None:
    woken: list[Segment] = []
    waking = Waking(("hey robot",), lambda sound, phrases: Wake("hey robot", 0.9, 0.8), woken.append)
    said = segment()
    command = waking.command(said)
    assert command is not None
    assert command.start_s == pytest.approx(10.8)
    assert command.end_s == said.end_s
    np.testing.assert_array_equal(command.audio.samples, said.audio.samples[round(0.8 * RATE_HZ) :])
    assert command.voiced_s == pytest.approx(1.2)
    assert woken == [said]


def test_a_segment_is_searched_once_and_wakes_once() -> None:
    asked: list[float] = []
    woken: list[Segment] = []

    def hears(sound: Audio, phrases: object) -> Wake:
        asked.append(sound.seconds)
        return Wake("hey robot", 0.9, 0.8)

    waking = Waking(("hey robot",), hears, woken.append)
    waking.command(segment(final=False, seconds=1.0))
    waking.command(segment(seconds=9.0))
    assert asked == [1.0]
    assert len(woken) == 1
    waking.command(segment(4, seconds=9.0))
    assert asked == [1.0, LONGEST_S]


@pytest.mark.parametrize("wake", [NOTHING, Wake("hey robot", SURE - 0.1, 0.8)])
def test_without_the_wake_word_there_is_no_command(wake: Wake) -> None:
    woken: list[Segment] = []
    assert Waking(("hey robot",), lambda sound, phrases: wake, woken.append).command(segment()) is None
    assert Waking(("hey robot",), None, woken.append).command(segment()) is None
    assert woken == []


def test_the_grammar_holds_the_phrases_and_then_anything() -> None:
    text = grammar(("Hey Robot", "computer"))
    assert "(hey robot | computer) [(any_aa |" in text


SAID = [Aligned("<sil>", 0, 30), Aligned("hey", 30, 50), Aligned("robot", 50, 90), Aligned("any_aa", 90, 120)]


def test_a_phrase_that_fits_as_well_as_the_best_phones_was_said() -> None:
    second = RATE_HZ
    good, bad = found(SAID, 0.0, 2 * second), found(SAID, -30.0, 2 * second)
    assert (good.phrase, good.end_s) == ("hey robot", pytest.approx(0.6))
    assert good.confidence > 0.9
    assert bad.confidence < 0.1


def test_a_phrase_squeezed_into_a_moment_was_not_said() -> None:
    assert found([Aligned("hey", 30, 39), Aligned("robot", 39, 54)], 0.0, RATE_HZ) == NOTHING
    assert found([Aligned("<sil>", 0, 30)], 0.0, RATE_HZ) == NOTHING


def test_a_phrase_that_nobody_can_hear_is_told_once() -> None:
    def hears(sound: Audio, phrases: object) -> Wake:
        raise InputError("The dictionary lacks xyzzy.")

    waking = Waking(("xyzzy",), hears, lambda segment: None)
    with pytest.raises(InputError):
        waking.command(segment())
    assert waking.command(segment(4)) is None
