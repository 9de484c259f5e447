"""Voice detectors through the program's own segmenter: words of 250 ms, commands, false starts, delay, processor time.

Prints one JSON object for each detector. `words` is the share of words of 250 ms that are in an utterance, `commands`
the share of commands that are in one, whole, `split` the share cut in two, for each kind of noise and distance; the
common keys say how long after the beginning of a word an utterance is noticed; `ends_s` how long after a command's last
loud sample its utterance ends (median and p95; the pause of 0.6 s counts); `false_starts_an_hour` how many utterances
each noise begins. Babble is made of voices: what it begins is no mistake of the detector, but of who listens to it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.spoken import noises, voices
from vla_assistant.config import ListeningSection
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.detectors import NAMES
from vla_assistant.speech.detectors.base import Detector, Look
from vla_assistant.speech.room import ROOM_PERCENTILE, Room
from vla_assistant.speech.segmenter import Segmenter
from vla_assistant.speech.segments import Segment, Started
from vla_assistant.speech.voicing import FRAME
from vla_assistant.types import Audio, FloatArray

WORDS = ("stop", "yes", "no", "go")
WORD_S = 0.25
MARGIN_S = 2.0
HISS_DBFS = -65.0
LEVELS_DB = (20.0, 10.0, 5.0)
OTHERS = ("webrtc", "micro")
"""Need the packages webrtcvad-wheels and pymicro-vad, which the program does not."""
OPTIONS = ListeningSection()
BLOCK = RATE_HZ // 50


class Probabilities:
    """A detector of `benchmarks` only: a probability for each frame, with one threshold to begin and one to go on."""

    def __init__(self, probability: Callable[[FloatArray], float], begin: float, keep: float) -> None:
        self._probability, self._begin, self._keep = probability, begin, keep
        self._room = Room(ROOM_PERCENTILE)

    @property
    def noise_dbfs(self) -> float:
        return self._room.floor_dbfs

    def look(self, frame: FloatArray) -> Look:
        probability = self._probability(frame)
        begins = probability >= self._begin
        return Look(begins, probability >= self._keep, begins)

    def calibrate(self, frames: list[FloatArray]) -> None:
        """Nothing to measure."""

    def reset(self) -> None:
        """It forgets by itself."""


def webrtc() -> Detector:
    """The Gaussian mixtures of WebRTC, mode 3."""
    import webrtcvad

    network = webrtcvad.Vad(3)
    return Probabilities(lambda frame: float(network.is_speech(_pcm(frame), RATE_HZ)), 0.5, 0.5)


def micro() -> Detector:
    """The streaming network of microVAD, which looks at 10 ms at a time."""
    from pymicro_vad import MicroVad

    network = MicroVad()

    def probability(frame: FloatArray) -> float:
        halves = (frame[: FRAME // 2], frame[FRAME // 2 :])
        return max(network.process_10ms(_pcm(half)) for half in halves)

    return Probabilities(probability, 0.5, 0.35)


def _pcm(samples: FloatArray) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def made(name: str) -> Segmenter:
    """The program's segmenter with that detector."""
    foreign = {"webrtc": webrtc, "micro": micro}.get(name)
    segmenter = Segmenter(OPTIONS, ROOM_PERCENTILE, "pitch" if foreign else name)
    if foreign:
        segmenter._detector = foreign()
    return segmenter


@dataclass
class Heard:
    """What a segmenter made of a sound: when each utterance was noticed, began, and was handed out [s]."""

    starts: list[float] = field(default_factory=list)
    finals: list[tuple[Segment, float]] = field(default_factory=list)


