"""Sound devices that are missing or vanish: told once, found again, never an exception.

No test here may share a sound card of the module: it is about there being none.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.speech.ears import Heard
from tests.virtual_sound import virtual_sound_card, wait_for
from vla_assistant.events import Event, PartChanged, PartState
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone
from vla_assistant.speech.speakers.pyttsx3 import Config as VoiceConfig
from vla_assistant.speech.speakers.pyttsx3 import Pyttsx3Speaker


@pytest.fixture
def no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without any sound device: none in the kernel, no sound server."""
    cards = Path("/proc/asound/cards")
    if cards.exists() and "no soundcards" not in cards.read_text():
        pytest.skip("this computer has a sound card")
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent/pulse")


@pytest.mark.usefixtures("no_sound")
def test_a_vanished_microphone_is_noticed_within_two_seconds_and_found_again() -> None:
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config(retry_s=0.3))
    with virtual_sound_card():
        heard.start(microphone)
        wait_for(lambda: bool(heard.blocks), 60, "sound")
    try:
        assert wait_for(lambda: PartState.WARNING in heard.states, 60, "the watchdog") < 2
        wait_for(lambda: PartState.FAILED in heard.states, 60, "the failure to open it again")
        with virtual_sound_card():
            wait_for(lambda: heard.states.count(PartState.READY) == 2, 60, "the microphone to come back")
    finally:
        microphone.stop()


@pytest.mark.usefixtures("no_sound")
def test_without_any_sound_hardware_it_says_so_once() -> None:
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config(retry_s=0.1))
    heard.start(microphone)
    time.sleep(1.0)
    microphone.stop()
    assert heard.reports == [(PartState.FAILED, "This computer has no microphone. Plug one in; it is found by itself.")]


@pytest.mark.usefixtures("no_sound")
def test_a_voice_without_an_output_says_so_once_goes_on_silently_and_comes_back() -> None:
    events: list[Event] = []
    speaker = Pyttsx3Speaker(VoiceConfig(), emit=events.append)
    try:
        for text in ("one", "two"):
            speaker.speak(text)
            wait_for(lambda: not speaker.speaking, 90, "the sentence")
        assert [spoken.text for spoken in speaker.recent] == ["one", "two"]
        assert all(spoken.audio.seconds > 0.3 for spoken in speaker.recent)
        told = [str(vars(event)) for event in events]
        assert len([words for words in told if "This computer has no sound output. Plug one in" in words]) == 1
        with virtual_sound_card() as card, card.recording() as recorded:
            speaker.speak("now I am here")
            wait_for(lambda: not speaker.speaking, 90, "the sentence")
        assert recorded.audio.seconds > 0.5
        states = [event.state for event in events if isinstance(event, PartChanged)]
        assert states == [PartState.LOADING, PartState.FAILED, PartState.READY]
    finally:
        speaker.close()
