"""How fast the voice begins and falls silent, in the recording of the sound output, and whether it lasts.

Prints JSON: `speaking: text to sound` [s], from `speak` to the first sample above -50 dBFS in the recording of a
virtual output; `speaking: silence` [s], from `silence` to the last such sample; with `--sentences N`, `speaking: in a
row` [s, one sentence from `speak` to its end] with the memory slope of the program and of its voice process and the
number of hangs (a sentence that is not over 20 s after it was given). Times are those at which the recording delivers a
sample, so the recorder's own delay is in them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from tests.virtual_sound import VirtualSoundCard, virtual_sound_card, wait_for
from vla_assistant.speech.speakers.pyttsx3 import Config, Pyttsx3Speaker

AUDIBLE = 10 ** (-50 / 20)
TEXTS = (
    "Shall I pick up the red cup?",
    "The blue cube is in the red bowl.",
    "I do not see a green ball.",
    "Cancelled.",
    "Which one do you mean, the red cup or the blue one?",
)
LONG = "I will pick up the blue cube, then place it in the red bowl, and then I will move back to my home position."
FASTEST_WPM = 400
HANG_S = 10.0
SETTLED = 0.2
"""Share of the sentences after which the memory is looked at: caches are full by then."""


def first_sound_s(speaker: Pyttsx3Speaker, card: VirtualSoundCard, text: str) -> float:
    """From `speak` to the first audible sample."""
    with card.recording() as recorded:
        start_s = time.monotonic()
        speaker.speak(text)
        wait_for(lambda: bool(np.any(np.abs(recorded.audio.samples) > AUDIBLE)), 30, "the voice")
        wait_for(lambda: not speaker.speaking, 30, "the end")
        first = int(np.flatnonzero(np.abs(recorded.audio.samples) > AUDIBLE)[0])
        return recorded.arrived_s(first) - start_s


def silence_s(speaker: Pyttsx3Speaker, card: VirtualSoundCard, after_s: float) -> float:
    """From `silence` to the last audible sample of a sentence that was in full flow."""
    with card.recording() as recorded:
        speaker.speak(LONG)
        wait_for(lambda: recorded.level_dbfs(0.1) > -40, 30, "the voice")
        time.sleep(after_s)
        wait_for(lambda: recorded.level_dbfs(0.03) > -35, 30, "a loud moment")
        start_s = time.monotonic()
        speaker.silence()
        wait_for(lambda: not speaker.speaking, 30, "the speaker to notice")
        time.sleep(0.5)
        last = int(np.flatnonzero(np.abs(recorded.audio.samples) > AUDIBLE)[-1])
        return max(0.0, recorded.arrived_s(last) - start_s)


def in_a_row(count: int) -> None:
    """Speak that many sentences one after the other."""
    speaker = Pyttsx3Speaker(Config(rate=FASTEST_WPM, earcons=False))
    program = psutil.Process()
    seconds: list[float] = []
    memory: list[tuple[int, float, float]] = []
    hangs = 0
    try:
        for number in range(count):
            start_s = time.monotonic()
            speaker.speak(f"{TEXTS[number % len(TEXTS)]} Number {number}.")
            try:
                wait_for(lambda: not speaker.speaking, HANG_S + 10.0, "the sentence")
            except TimeoutError:
                hangs += 1
                speaker.silence()
            seconds.append(time.monotonic() - start_s)
            voice = next(child for child in program.children() if "vla_assistant.speech.voice_main" in child.cmdline())
            memory.append((number, program.memory_info().rss / 2**20, voice.memory_info().rss / 2**20))
    finally:
        speaker.close()
    settled = np.array(memory[round(SETTLED * count) :])
    slopes = [float(np.polyfit(settled[:, 0], settled[:, column], 1)[0]) * 1_000 for column in (1, 2)]
    print_summary(
        "speaking: in a row",
        seconds,
        "s",
        hangs=hangs,
        program_mib_per_1000=round(slopes[0], 3),
        voice_process_mib_per_1000=round(slopes[1], 3),
        program_mib=round(memory[-1][1], 1),
        voice_process_mib=round(memory[-1][2], 1),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--sentences", type=int, default=0, help="how many in a row; 1,000 take about 40 minutes")
    arguments = parser.parse_args()
    with virtual_sound_card() as card:
        speaker = Pyttsx3Speaker(Config(earcons=False))
        try:
            first_sound_s(speaker, card, TEXTS[0])  # the engine starts
            begun = [first_sound_s(speaker, card, TEXTS[i % len(TEXTS)]) for i in range(arguments.trials)]
            print_summary("speaking: text to sound", begun, "s")
            after = np.random.default_rng(0).uniform(0.2, 3.0, arguments.trials)
            print_summary("speaking: silence", [silence_s(speaker, card, s) for s in after], "s")
        finally:
            speaker.close()
        if arguments.sentences:
            in_a_row(arguments.sentences)
    return 0


if __name__ == "__main__":
    sys.exit(main())
