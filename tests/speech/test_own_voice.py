"""The program does not obey itself: what it says, in its own microphone, is no command, no yes and no stop."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.spoken.noises import in_room
from tests.speech.own_sentences import sentences
from tests.speech.voices import say
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.config import ListeningSection
from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.events import Event, Heard, PartChanged, SpeechStarted
from vla_assistant.speech.audio import RATE_HZ, resample
from vla_assistant.speech.decoding import Decoding, Job
from vla_assistant.speech.echo import is_ours, likeness, timeline
from vla_assistant.speech.listener import Listener
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone
from vla_assistant.speech.modes import MODES, Modes, Taken, Use
from vla_assistant.speech.recognizers.sphinx import Config as SphinxConfig
from vla_assistant.speech.recognizers.sphinx import SphinxRecognizer
from vla_assistant.speech.speakers.base import Spoken
from vla_assistant.speech.speakers.pyttsx3 import Config as VoiceConfig
from vla_assistant.speech.speakers.pyttsx3 import Pyttsx3Speaker
from vla_assistant.speech.stop_words.spotter import StopSpotter
from vla_assistant.speech.voice import VoiceEngine, VoiceSettings
from vla_assistant.types import Audio

BLOCK = RATE_HZ // 50
BEFORE_S, AFTER_S = 1.2, 1.2
BUFFERED_S = 0.1
"""So much later than it is played a sound may come out of the microphone."""
RISKY = ("Stopped.", "Cancelled.", "Shall I go home?", 'Paused. Say "go on" or "cancel".', "Yes, I can do that.")


@pytest.fixture(scope="module")
def rendered() -> dict[str, Audio]:
    """Every sentence of the program in its own voice, 16 kHz."""
    engine = VoiceEngine(VoiceSettings())
    try:
        return {text: resample(engine.render(text)) for text in sentences()}
    finally:
        engine.close()


@pytest.fixture(scope="module")
def sphinx() -> Iterator[SphinxRecognizer]:
    recognizer = SphinxRecognizer(SphinxConfig())
    yield recognizer
    recognizer.close()


def test_the_sentences_are_those_of_the_program() -> None:
    said = sentences()
    assert len(said) > 25
    assert {"Stopped.", "Cancelled.", "Confirmed.", "The table has changed."} <= set(said)
    assert any("Shall I" in text for text in said)


def taken(voice: Audio, mode: str, seed: int, gain: float) -> list[Taken]:
    """What the modes take from a room in which only our own voice speaks."""
    echo = in_room(Audio(np.pad(gain * voice.samples, (round(BUFFERED_S * RATE_HZ), 0)), RATE_HZ), seed).samples
    samples = np.pad(echo, (round(BEFORE_S * RATE_HZ), round(AFTER_S * RATE_HZ)))
    samples = (samples + np.random.default_rng(seed).normal(0, 1e-3, len(samples))).astype(np.float32)
    modes, outcomes = Modes(ListeningSection(mode=mode, calibration_s=0.5)), []
    for start in range(0, len(samples), BLOCK):
        time_s = (start + BLOCK) / RATE_HZ
        speaking = BEFORE_S <= time_s < BEFORE_S + voice.seconds
        outcomes += modes.hear(Audio(samples[start : start + BLOCK], RATE_HZ), time_s, own_voice=speaking)
    assert not [one for one in outcomes if type(one).__name__ == "Started"]
    return [one for one in outcomes if isinstance(one, Taken)]


@pytest.mark.parametrize("mode", MODES)
def test_what_the_program_says_is_never_a_command(rendered: dict[str, Audio], mode: str) -> None:
    for seed, (text, voice) in enumerate(rendered.items()):
        uses = [one.use for one in taken(voice, mode, seed, gain=0.5)]
        assert set(uses) <= {Use.STOP}, text


def spoken(voice: Audio) -> Spoken:
    return Spoken("", voice, BEFORE_S)


@pytest.mark.parametrize("gain", [1.0, 0.2])
def test_what_the_program_says_is_known_as_its_own(rendered: dict[str, Audio], gain: float) -> None:
    for seed, (text, voice) in enumerate(rendered.items()):
        short = [one.segment for one in taken(voice, "hands-free", seed, gain) if one.segment.audio.seconds < 2.2]
        assert all(is_ours(segment, [spoken(voice)]) for segment in short), text


def test_what_the_program_says_is_no_stop(rendered: dict[str, Audio], sphinx: SphinxRecognizer) -> None:
    events: list[Event] = []
    decoding = Decoding(sphinx, None, events.append, lambda utterance: None, ListeningSection())
    try:
        for seed, voice in enumerate(rendered.values()):
            for one in taken(voice, "hands-free", seed, 1.0):
                if not is_ours(one.segment, [spoken(voice)]):
                    decoding.put(Job(one.segment, one.use))
        wait_for(lambda: decoding.idle, 120, "the decoding")
    finally:
        decoding.close()
    assert [event.utterance.text for event in events if isinstance(event, Heard)] == []


def test_a_persons_stop_over_our_own_voice_is_not_ours(rendered: dict[str, Audio]) -> None:
    """Far louder than ours at the microphone, as of somebody who stands at the arm."""
    kept = 0
    for seed, voice in enumerate(list(rendered.values())[:10]):
        clip = say("stop", ("flite:slt", "espeak-ng:en-us", "flite:kal16")[seed % 3]).samples
        mixed = voice.samples * 0.05
        at = len(mixed) // 3
        length = min(len(clip), len(mixed) - at)
        mixed[at : at + length] += clip[:length]
        segments = [one.segment for one in taken(Audio(mixed, RATE_HZ), "hands-free", seed, 1.0)]
        during = [one for one in segments if one.start_s < BEFORE_S + at / RATE_HZ + 0.3 < one.end_s]
        kept += any(not is_ours(segment, [spoken(voice)]) for segment in during)
    assert kept >= 9


def test_without_a_voice_of_ours_nothing_is_ours(rendered: dict[str, Audio]) -> None:
    voice = next(iter(rendered.values()))
    assert likeness(voice, Audio(np.zeros(3 * RATE_HZ, np.float32), RATE_HZ)) == 0.0
    assert likeness(Audio(voice.samples[:100], RATE_HZ), voice) == 0.0
    assert likeness(voice, voice) == pytest.approx(1.0)


@pytest.mark.parametrize("start_s", [-2.0, -0.5, 0.0, 0.3, 5.0])
def test_the_timeline_holds_each_sample_at_its_time(start_s: float) -> None:
    ramp = Audio(np.linspace(0.1, 0.9, RATE_HZ, dtype=np.float32), RATE_HZ)
    played = timeline([Spoken("", ramp, 1.0), Spoken("", ramp, 2.5)], start_s, start_s + 2.0)
    assert len(played.samples) == 2 * RATE_HZ
    for begun_s in (1.0, 2.5):
        for later_s in (0.1, 0.9):
            at = round((begun_s + later_s - start_s) * RATE_HZ)
            if 0 <= at < len(played.samples):
                assert played.samples[at] == pytest.approx(0.1 + 0.8 * later_s, abs=1e-3)


def spotter(speaker: Pyttsx3Speaker) -> StopSpotter | None:
    """The stop spotter, where its package is installed."""
    try:
        return StopSpotter("en", speaker)
    except (BackendError, WeightsError):
        return None


def test_through_the_loudspeaker_and_the_microphone_nothing_gets_through(
    sound_card: VirtualSoundCard,  # noqa: F811
    sphinx: SphinxRecognizer,
) -> None:
    loop = sound_card.pactl("load-module", "module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=30")
    events: list[Event] = []
    speaker = Pyttsx3Speaker(VoiceConfig(earcons=False))
    options = ListeningSection(calibration_s=0.5)
    parts = {"speaker": speaker, "stop_spotter": spotter(speaker)}
    listener = Listener(options, SoundDeviceMicrophone(Config()), sphinx, events.append, **parts)  # type: ignore[arg-type]
    try:
        listener.start()
        wait_for(lambda: any(isinstance(event, PartChanged) and "noise" in event.detail for event in events), 60, "it")
        for text in RISKY:
            speaker.speak(text)
            wait_for(lambda: listener.level > 0.3, 60, "our own voice in the microphone")
            wait_for(lambda: not speaker.speaking, 60, "the end of the sentence")
            time.sleep(1.5)
        wait_for(lambda: listener.settled, 60, "the decoding")
    finally:
        listener.close()
        speaker.close()
        sound_card.pactl("unload-module", loop.strip())
    assert [event for event in events if isinstance(event, Heard | SpeechStarted)] == []
