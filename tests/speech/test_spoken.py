"""The voices, noises and lists that the voice half is measured with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.spoken import noises, voices
from benchmarks.spoken.meaning import is_right, lines, meaning, pairs
from vla_assistant.speech.audio import RATE_HZ, level_dbfs
from vla_assistant.types import Audio

LISTS = Path(noises.__file__).parent


def tone(seconds: float, amplitude: float) -> Audio:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return Audio((amplitude * np.sin(2 * np.pi * 220 * time_s)).astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("kind", ["white", "motor"])
def test_noise_lies_as_far_below_the_speech_as_is_asked(kind: str) -> None:
    speech = tone(2.0, 0.1)
    mixed = noises.mixed(speech, kind, 10.0, seed=1)
    noise = (mixed.samples - speech.samples).astype(np.float32)
    assert level_dbfs(speech.samples) - level_dbfs(noise) == pytest.approx(10.0, abs=0.3)
    again = noises.mixed(speech, kind, 10.0, seed=1)
    assert np.array_equal(mixed.samples, again.samples)
    assert not np.array_equal(mixed.samples, noises.mixed(speech, kind, 10.0, seed=2).samples)


def test_pauses_do_not_count_as_speech() -> None:
    speech = tone(1.0, 0.1)
    paused = np.concatenate([speech.samples, np.zeros(3 * RATE_HZ, np.float32)])
    assert noises.active_dbfs(paused) == pytest.approx(level_dbfs(speech.samples), abs=0.1)


def test_a_room_keeps_the_level_and_adds_a_tail() -> None:
    speech = tone(1.0, 0.1)
    echoed = noises.in_room(speech, seed=3, decay_s=0.4)
    assert echoed.seconds == pytest.approx(1.4, abs=0.01)
    tail = echoed.samples[RATE_HZ : RATE_HZ + RATE_HZ // 10]
    assert level_dbfs(tail) > level_dbfs(speech.samples) - 20
    assert level_dbfs(echoed.samples[-RATE_HZ // 50 :]) < level_dbfs(speech.samples) - 40


def test_what_is_mixed_is_never_clipped() -> None:
    assert np.abs(noises.mixed(tone(1.0, 0.9), "white", 0.0, seed=1).samples).max() <= 1.0


def test_no_voice_is_both_held_out_and_tuned_on() -> None:
    assert len(voices.HELD_OUT) == 5
    assert not set(voices.HELD_OUT) & set(voices.TUNING)
    assert sum(voice.startswith("espeak-ng:") for voice in voices.ALL) >= 12


@pytest.mark.parametrize(("name", "lines"), [("commands.tsv", 180), ("closed.tsv", 120)])
def test_every_line_says_what_it_means(name: str, lines: int) -> None:
    rows = [line.split("\t") for line in (LISTS / name).read_text("utf-8").splitlines()]
    assert len(rows) == lines
    assert all(len(row) == 2 and all(row) for row in rows)


def test_no_other_talk_holds_a_stop_word() -> None:
    for name in ("talk.txt", "near_stops.txt"):
        text = (LISTS / name).read_text("utf-8").lower()
        words = set("".join(letter if letter.isalpha() else " " for letter in text).split())
        assert not words & {"stop", "halt", "freeze", "wait"}


def test_every_third_line_is_held_out() -> None:
    everything = lines("closed.tsv", "all")
    assert lines("closed.tsv", "held-out") == everything[2::3]
    assert len(lines("closed.tsv", "tuning")) == 80


def test_typed_the_commands_mean_what_the_list_says() -> None:
    wrong = [text for text, meant in pairs("commands.tsv", "tuning") if not is_right(text, text, meant)]
    assert len(wrong) <= 3, wrong


def test_other_words_with_the_same_steps_are_right() -> None:
    meant = "place(red cube, on, blue cube)"
    assert is_right("put the red cube on the blue cube", "stack the red cube on the blue cube", meant)
    assert not is_right("put the red cube on the blue can", "stack the red cube on the blue cube", meant)
    assert not is_right("", "stop", "stop")


def test_a_question_is_right_when_it_is_about_the_same_things() -> None:
    assert is_right("where is the red cup", "tell me where the red cup is", "question")
    assert not is_right("where is the red can", "tell me where the red cup is", "question")


@pytest.mark.parametrize(("text", "meant"), [("go home", "home()"), ("say that again", "repeat"), ("stop it", "stop")])
def test_meanings_are_in_the_notation_of_the_lists(text: str, meant: str) -> None:
    assert meaning(text) == meant
