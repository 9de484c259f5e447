"""Through the virtual sound card: a sentence played into the microphone is one utterance; our own voice is none."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.speech.test_listener import Scripted
from tests.speech.voices import say
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, Heard, PartChanged, PartState
from vla_assistant.speech.listener import Listener
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone

SENTENCE = "place the yellow can on the white plate"


class LiveEars:
    """A listener on the default microphone."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.recognizer = Scripted(SENTENCE)
        microphone = SoundDeviceMicrophone(Config())
        self.listener = Listener(ListeningSection(calibration_s=0.5), microphone, self.recognizer, self.events.append)

    @property
    def heard(self) -> list[Heard]:
        return [event for event in self.events if isinstance(event, Heard)]

    @property
    def calibrated(self) -> bool:
        return any(isinstance(event, PartChanged) and "noise" in event.detail for event in self.events)


@pytest.fixture
def ears(sound_card: VirtualSoundCard) -> Iterator[LiveEars]:  # noqa: F811
    ears = LiveEars()
    ears.listener.start()
    wait_for(lambda: ears.calibrated, 60, "the calibration")
    yield ears
    ears.listener.close()


def test_a_sentence_played_into_the_microphone_is_one_utterance(
    ears: LiveEars,
    sound_card: VirtualSoundCard,  # noqa: F811
) -> None:
    sentence = say(SENTENCE, "espeak-ng:en-us")
    sound_card.play(sentence)
    wait_for(lambda: bool(ears.heard), 60, "the utterance")
    time.sleep(0.5)
    (heard,) = ears.heard
    length_s = heard.utterance.end_s - heard.utterance.start_s
    assert sentence.seconds - 0.5 < length_s < sentence.seconds + 0.7
    assert abs(heard.time_s - heard.utterance.end_s) < 3


def test_the_meter_moves_with_the_sound_and_falls_when_muted(
    ears: LiveEars,
    sound_card: VirtualSoundCard,  # noqa: F811
) -> None:
    assert ears.listener.level < 0.1
    player = sound_card.play(say(SENTENCE, "flite:slt"), wait=False)
    wait_for(lambda: ears.listener.level > 0.4, 60, "the meter")
    ears.listener.mute(True)
    assert ears.listener.level == 0
    player.wait(30)
    time.sleep(1.0)
    assert ears.heard == []


def test_the_microphone_can_be_switched_off_and_on(ears: LiveEars, sound_card: VirtualSoundCard) -> None:  # noqa: F811
    ears.listener.stop()
    assert not ears.listener.listening
    ears.listener.start()
    ready = [e for e in ears.events if isinstance(e, PartChanged) and e.state is PartState.READY]
    wait_for(lambda: len([e for e in ears.events if isinstance(e, PartChanged)]) > len(ready), 60, "the microphone")
    wait_for(
        lambda: any("Listening to" in e.detail for e in ears.events[-3:] if isinstance(e, PartChanged)), 30, "sound"
    )
    sound_card.play(say(SENTENCE, "flite:awb"))
    wait_for(lambda: len(ears.heard) == 1, 60, "the utterance")
