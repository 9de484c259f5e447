"""The training of the stop spotter: where a word ends, what each moment is called, and that a network learns."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.stop_words.classifier import WINDOW, Classifier
from vla_assistant.speech.stop_words.features import STEP, STEP_S, WIDTH, Embeddings
from vla_assistant.speech.stop_words.words import CLASSES
from vla_assistant.train.stop_words import noises
from vla_assistant.train.stop_words.learning import Learning
from vla_assistant.train.stop_words.script import Script, parsed
from vla_assistant.train.stop_words.streams import UNKNOWN, Stream, Studio, learnable
from vla_assistant.train.stop_words.voices import Manner, espeak, flite

HELD_OUT = ("rms", "awb", "f3", "scotland", "x-rp")
STOP = CLASSES.index("stop")


def test_a_marked_phrase_knows_where_its_stops_end() -> None:
    phrase = parsed("hey *stop* right now", "en", "stop")
    assert (phrase.text, phrase.targets) == ("hey stop right now", {1: "stop"})
    assert parsed("*no no no* no", "en", "no").targets == {2: "no"}
    assert parsed("*halt* *halt*", "en", "halt").targets == {0: "halt", 1: "halt"}


def test_espeak_says_when_each_word_ends() -> None:
    clip = espeak().say("stop right now", Manner("espeak-ng:en-us"))
    alone = espeak().say("stop", Manner("espeak-ng:en-us"))
    assert len(clip.ends_s) == 3
    assert list(clip.ends_s) == sorted(clip.ends_s)
    assert clip.ends_s[0] == pytest.approx(alone.ends_s[0], abs=0.12)
    assert clip.ends_s[-1] == pytest.approx(len(clip.samples) / RATE_HZ)


def test_flite_says_when_a_word_ends(tmp_path: Path) -> None:
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    clip = flite("stop moving", Manner("flite:slt"), tmp_path)
    assert 0.2 < clip.ends_s[0] < clip.ends_s[1] == pytest.approx(len(clip.samples) / RATE_HZ, abs=0.1)
    again = flite("stop moving", Manner("flite:slt"), tmp_path)
    assert np.array_equal(clip.samples, again.samples)


def test_moments_after_a_stop_are_called_after_it() -> None:
    stream = Stream(np.zeros(4 * RATE_HZ, np.float32), ((1.6, "stop", 1.6),))
    _, labels = learnable(stream, Embeddings())
    after_s = (np.arange(len(labels)) + 1) * STEP_S - 1.6
    assert set(labels[(after_s > 0.0) & (after_s < 0.25)]) == {STOP}
    assert set(labels[(after_s < -0.35) | (after_s > 0.65)]) == {0}
    assert set(labels[(after_s > 0.3) & (after_s < 0.55)]) == {UNKNOWN}


def test_no_held_out_voice_speaks_and_no_held_out_line_is_said(tmp_path: Path) -> None:
    lines = [f"line number {number}" for number in range(1, 31)]
    (tmp_path / "list.txt").write_text("\n".join([*lines, "please stop here"]))
    script, rng = Script([tmp_path / "list.txt"]), np.random.default_rng(0)
    voices = {script.manner(rng, language).voice for language in ("en", "de", "es", "fr") for _ in range(300)}
    assert len(voices) > 100
    assert not [voice for voice in voices for held_out in HELD_OUT if held_out in voice]
    said = {script.talk(rng).text for _ in range(600)}
    assert {lines[0], lines[1]} <= said
    assert not said & {*lines[2::3], "please stop here"}


def test_the_same_number_makes_the_same_stream(tmp_path: Path) -> None:
    script = Script([], without=("flite:slt", "flite:kal", "flite:kal16"))
    one, other = (Studio(script, tmp_path).stream(3, 4.0) for _ in range(2))
    assert one.stops
    assert [word for _, word, _ in one.stops] == [word for _, word, _ in other.stops]
    assert [end for end, _, _ in one.stops] == pytest.approx([end for end, _, _ in other.stops], abs=0.03)
    assert np.corrcoef(one.samples, other.samples)[0, 1] > 0.5
    assert np.abs(one.samples).max() <= 1.0


def test_a_room_makes_the_sound_longer_and_keeps_its_power() -> None:
    click = np.zeros(RATE_HZ, np.float32)
    click[100] = 1.0
    echoed = noises.in_room(click, seed=1, decay_s=0.4)
    assert len(echoed) == round(1.4 * RATE_HZ)
    assert float(np.sum(echoed**2)) == pytest.approx(1.0, abs=0.15)


def test_what_was_learnt_can_be_used(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels = np.where(rng.random(3_000) < 0.3, STOP, 0).astype(np.int64)
    values = rng.normal(0.0, 1.0, (3_000, WIDTH)).astype(np.float32)
    values[:, :8] += 4.0 * (labels == STOP)[:, None]
    learning = Learning([(values, labels)])
    losses = list(learning.epochs(12))
    assert losses[-1] < losses[0]
    learning.save(tmp_path / "made.safetensors", {})
    classifier = Classifier(tmp_path / "made.safetensors")
    window = rng.normal(0.0, 1.0, (WINDOW, WIDTH)).astype(np.float32)
    with_stop = window.copy()
    with_stop[-1, :8] += 4.0
    assert classifier(with_stop)[STOP] > 0.5 > classifier(window)[STOP]
    assert classifier(window).sum() == pytest.approx(1.0, abs=1e-3)
    assert (tmp_path / "made.safetensors").stat().st_size < 1_000_000
    assert round(STEP_S * RATE_HZ) == STEP
