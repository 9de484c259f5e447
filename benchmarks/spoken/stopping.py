"""Spoken stops in wall-clock time: a virtual sound card, the whole program, the arm at top speed.

While the program says something (its voice comes back into the microphone) and a sentence is being recognised, a
voice says "stop". The clock runs from the last voiced sample of the word in a recording of the microphone's own
stream until the arm's own state says that it stands still.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.report import print_summary
from benchmarks.spoken import voices
from benchmarks.stop_latency import first_still, swing
from tests.virtual_sound import Recorded, VirtualSoundCard, virtual_sound_card, wait_for
from vla_assistant import config
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.types import Audio, FloatArray

SENTENCE = "put the green ball in the blue bowl"
TALK = "I am picking up the red cup and I am going to put it into the blue bowl, then I go home and wait for you."
WORDS = ("stop", "stop", "halt", "freeze", "stop")
GAP_S = 0.9
"""After the sentence: its pause is over and it is being recognised when the stop begins."""
START_S = 120.0
HEARD_S = 3.0
SETTLED_S = 2.0
_SETTINGS = ("use.microphone=sounddevice", "use.speaker=pyttsx3", "use.recognizer=sphinx", "simulation.pace=realtime")


def measure(trials: int) -> None:
    """Print the latencies of that many stops."""
    latencies, by_path, missed = [], dict[str, int](), []
    with tempfile.TemporaryDirectory() as folder, virtual_sound_card() as card:
        for name in ("DATA", "CONFIG", "CACHE", "LOGS"):
            os.environ[f"VLA_ASSISTANT_{name}"] = str(Path(folder) / name.lower())
        card.pactl("load-module", "module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=30")
        program = Program()
        try:
            for number in range(trials):
                latency, path = program.trial(card, number)
                by_path[path] = by_path.get(path, 0) + 1
                (latencies.append(latency) if path else missed.append(number))
        finally:
            program.close()
    print_summary("stop_word_latency", latencies, "s", trials=trials, by_path=by_path, missed=len(missed))


class Program:
    """The assistant without a window, listening and speaking through the sound card."""

    def __init__(self) -> None:
        self._stops: list[str] = []
        self._assistant = Assistant(config.load(overrides=_SETTINGS), headless=True, program="benchmark")
        self._motion: MotionProcess = self._assistant._motion
        self._assistant.start()
        ears = self._assistant._ears
        wait_for(lambda: self._motion.latest_frame("front") is not None, START_S, "the arm")
        self._assistant.start_listening()
        wait_for(lambda: ears.listening and ears.level > 0.0, START_S, "the ears")
        time.sleep(SETTLED_S)

    def trial(self, card: VirtualSoundCard, number: int) -> tuple[float, str]:
        """Seconds from the end of the word until the arm stands still, and what heard it; "" when nothing did."""
        word = voices.spoken(voices.HELD_OUT[number % len(voices.HELD_OUT)], WORDS[number % len(WORDS)])
        sentence = voices.spoken(voices.HELD_OUT[number % len(voices.HELD_OUT)], SENTENCE)
        self._resume()
        swinging = threading.Thread(target=swing, args=(self._motion,))
        swinging.start()
        with card.recording("mic") as recorded:
            playing = card.play(_with_silence(sentence, GAP_S, word), wait=False)
            time.sleep(sentence.seconds)
            self._assistant._voice.speak(TALK)
            stopped = self._wait_for_stop(sentence.seconds + GAP_S + HEARD_S)
            report = first_still(self._motion.report, 0) if stopped else None
            playing.wait(10)
        self._assistant._voice.silence()
        self._assistant.stop("the end of the trial")
        swinging.join(10)
        if report is None:
            return 0.0, ""
        return report.at_ns / 1e9 - _end_of(word.samples, recorded), stopped

    def _wait_for_stop(self, timeout_s: float) -> str:
        deadline = time.monotonic() + timeout_s
        while not self._motion.stopped and time.monotonic() < deadline:
            time.sleep(0.002)
        return self._motion.why_stopped if self._motion.stopped else ""

    def _resume(self) -> None:
        self._assistant.resume()
        wait_for(lambda: not self._motion.stopped, 10, "the arm to be free")
        time.sleep(0.5)

    def close(self) -> None:
        """End it."""
        self._assistant.close()


def _with_silence(first: Audio, gap_s: float, second: Audio) -> Audio:
    quiet = np.zeros(round(gap_s * RATE_HZ), np.float32)
    return Audio(np.concatenate([first.samples, quiet, second.samples, quiet]), RATE_HZ)


def _end_of(word: FloatArray, recorded: Recorded) -> float:
    """Monotonic time of the word's last voiced sample: where the recording fits it best."""
    heard = recorded.audio.samples
    loud = np.flatnonzero(np.abs(word) > 0.05 * np.abs(word).max())
    size = len(heard) + len(word)
    fit = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(word, size)), size)[: len(heard)]
    return recorded.first_s + (int(np.argmax(fit)) + int(loud[-1])) / RATE_HZ
