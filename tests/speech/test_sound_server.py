"""The sound server tells that a microphone was unplugged or muted; that is said, and it comes back by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.speech.ears import Heard
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant.events import PartState
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone
from vla_assistant.speech.sound_server import Plug, SoundServer, Source, Sources, _read

USB = Source("usb", "USB Microphone", muted=False, is_monitor=False)
BUILT_IN = Source("built-in", "Built-in Microphone", muted=False, is_monitor=False)
MONITOR = Source("speaker.monitor", "Monitor of Speaker", muted=False, is_monitor=True)
MUTED = Source("usb", "USB Microphone", muted=True, is_monitor=False)


def at(ours: Source | None, *others: Source) -> Sources:
    """Our stream is at the first one."""
    there = [source for source in (ours, *others) if source is not None]
    real = frozenset(source.name for source in there if not source.is_monitor)
    return Sources(frozenset(source.name for source in there), real, ours)


def looked(*seen: Sources | None) -> list[tuple[PartState, str]]:
    """What a fresh plug says to each in turn."""
    plug = Plug()
    return [plug.look(sources, "ALSA: default") for sources in seen]


def test_nothing_known_is_a_microphone_that_works() -> None:
    assert looked(None, at(None, MONITOR)) == [(PartState.READY, "Listening to ALSA: default.")] * 2


def test_a_stream_moved_to_the_loudspeaker_was_unplugged() -> None:
    first, second, third = looked(at(USB, MONITOR), at(MONITOR), at(USB, MONITOR))
    assert first == third == (PartState.READY, "Listening to ALSA: default.")
    assert second == (
        PartState.WARNING,
        "The microphone USB Microphone was unplugged. Plug it in; it is found by itself.",
    )


def test_a_stream_moved_to_another_microphone_is_told_and_goes_on() -> None:
    _, moved, there = looked(at(USB, BUILT_IN), at(BUILT_IN), at(BUILT_IN))
    assert moved == (PartState.READY, "Listening to ALSA: default (Built-in Microphone).")
    assert there == (PartState.READY, "Listening to ALSA: default.")


def test_who_listens_to_a_monitor_on_purpose_may() -> None:
    assert looked(at(MONITOR, USB))[0][0] is PartState.READY
    assert looked(at(USB, MONITOR), at(MONITOR, USB))[1][0] is PartState.READY


def test_a_muted_microphone_is_named() -> None:
    states = [state for state, _ in looked(at(USB), at(MUTED), at(USB))]
    assert states == [PartState.READY, PartState.WARNING, PartState.READY]
    assert looked(at(MUTED))[0][1] == "The microphone USB Microphone is muted in the computer's sound settings."


def test_it_may_be_back_when_any_microphone_is_there() -> None:
    plug = Plug()
    plug.look(at(USB, MONITOR), "")
    plug.look(at(MONITOR), "")
    assert plug.is_out
    assert not plug.may_be_back(None)
    assert not plug.may_be_back(at(None, MONITOR))
    assert plug.may_be_back(at(None, MONITOR, BUILT_IN))
    assert plug.may_be_back(at(None, MONITOR, USB))


def test_only_our_own_stream_counts() -> None:
    sources = [
        {"index": 3, "name": "usb", "description": "USB", "mute": False, "properties": {}},
        {"index": 5, "name": "s.monitor", "description": "M", "mute": True, "properties": {"device.class": "monitor"}},
    ]
    streams = [{"source": 3, "properties": {"application.process.id": "77"}}, {"source": 5, "properties": {}}]
    found = _read(sources, streams, "77")
    assert found == Sources(frozenset({"usb", "s.monitor"}), frozenset({"usb"}), Source("usb", "USB", False, False))
    assert _read(sources, streams, "78").ours is None


def test_the_watch_leaves_nothing(sound_card: VirtualSoundCard) -> None:  # noqa: F811
    server = SoundServer()
    wait_for(lambda: server.sources is not None, 60, "the sources")
    assert server.sources is not None
    assert "mic.monitor" in server.sources.names
    assert server.alive
    renewed = server.renewed()
    assert not server.alive
    renewed.close()
    renewed.close()
    assert not [child for child in psutil.Process().children(recursive=True) if "subscribe" in child.cmdline()]


def test_without_pactl_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    server = SoundServer()
    wait_for(lambda: not server.alive, 60, "the watch to end")
    assert server.sources is None
    server.close()


class Usb:
    """A microphone that can be plugged into the virtual card: a source that sends silence."""

    def __init__(self, card: VirtualSoundCard, rate_hz: int = 44_100) -> None:
        self._card, self._rate_hz = card, rate_hz
        self._module = ""

    def plug(self) -> None:
        options = (f"rate={self._rate_hz}", "channels=1", "description=USB")
        self._module = self._card.pactl("load-module", "module-null-source", "source_name=usb", *options).strip()
        self._card.pactl("set-default-source", "usb")

    def unplug(self) -> None:
        self._card.pactl("unload-module", self._module)


@pytest.fixture
def usb(sound_card: VirtualSoundCard) -> Iterator[Usb]:  # noqa: F811
    """Plugged in; the test leaves it so."""
    usb = Usb(sound_card)
    usb.plug()
    yield usb
    usb.unplug()
    sound_card.pactl("set-default-source", "mic.monitor")


def test_an_unplugged_microphone_is_told_and_comes_back_without_a_restart(usb: Usb) -> None:
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config())
    heard.start(microphone)
    try:
        wait_for(lambda: PartState.READY in heard.states, 60, "sound")
        time.sleep(0.5)
        usb.unplug()
        wait_for(lambda: PartState.WARNING in heard.states, 60, "the warning")
        assert "was unplugged" in heard.reports[-1][1] or "sends nothing" in heard.reports[-1][1]
        assert microphone.level == 0
        usb.plug()
        count = len(heard.blocks)
        wait_for(lambda: heard.states[-1] is PartState.READY and len(heard.blocks) > count, 60, "the sound")
    finally:
        microphone.stop()


def test_a_microphone_muted_in_the_system_is_told(sound_card: VirtualSoundCard, usb: Usb) -> None:  # noqa: F811
    heard = Heard()
    microphone = SoundDeviceMicrophone(Config())
    heard.start(microphone)
    try:
        wait_for(lambda: PartState.READY in heard.states, 60, "sound")
        sound_card.pactl("set-source-mute", "usb", "1")
        wait_for(lambda: any("USB is muted" in detail for _, detail in heard.reports), 60, "the warning")
        sound_card.pactl("set-source-mute", "usb", "0")
        wait_for(lambda: heard.states[-1] is PartState.READY, 60, "the sound")
    finally:
        microphone.stop()


def test_a_killed_program_leaves_no_watch(sound_card: VirtualSoundCard, tmp_path: Path) -> None:  # noqa: F811
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from vla_assistant.speech.sound_server import SoundServer\n"
        "server = SoundServer()\n"
        "while server.sources is None: time.sleep(0.05)\n"
        "print('watching', flush=True)\n"
        "time.sleep(60)\n"
    )
    env = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, str(program)], env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"watching\n"
        watch = psutil.Process(process.pid).children(recursive=True)
        assert any("subscribe" in child.cmdline() for child in watch)
        process.kill()
    wait_for(lambda: not any(child.is_running() for child in watch), 60, "the watch to end")
