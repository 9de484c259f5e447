"""Earcons are heard at once, say what the ears do, and are never taken for a voice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.spoken.noises import in_room
from tests.speech.test_speakers import nothing_is_left  # noqa: F401
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.config import ListeningSection
from vla_assistant.events import Heard, ListeningChanged, NothingHeard
from vla_assistant.speech.audio import level_dbfs, resample
from vla_assistant.speech.earcons import Earcon, Earcons, Signals, sound
from vla_assistant.speech.segmenter import Segmenter
from vla_assistant.speech.segments import Started
from vla_assistant.types import Audio, FloatArray, ListeningState, Utterance

ASLEEP, LISTENING, HEARING, MUTED, OWN = (
    ListeningState.ASLEEP,
    ListeningState.LISTENING,
    ListeningState.HEARING,
    ListeningState.MUTED,
    ListeningState.OWN_VOICE,
)
ROOMS = ((0.0, 1.0), (0.2, 0.5), (0.4, 0.5), (0.25, 0.3), (0.8, 0.5))
"""Decay until -60 dB [s] and share of the power that comes directly."""


@pytest.mark.parametrize("earcon", Earcon)
def test_an_earcon_is_short_soft_and_does_not_click(earcon: Earcon) -> None:
    made = sound(earcon)
    assert made.seconds <= 0.2
    assert 0.1 < np.abs(made.samples).max() <= 0.25
    assert np.abs(made.samples[[0, -1]]).max() < 0.002
    assert made is sound(earcon)


def test_earcons_differ() -> None:
    assert len({sound(earcon).samples.tobytes() for earcon in Earcon}) == len(Earcon)


def heard_in(room: tuple[float, float], made: Audio, seed: int) -> FloatArray:
    """The earcon as the microphone gets it in a room."""
    decay_s, direct = room
    padded = Audio(np.pad(made.samples, (0, 4_000)), made.rate_hz)
    return in_room(padded, seed, decay_s, direct).samples if decay_s else padded.samples


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("earcon", Earcon)
def test_an_earcon_in_the_microphone_is_no_voice(earcon: Earcon, room: tuple[float, float]) -> None:
    made, noise = resample(sound(earcon)), np.random.default_rng(3)
    for shift in (0, 80, 160, 240):
        for gain in (1.0, 0.3, 0.1, 0.03):
            segmenter = Segmenter(ListeningSection(calibration_s=0.5))
            samples = np.pad(gain * heard_in(room, made, shift), (12_800 + shift, 4_000))
            samples = (samples + noise.normal(0.0, 5e-4, len(samples))).astype(np.float32)
            found = segmenter.feed(Audio(samples, 16_000), len(samples) / 16_000)
            assert not [one for one in found if isinstance(one, Started)], (shift, gain)


def changed(state: ListeningState, mode: str) -> ListeningChanged:
    return ListeningChanged(0.0, state, mode)


def signalled(*events: object) -> list[Earcon]:
    signals = Signals()
    return [found for event in events if (found := signals.earcon(event)) is not None]  # type: ignore[arg-type]


HEARD = Heard(0.0, Utterance("go home", 0.9, "sphinx"))
NOTHING = NothingHeard(0.0, "I could not make out any words.")


def test_hands_free_it_signals_the_start_and_what_it_heard_and_bears_talk_in_the_room() -> None:
    told = signalled(
        changed(LISTENING, "hands-free"),
        changed(HEARING, "hands-free"),
        HEARD,
        changed(OWN, "hands-free"),
        changed(LISTENING, "hands-free"),
        NOTHING,
    )
    assert told == [Earcon.LISTENING, Earcon.HEARD]


@pytest.mark.parametrize("mode", ["push-to-talk", "wake-word"])
def test_who_turned_to_the_program_hears_that_it_did_not_understand(mode: str) -> None:
    passed_over = NothingHeard(0.0, "")
    told = signalled(changed(ASLEEP, mode), changed(LISTENING, mode), changed(HEARING, mode), passed_over, NOTHING)
    assert told == [Earcon.LISTENING, Earcon.ERROR]


def test_after_mute_it_signals_that_it_listens_again() -> None:
    told = signalled(changed(LISTENING, "hands-free"), changed(MUTED, "hands-free"), changed(LISTENING, "hands-free"))
    assert told == [Earcon.LISTENING, Earcon.LISTENING]


@pytest.fixture
def earcons(sound_card: VirtualSoundCard) -> Iterator[Earcons]:  # noqa: F811
    earcons = Earcons("", lambda: 0.8)
    yield earcons
    earcons.close()


def test_an_earcon_comes_out_of_the_machine(sound_card: VirtualSoundCard, earcons: Earcons) -> None:  # noqa: F811
    with sound_card.recording() as recorded:
        start_s = time.monotonic()
        earcons.play(Earcon.LISTENING)
        assert time.monotonic() - start_s < 1.0
        wait_for(lambda: level_dbfs(recorded.audio.samples[-1_600:]) > -40, 60, "the earcon")
        wait_for(lambda: level_dbfs(recorded.audio.samples[-1_600:]) < -80, 60, "its end")


def test_without_an_output_all_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    earcons = Earcons("ALSA: none such", lambda: 1.0)
    earcons.play(Earcon.HEARD)
    earcons.close()
