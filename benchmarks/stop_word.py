"""The spoken stop: how many are heard, how many are imagined, and how fast the arm stands still.

Rates run from sound made here, faster than real time, through the ears of the program (stop spotter, segmenter,
sphinx). By default: recall on `--clips` clips for each condition, held-out voices x held-out ways of saying it, and
false stops in `--hours` of each kind of other sound. `--tuning` measures with the tuning voices and lines instead.
`--latency N` runs N stops through a virtual sound card in wall-clock time instead of all that.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.spoken import noises, voices
from benchmarks.spoken.listening import stops
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.types import Audio, FloatArray, Utterance

HELD_OUT_WAYS = (
    "stop", "stop it", "please stop", "stop please", "stop right there", "emergency stop", "robot, stop", "stop. stop.",
    "halt", "halt please", "halt now", "okay, halt",
    "freeze", "freeze please", "freeze right there", "freeze, freeze, freeze",
    "wait", "wait, wait", "wait please", "oh wait", "no no no", "no no no no", "no, no, no, stop", "no. no. no.",
)  # fmt: skip
TUNING_WAYS = (
    "stop",
    "stop now",
    "stop that",
    "halt",
    "halt right now",
    "freeze",
    "freeze now",
    "wait",
    "wait a moment",
    "no no no",
)
CONDITIONS = ("clean", "10 dB", "room")
OTHER = ("talk", "near stops", "noise", "silence")
MARGIN_S = 1.0
LATE_S = 1.0
SPREAD_DB = 10.0
_LISTS = Path(__file__).resolve().parent / "spoken"
_CHUNK_S = 600.0


@dataclass(frozen=True)
class Asked:
    """A stop in the sound: who said what, where from and to [s]."""

    voice: str
    text: str
    start_s: float
    end_s: float


def said(clips: int, condition: str, tuning: bool) -> tuple[FloatArray, list[Asked]]:
    """A stream of stops, each with a second around it: every voice says everything, at levels that differ."""
    ways, speakers = (TUNING_WAYS, voices.TUNING) if tuning else (HELD_OUT_WAYS, voices.HELD_OUT)
    rng = np.random.default_rng(5)
    parts, asked, at_s = [], [], 0.0
    for number in range(clips):
        voice, text = speakers[number % len(speakers)], ways[number // len(speakers) % len(ways)]
        clip = voices.spoken(voice, text)
        part = _in_condition(clip, condition, number)
        part = part * 10 ** (-rng.uniform(0.0, SPREAD_DB) / 20)
        loud = np.flatnonzero(np.abs(clip.samples) > 0.02 * np.abs(clip.samples).max())
        start_s = at_s + MARGIN_S
        asked.append(Asked(voice, text, start_s + loud[0] / RATE_HZ, start_s + loud[-1] / RATE_HZ))
        parts.append(part)
        at_s += len(part) / RATE_HZ
    samples = np.concatenate(parts)
    return samples + rng.normal(0.0, 3e-4, len(samples)).astype(np.float32), asked


def _in_condition(clip: Audio, condition: str, number: int) -> FloatArray:
    if condition == "10 dB":
        return noises.mixed(clip, noises.NOISES[number % 3], 10.0, number, MARGIN_S).samples
    clip = noises.in_room(clip, number) if condition == "room" else clip
    return np.pad(clip.samples, round(MARGIN_S * RATE_HZ))


def recall(clips: int, condition: str, tuning: bool) -> None:
    """Print how many of the stops are heard, by whom, how late, and which are not."""
    samples, asked = said(clips, condition, tuning)
    heard = stops(samples, "both")
    firsts = [_first(heard, one) for one in asked]
    waits = [hit.end_s - one.end_s for hit, one in zip(firsts, asked, strict=True) if hit is not None]
    missed = [f"{one.voice} {one.text}" for hit, one in zip(firsts, asked, strict=True) if hit is None]
    by_path = Counter(hit.recognizer for hit in firsts if hit is not None)
    print_summary(
        f"stop_word_recall_{condition.replace(' ', '_')}",
        waits,
        "s from the end of the words",
        clips=clips,
        recall=round(1 - len(missed) / clips, 4),
        by_path=dict(by_path),
        tuning=tuning,
        missed=missed[:40],
    )


def _first(heard: Sequence[Utterance], one: Asked) -> Utterance | None:
    within = [hit for hit in heard if one.start_s <= hit.end_s <= one.end_s + LATE_S]
    return min(within, key=lambda hit: hit.end_s, default=None)


def other_sound(kind: str, seconds: float, tuning: bool) -> Iterator[FloatArray]:
    """Sound without a stop word, in pieces of ten minutes at most."""
    made = 0.0
    for piece in _noise_pieces(kind) if kind in ("noise", "silence") else _talk_pieces(kind, tuning):
        yield piece[: round((seconds - made) * RATE_HZ)]
        made += len(piece) / RATE_HZ
        if made >= seconds:
            return


def _noise_pieces(kind: str) -> Iterator[FloatArray]:
    rng = np.random.default_rng(9)
    for number in range(1_000_000):
        level = 10 ** (rng.uniform(-60.0, -20.0) / 20)
        name = noises.NOISES[number % len(noises.NOISES)]
        count = round(60 * RATE_HZ)
        sound = noises.noise(name, count, 1_000 + number) if kind == "noise" else rng.normal(size=count) * 0.02
        yield (np.clip(level * sound, -1.0, 1.0)).astype(np.float32)


def _talk_pieces(kind: str, tuning: bool) -> Iterator[FloatArray]:
    """Each voice speaks all lines, with pauses of 0.3 to 1.5 s; again from the start when all have."""
    name = "talk.txt" if kind == "talk" else "near_stops.txt"
    lines = (_LISTS / name).read_text(encoding="utf-8").splitlines()
    lines = [line for number, line in enumerate(lines, 1) if (number % 3 != 0) == tuning and line.strip()]
    speakers = voices.TUNING if tuning else voices.HELD_OUT
    rng = np.random.default_rng(7)
    rng.shuffle(lines)
    parts: list[FloatArray] = []
    number = 0
    while True:
        for line in lines:
            clip = voices.spoken(speakers[number % len(speakers)], line)
            number += 1
            pause = np.zeros(round(rng.uniform(0.3, 1.5) * RATE_HZ), np.float32)
            parts += [clip.samples * 10 ** (-rng.uniform(0.0, SPREAD_DB) / 20), pause]
            if sum(map(len, parts)) > _CHUNK_S * RATE_HZ:
                piece = np.concatenate(parts).astype(np.float32)
                yield piece + rng.normal(0.0, 3e-4, len(piece)).astype(np.float32)
                parts = []
        number += 1


def imagined(kind: str, hours: float, tuning: bool, paths: str) -> None:
    """Print how often a stop is heard where none was said, for each hour."""
    found: list[str] = []
    at_s, by_path = 0.0, Counter[str]()
    for piece in other_sound(kind, 3_600 * hours, tuning):
        for stop in stops(piece, paths):
            found.append(f"{stop.recognizer} {stop.text!r} {stop.confidence:.2f} at {at_s + stop.end_s:.1f} s")
            by_path[stop.recognizer] += 1
        at_s += len(piece) / RATE_HZ
    print_summary(
        f"stop_word_false_{kind.replace(' ', '_')}",
        [3_600 * len(found) / at_s],
        "false stops an hour",
        hours=round(at_s / 3_600, 3),
        found=len(found),
        by_path=dict(by_path),
        paths=paths,
        tuning=tuning,
        which=found[:20],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=120, metavar="N", help="stops for each condition")
    parser.add_argument("--hours", type=float, default=0.05, metavar="H", help="of each kind of other sound")
    parser.add_argument("--tuning", action="store_true", help="tuning voices, lines and ways of saying it")
    parser.add_argument("--only", nargs="*", choices=(*CONDITIONS, *OTHER), default=(*CONDITIONS, *OTHER))
    parser.add_argument("--paths", choices=("both", "spotter", "recognizer"), default="both", help="for false stops")
    parser.add_argument("--latency", type=int, metavar="N", help="N stops in wall-clock time, nothing else")
    options = parser.parse_args()
    if options.latency:
        from benchmarks.spoken.stopping import measure

        measure(options.latency)
        return
    for name in options.only:
        if name in CONDITIONS:
            recall(options.clips, name, options.tuning)
        else:
            imagined(name, options.hours, options.tuning, options.paths)


if __name__ == "__main__":
    main()