def run(segmenter: Segmenter, sound: Audio) -> Heard:
    """The sound in blocks of 20 ms, then the end of the stream."""
    heard = Heard()
    for start in range(0, len(sound.samples), BLOCK):
        now = (start + BLOCK) / RATE_HZ
        for finding in segmenter.feed(Audio(sound.samples[start : start + BLOCK], RATE_HZ), now):
            if isinstance(finding, Started):
                heard.starts.append(now)
            elif isinstance(finding, Segment) and finding.final:
                heard.finals.append((finding, now))
    heard.finals += [(one, sound.seconds) for one in segmenter.flush() if isinstance(one, Segment)]
    return heard


def short(clip: Audio) -> Audio:
    """Its loudest 250 ms."""
    count = round(WORD_S * RATE_HZ)
    loudest = int(np.argmax(np.convolve(clip.samples**2, np.ones(count, np.float32), "valid")))
    return Audio(clip.samples[loudest : loudest + count], RATE_HZ)


def edges(clip: Audio) -> tuple[float, float]:
    """Where the clip is louder than -30 dB under its peak [s]."""
    loud = np.flatnonzero(np.abs(clip.samples) > 0.03 * np.abs(clip.samples).max())
    return float(loud[0]) / RATE_HZ, float(loud[-1]) / RATE_HZ


def conditions(clip: Audio, seed: int) -> Iterator[tuple[str, Audio]]:
    """The clip with MARGIN_S around it: clean, in a room, and in each noise at each distance."""
    rng = np.random.default_rng(seed)
    for name, sound in (("clean", clip), ("room", noises.in_room(clip, seed))):
        padded = np.pad(sound.samples, round(MARGIN_S * RATE_HZ))
        hiss = rng.normal(0.0, 10 ** (HISS_DBFS / 20), len(padded)).astype(np.float32)
        yield name, Audio(np.clip(padded + hiss, -1, 1), RATE_HZ)
    for kind in noises.NOISES:
        for distance in LEVELS_DB:
            yield f"{kind} {distance:g}", noises.mixed(clip, kind, distance, seed, MARGIN_S)


@dataclass
class Figures:
    """Of one detector."""

    words: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    commands: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    split: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    ends_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late_s: list[float] = field(default_factory=list)
    false_starts: dict[str, float] = field(default_factory=dict)
    sound_s: float = 0.0
    seconds: float = 0.0

    def timed(self, name: str, sound: Audio) -> Heard:
        """Run it and count its processor time."""
        segmenter = made(name)
        begin = time.process_time()
        heard = run(segmenter, sound)
        self.seconds += time.process_time() - begin
        self.sound_s += sound.seconds
        return heard


def measure_words(figures: dict[str, Figures], chosen: tuple[str, ...]) -> None:
    """The short words."""
    for number, (voice, text) in enumerate((voice, text) for voice in chosen for text in WORDS):
        clip = short(voices.spoken(voice, text))
        for condition, sound in conditions(clip, number):
            for name, one in figures.items():
                heard = one.timed(name, sound)
                middle = MARGIN_S + WORD_S / 2
                inside = any(s.start_s < middle < s.end_s for s, _ in heard.finals)
                one.words[condition].append(inside)
                late = [at - MARGIN_S for at in heard.starts if MARGIN_S <= at < MARGIN_S + 1.0]
                one.late_s += late[:1] if inside else []


def measure_commands(figures: dict[str, Figures], chosen: tuple[str, ...], texts: list[str]) -> None:
    """Whole commands."""
    for number, text in enumerate(texts):
        clip = voices.spoken(chosen[number % len(chosen)], text)
        first_s, last_s = (edge + MARGIN_S for edge in edges(clip))
        for condition, sound in conditions(clip, number):
            for name, one in figures.items():
                heard = one.timed(name, sound)
                parts = [(s, at) for s, at in heard.finals if s.start_s < last_s and s.end_s > first_s]
                whole = any(s.start_s < first_s + 0.1 and s.end_s > last_s - 0.1 for s, _ in parts)
                one.commands[condition].append(whole)
                one.split[condition].append(len(parts) > 1)
                if whole:
                    one.ends_s[condition].append(parts[-1][1] - last_s)


