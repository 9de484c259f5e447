"""From the last sound of a spoken command to its plan on the screen [s], wall clock, the whole program at real pace.

Synthetic voices speak into one sound file that the program hears as its microphone; the clock runs from the end of the
voice (so the pause that ends an utterance counts) to the `Proposed` event. Every proposal is cancelled, nothing moves.
With `--virtual` the file is played into a virtual sound card (PulseAudio), and the ends of the voices are looked for in
a recording of the microphone's own stream.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
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
from vla_assistant.types import Audio, Step

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


def proposals(assistant: Assistant, happened: Iterator[Event]) -> tuple[float, list[float]]:
    """When the microphone was ready and when plans were proposed, until it is off [monotonic s]."""
    start_s, found = 0.0, list[float]()
    for event in happened:
        if isinstance(event, PartChanged) and event.part is Part.MICROPHONE:
            if event.state is PartState.READY:
                start_s = start_s or event.time_s
            elif event.state is PartState.OFF and start_s:
                break
        if isinstance(event, Proposed):
            assistant.cancel(by="the benchmark")
            found.append(event.time_s)
    return start_s, found


def waits_of(proposed: list[float], ends_s: Sequence[float]) -> list[float]:
    """Seconds from the end of each voice to its plan; a plan belongs to the last voice that ended before it."""
    waits: dict[int, float] = {}
    for time_s in proposed:
        index = int(np.searchsorted(ends_s, time_s)) - 1
        if index >= 0:
            waits.setdefault(index, time_s - ends_s[index])
    return [wait for wait in waits.values() if wait < LATEST_S]


def ends_heard(recorded: Audio) -> list[float]:
    """Seconds to the end of each voice in the recording; a voice is what has more than half of GAP_S around it."""
    loud = np.flatnonzero(np.abs(recorded.samples) > np.abs(recorded.samples).max() * 10 ** (-SILENCE_DB / 20))
    last = np.append(np.flatnonzero(np.diff(loud) > GAP_S / 2 * recorded.rate_hz), len(loud) - 1)
    return [float(loud[index] + 1) / recorded.rate_hz for index in last]


def from_file(settings: Callable[..., config.Settings], planned: Script, steps: Sequence[Step]) -> list[float]:
    """The file is the microphone."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "commands.wav"
        audio.write(file, planned.sound)
        with running(
            settings("use.microphone=wav", f"microphones.wav.file={json.dumps(str(file))}"), steps
        ) as assistant:
            happened = assistant.events()
            assistant.start_listening()
            start_s, proposed = proposals(assistant, happened)
    return waits_of(proposed, [start_s + end_s for end_s in planned.ends_s])


def from_sound_card(settings: Callable[..., config.Settings], planned: Script, steps: Sequence[Step]) -> list[float]:
    """The file is played into the virtual sound card, whose stream is recorded."""
    from tests.virtual_sound import virtual_sound_card

    with virtual_sound_card() as card, running(settings("use.microphone=sounddevice"), steps) as assistant:
        happened = assistant.events()
        assistant.start_listening()
        with card.recording("mic") as recorded:

            def play() -> None:
                card.play(planned.sound)
                assistant.stop_listening()

            player = threading.Thread(target=play)
            player.start()
            _, proposed = proposals(assistant, happened)
            player.join()
        return waits_of(proposed, [recorded.first_s + end_s for end_s in ends_heard(recorded.audio)])


@contextmanager
def running(settings: config.Settings, steps: Sequence[Step]) -> Iterator[Assistant]:
    """The program without a window, with a scene in which the steps make sense; policy and arm are up."""
    assistant = Assistant(settings, headless=True, steps_in_scene=tuple(steps), program="benchmark")
    with closing(assistant):
        happened = assistant.events()
        assistant.start()
        wait_until_ready(happened)
        yield assistant


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
    parser.add_argument("--virtual", action="store_true", help="through a virtual sound card")
    parser.add_argument("--set", action="append", default=[], dest="sets", help="section.key=value")
    options = parser.parse_args()
    steps = [step for text in SENTENCES for step in language.understand(text).steps]

    def settings(*more: str) -> config.Settings:
        return config.load(None, ["use.speaker=silent", *options.sets, *more])

    measure = from_sound_card if options.virtual else from_file
    waits = measure(settings, script(options.trials), steps)
    through = "virtual sound card" if options.virtual else "file"
    print_summary("speech_to_plan", waits, "s", missed=options.trials - len(waits), microphone=through)


if __name__ == "__main__":
    main()
