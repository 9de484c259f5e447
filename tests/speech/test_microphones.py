"""The contract of a microphone over every back end, and what is special to each."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.speech.ears import Heard, likeness
from tests.speech.voices import say
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant import registry
from vla_assistant.events import PartState
from vla_assistant.speech import audio
from vla_assistant.speech.microphones.base import Microphone
from vla_assistant.speech.microphones.sounddevice import Config, Ring, SoundDeviceMicrophone
from vla_assistant.speech.microphones.wav import Config as WavConfig
from vla_assistant.speech.microphones.wav import WavMicrophone

BACKENDS = registry.backends("microphones")


@pytest.fixture
def wav_file(tmp_path: Path) -> Path:
    audio.write(tmp_path / "sentence.wav", say("pick up the red cup", "espeak-ng:en-us"))
    return tmp_path / "sentence.wav"


@pytest.mark.parametrize("name", BACKENDS)
def test_contract(name: str, wav_file: Path, sound_card: VirtualSoundCard) -> None:  # noqa: F811
    backend = BACKENDS[name]
    config = backend.config_class(file=str(wav_file)) if name == "wav" else backend.config_class()
    microphone: Microphone = backend.create(config)
    assert isinstance(microphone.devices(), list)
    assert microphone.level == 0
    before = set(threading.enumerate())
    for _ in range(2):
        heard = Heard()
        heard.start(microphone)
        wait_for(lambda heard=heard: len(heard.blocks) > 10, 60, "sound")  # type: ignore[misc]
        assert heard.states == [PartState.READY]
        block = heard.blocks[0]
        assert (block.rate_hz, block.samples.dtype, block.samples.ndim) == (16_000, np.float32, 1)
        assert 0 <= microphone.level <= 1
        start_s = time.monotonic()
        microphone.stop()
        microphone.stop()
        assert time.monotonic() - start_s < 10
        count = len(heard.blocks)
        time.sleep(0.1)
        assert len(heard.blocks) == count
        assert microphone.level == 0
        assert set(threading.enumerate()) <= before


def test_a_sentence_played_into_the_sound_card_arrives_whole(sound_card: VirtualSoundCard) -> None:  # noqa: F811
    sentence = say("place the yellow can on the white plate", "flite:slt")
    matches = []
    for _ in range(3):  # a machine that is too busy for sound drops some of it
        heard = Heard()
        microphone = SoundDeviceMicrophone(Config())
        heard.start(microphone)
        wait_for(lambda heard=heard: bool(heard.blocks), 60, "sound")  # type: ignore[misc]
        sound_card.play(sentence)
        time.sleep(0.5)
        microphone.stop()
        matches.append(likeness(heard.sound, sentence))
        if matches[-1] > 0.95:
            return
    pytest.fail(f"what arrives is not what was played: {matches}")


def test_the_device_picker_lists_names_and_an_unknown_one_is_explained(sound_card: VirtualSoundCard) -> None:  # noqa: F811
    names = SoundDeviceMicrophone(Config()).devices()
    assert "ALSA: default" in names
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config(device="ALSA: none such"))
    heard.start(microphone)
    wait_for(lambda: bool(heard.reports), 60, "a report")
    microphone.stop()
    assert heard.states == [PartState.FAILED]
    assert "'ALSA: none such'" in heard.reports[0][1]
    assert "ALSA: default" in heard.reports[0][1]


def test_the_device_in_use_is_named_first(sound_card: VirtualSoundCard) -> None:  # noqa: F811
    system = SoundDeviceMicrophone(Config()).devices()
    chosen = system[-1]
    assert SoundDeviceMicrophone(Config(device=chosen)).devices() == [chosen, *system[:-1]]
    assert SoundDeviceMicrophone(Config(device="ALSA: unplugged")).devices() == ["ALSA: unplugged", *system]
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config())
    heard.start(microphone)
    wait_for(lambda: bool(heard.reports), 60, "a report")
    try:
        assert heard.reports[0] == (PartState.READY, f"Listening to {microphone.devices()[0]}.")
    finally:
        microphone.stop()


def test_the_wav_microphone_says_that_a_file_was_cut_short(wav_file: Path) -> None:
    wav_file.write_bytes(wav_file.read_bytes()[:-2_000])
    heard = Heard()
    microphone = WavMicrophone(WavConfig(file=str(wav_file), realtime=False))
    heard.start(microphone)
    wait_for(lambda: len(heard.reports) == 2, 60, "the end of the file")
    assert heard.states == [PartState.WARNING, PartState.OFF]
    assert "is cut short" in heard.reports[0][1]


def test_the_wav_microphone_delivers_the_file_then_silence_then_ends(wav_file: Path) -> None:
    heard = Heard()
    microphone = WavMicrophone(WavConfig(file=str(wav_file), realtime=False, silence_s=0.5))
    heard.start(microphone)
    wait_for(lambda: len(heard.reports) == 2, 60, "the end of the file")
    assert heard.states == [PartState.READY, PartState.OFF]
    sentence = audio.read(wav_file)
    assert heard.sound.seconds == pytest.approx(sentence.seconds + 0.5)
    np.testing.assert_array_equal(heard.sound.samples[: len(sentence.samples)], sentence.samples)
    assert not heard.sound.samples[len(sentence.samples) :].any()


def test_the_wav_microphone_keeps_the_pace_of_the_clock(wav_file: Path) -> None:
    heard = Heard()
    microphone = WavMicrophone(WavConfig(file=str(wav_file)))
    heard.start(microphone)
    wait_for(lambda: PartState.READY in heard.states, 60, "the begin of the file")
    start_s = time.monotonic()
    wait_for(lambda: PartState.OFF in heard.states, 60, "the end of the file")
    assert time.monotonic() - start_s == pytest.approx(heard.sound.seconds, abs=0.25)


def test_a_missing_file_is_reported_not_raised(tmp_path: Path) -> None:
    heard = Heard()
    WavMicrophone(WavConfig(file=str(tmp_path / "none.wav"))).start(
        heard.blocks.append, lambda state, detail: heard.reports.append((state, detail))
    )
    wait_for(lambda: bool(heard.reports), 60, "a report")
    assert heard.states == [PartState.FAILED]
    assert "no such file" in heard.reports[0][1]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60))
def test_the_ring_loses_only_the_oldest(steps: list[tuple[int, bool]]) -> None:
    ring, written, expected_from = Ring(100), 0, 0
    for count, reads in steps:
        ring.write(np.arange(written, written + count, dtype=np.float32))
        written += count
        if reads:
            expected = np.arange(max(expected_from, written - 100), written, dtype=np.float32)
            np.testing.assert_array_equal(ring.read(), expected)
            expected_from = written
    assert ring.dropped <= max(0, written - 100)