def taps(count: int, rng: np.random.Generator) -> FloatArray:
    """Key taps: clicks of 5-15 ms with a resonance, three a second, in a quiet room."""
    samples = rng.normal(0.0, 10 ** (HISS_DBFS / 20), count)
    for at in np.cumsum(rng.exponential(1 / 3.0, count // RATE_HZ * 3)):
        start, length = round(at * RATE_HZ), round(rng.uniform(0.005, 0.015) * RATE_HZ)
        if start + 4 * length < count:
            decay = np.exp(-np.arange(4 * length) / length)
            tone = np.sin(2 * np.pi * rng.uniform(400, 3000) * np.arange(4 * length) / RATE_HZ)
            samples[start : start + 4 * length] += rng.uniform(0.02, 0.2) * decay * (tone + rng.normal(size=4 * length))
    return samples.astype(np.float32)


def measure_false_starts(figures: dict[str, Figures], minutes: float) -> None:
    """Noises at -35 dBFS, which rise by 15 dB after every ten seconds for ten; silence; key taps."""
    count = round(minutes * 60 * RATE_HZ)
    swell = np.where(np.arange(count) // (10 * RATE_HZ) % 2, 10 ** (-20 / 20), 10 ** (-35 / 20)).astype(np.float32)
    sounds: dict[str, FloatArray] = {kind: noises.noise(kind, count, 1) * swell for kind in noises.NOISES}
    sounds["silence"] = np.random.default_rng(2).normal(0, 10 ** (HISS_DBFS / 20), count).astype(np.float32)
    sounds["taps"] = taps(count, np.random.default_rng(3))
    for kind, samples in sounds.items():
        for name, one in figures.items():
            heard = one.timed(name, Audio(np.clip(samples, -1, 1), RATE_HZ))
            one.false_starts[kind] = round(len(heard.starts) / minutes * 60, 1)


def texts(path: Path, held_out: bool, count: int) -> list[str]:
    """Commands of the list: every third line when held out, else the others."""
    lines = [line.partition("\t")[0] for line in path.read_text().splitlines()]
    return [line for number, line in enumerate(lines, 1) if (number % 3 == 0) == held_out][:count]


def shares(hits: dict[str, list[bool]]) -> dict[str, float]:
    return {name: round(sum(one) / len(one), 3) for name, one in hits.items()}


def report(name: str, figures: Figures) -> None:
    ends = {kind: [round(float(np.percentile(one, p)), 2) for p in (50, 95)] for kind, one in figures.ends_s.items()}
    print_summary(
        f"voice_detectors {name}", figures.late_s, "s",
        words=shares(figures.words), word_trials=len(figures.words["clean"]),
        commands=shares(figures.commands), split=shares(figures.split), command_trials=len(figures.commands["clean"]),
        ends_s=ends, false_starts_an_hour=figures.false_starts,
        cpu_ms_for_each_s=round(1000 * figures.seconds / figures.sound_s, 2),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--detector", action="append", choices=(*NAMES, *OTHERS), help="which; the program's own without"
    )
    parser.add_argument("--held-out", action="store_true", help="the voices and sentences that nothing was tuned on")
    parser.add_argument("--voices", type=int, default=4, help="so many voices say the short words; 0: all")
    parser.add_argument("--commands", type=int, default=8, help="commands for each noise and distance")
    parser.add_argument("--minutes", type=float, default=2.0, help="of each noise")
    options = parser.parse_args()
    chosen = voices.HELD_OUT if options.held_out else voices.TUNING
    commands = texts(Path(__file__).parent / "spoken" / "commands.tsv", options.held_out, options.commands)
    figures = {name: Figures() for name in options.detector or NAMES}
    measure_words(figures, chosen[: options.voices or None])
    measure_commands(figures, chosen, commands)
    measure_false_starts(figures, options.minutes)
    for name, one in figures.items():
        report(name, one)


if __name__ == "__main__":
    main()
