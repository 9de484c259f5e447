"""How soon an unplugged and a muted microphone is noticed, and how soon it is back when it is plugged in again.

A virtual microphone (a source of a private PulseAudio) is unloaded, loaded and muted while the program listens to it.
Prints three lines of JSON, all [s]: `microphone: unplugged` and `microphone: muted`, until the program says so, and
`microphone: back`, until sound flows again without a restart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from tests.speech.ears import Heard
from tests.virtual_sound import VirtualSoundCard, virtual_sound_card, wait_for
from vla_assistant.events import PartState
from vla_assistant.speech.microphones.sounddevice import Config, SoundDeviceMicrophone

REST_S = 1.0


class Usb:
    """A microphone that can be plugged into the virtual card."""

    def __init__(self, card: VirtualSoundCard) -> None:
        self._card = card
        self._module = ""

    def plug(self) -> None:
        options = ("source_name=usb", "rate=44100", "description=USB")
        self._module = self._card.pactl("load-module", "module-null-source", *options).strip()
        self._card.pactl("set-default-source", "usb")

    def unplug(self) -> None:
        self._card.pactl("unload-module", self._module)

    def mute(self, muted: bool) -> None:
        self._card.pactl("set-source-mute", "usb", str(int(muted)))


def taken(act: Callable[[], object], heard: Heard, state: PartState) -> float:
    """Seconds from before the act until the microphone reports that state, for READY with sound."""
    start_s, count = time.monotonic(), len(heard.blocks)
    act()

    def reached() -> bool:
        return heard.states[-1] is state and (state is not PartState.READY or len(heard.blocks) > count)

    wait_for(reached, 30, state)
    return time.monotonic() - start_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    trials = parser.parse_args().trials
    unplugged, back, muted = list[float](), list[float](), list[float]()
    with virtual_sound_card() as card:
        usb, heard = Usb(card), Heard()
        usb.plug()
        microphone = SoundDeviceMicrophone(Config())
        heard.start(microphone)
        try:
            wait_for(lambda: bool(heard.blocks), 30, "sound")
            for _ in range(trials):
                time.sleep(REST_S)
                unplugged.append(taken(usb.unplug, heard, PartState.WARNING))
                time.sleep(REST_S)
                back.append(taken(usb.plug, heard, PartState.READY))
                time.sleep(REST_S)
                muted.append(taken(lambda: usb.mute(True), heard, PartState.WARNING))
                taken(lambda: usb.mute(False), heard, PartState.READY)
        finally:
            microphone.stop()
    print_summary("microphone: unplugged", unplugged, "s")
    print_summary("microphone: back", back, "s")
    print_summary("microphone: muted", muted, "s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
