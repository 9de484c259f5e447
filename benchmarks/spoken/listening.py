"""Hears minutes of sound through the program's own ears, faster than real time: listener, segmenter, recognizer, stop
spotter.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from tests.virtual_sound import wait_for
from vla_assistant import config, registry
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.listener import Listener
from vla_assistant.speech.microphones.base import Report, Sink
from vla_assistant.speech.stop_words.spotter import StopSpotter
from vla_assistant.types import Audio, FloatArray, Utterance

BLOCK = RATE_HZ // 50
LONGEST_WAIT_S = 30.0


class Fed:
    """A microphone that delivers what it is given, on the caller's thread."""

    live = False
    level = 0.0

    def __init__(self) -> None:
        self.sink: Sink = lambda block: None

    def start(self, sink: Sink, report: Report) -> None:
        """Take the sink."""
        self.sink = sink

    def stop(self) -> None:
        """Deliver nothing any more."""

    def devices(self) -> list[str]:
        """None to choose."""
        return []


def stops(samples: FloatArray, paths: str, told: Callable[[float], None] = lambda share: None) -> list[Utterance]:
    """The stops that the ears act on; their times are seconds of the sound.

    Args:
        samples: float32 (n,), mono 16 kHz.
        paths: "both", or only the "spotter", or only the "recognizer" (sphinx).
        told: Hears the share that is done, now and then.
    """
    settings = config.load(overrides=["use.recognizer=sphinx"])
    recognizer = registry.backend("recognizers", "sphinx").create(settings.backend("recognizers", "sphinx"))
    spotter = None if paths == "recognizer" else StopSpotter()
    if paths == "spotter":
        return _of_spotter(spotter or StopSpotter(), samples, told)
    microphone, heard = Fed(), list[Utterance]()
    clock = [0.0]
    ears = Listener(
        settings.listening,
        microphone,
        recognizer,
        lambda event: None,
        now=lambda: clock[0],
        stop_spotter=spotter,
        on_stop=heard.append,
    )
    with closing(ears):
        ears.start()
        for start in range(0, len(samples), BLOCK):
            clock[0] = (start + BLOCK) / RATE_HZ
            microphone.sink(Audio(samples[start : start + BLOCK], RATE_HZ))
            if start % (RATE_HZ * 2) == 0:
                wait_for(lambda: ears.settled, LONGEST_WAIT_S, "the recognizer")
                told(start / len(samples))
        wait_for(lambda: ears.settled, LONGEST_WAIT_S, "the recognizer")
    return heard


def _of_spotter(spotter: StopSpotter, samples: FloatArray, told: Callable[[float], None]) -> list[Utterance]:
    found: list[Utterance] = []
    for start in range(0, len(samples), RATE_HZ):
        block = samples[start : start + RATE_HZ]
        hits = spotter.feed(Audio(block, RATE_HZ), (start + len(block)) / RATE_HZ)
        found += [hit.utterance for hit in hits]
        if start % (60 * RATE_HZ) == 0:
            told(start / len(samples))
    return found
