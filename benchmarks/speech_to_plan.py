"""From the last sound of a spoken command to its plan on the screen [s], wall clock, the whole program at real pace.

Synthetic voices speak into one sound file that the program hears as its microphone; the clock runs from the end of the
voice (so the pause that ends an utterance counts) to the `Proposed` event. Every proposal is cancelled, nothing moves.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recognition import VOICES
from benchmarks.report import print_summary
from benchmarks.spoken.voices import spoken
from vla_assistant import config, language
from vla_assistant.events import Event, Part, PartChanged, PartState, Proposed
from vla_assistant.runtime.assistant import Assistant
from vla_assistant.speech import audio
from vla_assistant.types import Audio

SENTENCES = (
    "pick up the red cup",
    "put the green ball in the blue bowl",
    "stack the red cube on the blue cube",
    "push the green ball to the left",
)
FIRST_S = 10.0
GAP_S = 4.0
LATEST_S = GAP_S
SILENCE_DB = 40.0


@dataclass(frozen=True)
class Script:
    """The sound of all trials, and when each voice ends in it [s]."""

    sound: Audio
    ends_s: tuple[float, ...]


def voice_end(sound: Audio) -> float:
    """Seconds to the last sample that is not `SILENCE_DB` below the loudest."""
    loud = np.flatnonzero(np.abs(sound.samples) > np.abs(sound.samples).max() * 10 ** (-SILENCE_DB / 20))
    return float(loud[-1] + 1) / sound.rate_hz


def script(trials: int) -> Script:
    """One sentence after the other, voices and sentences in turn."""
    rng = np.random.default_rng(0)
    parts, ends, at_s = [], [], 0.0
    for index in range(trials):
        clip = spoken(VOICES[index % len(VOICES)], SENTENCES[index % len(SENTENCES)])
        before = np.zeros(round((GAP_S if index else FIRST_S) * audio.RATE_HZ), np.float32)
        ends.append(at_s + len(before) / audio.RATE_HZ + voice_end(clip))
        parts += [before, clip.samples]
        at_s += (len(before) + len(clip.samples)) / audio.RATE_HZ
    samples = np.concatenate([*parts, np.zeros(round(GAP_S * audio.RATE_HZ), np.float32)])
    hiss = rng.normal(0.0, 3e-4, len(samples)).astype(np.float32)
    return Script(Audio(samples + hiss, audio.RATE_HZ), tuple(ends))


def follow(assistant: Assistant, happened: Iterator[Event], ends_s: tuple[float, ...]) -> list[float]:
    """Seconds from the end of each voice to its plan; a plan belongs to the last voice that ended before it."""
    start_s, waits = 0.0, {}
    for event in happened:
        if isinstance(event, PartChanged) and event.part is Part.MICROPHONE:
            if event.state is PartState.READY:
                start_s = event.time_s
            elif event.state is PartState.OFF and start_s:
                break
        if isinstance(event, Proposed):
            assistant.cancel(by="the benchmark")
            index = int(np.searchsorted(ends_s, event.time_s - start_s)) - 1
            if index >= 0:
                waits.setdefault(index, event.time_s - start_s - ends_s[index])
    return [wait for wait in waits.values() if wait < LATEST_S]


def wait_until_ready(happened: Iterator[Event]) -> None:
    """Until policy and arm are up; the recognizer comes up with the listening, before the first sentence."""
    missing = {Part.POLICY, Part.ARM}
    for event in happened:
        if isinstance(event, PartChanged) and event.state in (PartState.READY, PartState.WARNING):
            missing.discard(event.part)
        if not missing:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trials", type=int, default=20)
    trials = parser.parse_args().trials
    steps = tuple(step for text in SENTENCES for step in language.understand(text).steps)
    with tempfile.TemporaryDirectory() as folder:
        planned = script(trials)
        file = Path(folder) / "commands.wav"
        audio.write(file, planned.sound)
        heard = f"microphones.wav.file={json.dumps(str(file))}"
        settings = config.load(None, ["use.microphone=wav", "use.speaker=silent", heard])
        assistant = Assistant(settings, headless=True, steps_in_scene=steps, program="benchmark")
        with closing(assistant):
            happened = assistant.events()
            assistant.start()
            wait_until_ready(happened)
            assistant.start_listening()
            waits = follow(assistant, happened, planned.ends_s)
    print_summary("speech_to_plan", waits, "s", missed=trials - len(waits), pause_s=settings.listening.pause_s)


if __name__ == "__main__":
    main()
