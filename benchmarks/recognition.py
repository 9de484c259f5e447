"""How well spoken commands are heard: synthetic voices, noises and a room, through the segmenter and decoder of the
program.

Prints one JSON object. A command is `right` when its words mean the steps that benchmarks/spoken/commands.tsv gives,
and `word_for_word` when the words are the same; by voice and by condition ("clean", "white 10 dB", "room"). With
`--talk` an hour of talk from another domain is played instead: `acted_on` counts what would be proposed, done or
answered, `shown` what makes the program ask again ("please say it again"); talk that is passed over in silence is
neither. Everything runs from arrays, faster than real time. `median`, `p95`, `p99` and `max` are seconds of the
processor from the segment to its words. The table beside each command holds the things that it names and others,
eight altogether.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.spoken import noises
from benchmarks.spoken.hearing import Ear, Result, opened
from benchmarks.spoken.meaning import is_right, lines, meaning, pairs
from benchmarks.spoken.voices import ALL, HELD_OUT, TUNING, spoken
from vla_assistant.language import named_in
from vla_assistant.language.vocabulary import load
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.types import Audio, PixelPoint, Reference, SeenThing

VOICES = ("flite:slt", "flite:kal16", "espeak-ng:en-us", "espeak-ng:en-gb")
CLEAN, ROOM = "clean", "room"
CONDITIONS = (CLEAN, *(f"{kind} {db} dB" for db in (20, 10, 5) for kind in noises.NOISES), ROOM)
MARGIN_S = 0.8
"""Of noise before and after the speech."""
HISS = 3e-4
"""Of a quiet room's microphone, where there is no other noise."""
ON_TABLE = 8
HOUR_S = 3600.0
PARTS = {"tuning": TUNING, "held-out": HELD_OUT, "all": ALL}


@dataclass(frozen=True)
class Trial:
    """One sentence by one voice in one condition, and what was heard."""

    voice: str
    condition: str
    text: str
    meant: str
    heard: Result

    @property
    def right(self) -> bool:
        """Acted on with the right steps."""
        return self.heard.acted and is_right(self.heard.text, self.text, self.meant)

    @property
    def word_for_word(self) -> bool:
        """Acted on with the same words."""
        return self.heard.acted and plain(self.heard.text) == plain(self.text)


def plain(text: str) -> str:
    """Without case and punctuation."""
    return " ".join("".join(c for c in text.lower() if c.isalnum() or c == " ").split())


def sound(voice: str, text: str, condition: str, seed: int) -> Audio:
    """What the microphone gives: the sentence in that condition, with what was to be heard before and after it."""
    speech = spoken(voice, text)
    if condition == ROOM:
        speech = noises.in_room(speech, seed)
    if condition not in (CLEAN, ROOM):
        kind, db, _ = condition.split()
        return noises.mixed(speech, kind, float(db), seed, MARGIN_S)
    margin = round(MARGIN_S * RATE_HZ)
    samples = np.pad(speech.samples, margin)
    hiss = np.random.default_rng(seed).normal(0.0, HISS, len(samples))
    return Audio((samples + hiss).astype(np.float32), RATE_HZ)


def table(text: str, seed: int) -> tuple[SeenThing, ...]:
    """The things that the sentence names, and others, as the program sees them."""
    chance, vocabulary = random.Random(seed), load()
    named = {Reference(thing.name, thing.colour) for thing in named_in(text)}
    kinds = [kind for kind in vocabulary.things if kind != "drawer"]
    while len(named) < ON_TABLE:
        named.add(Reference(chance.choice(kinds), chance.choice(vocabulary.colours)))
    things = sorted(named, key=str)
    return tuple(SeenThing(thing, PixelPoint("front", 0.1 + 0.1 * at, 0.5, 1.0)) for at, thing in enumerate(things))


def commands(ear: Ear, part: str, voices: Sequence[str], conditions: Sequence[str], most: int) -> Iterator[Trial]:
    """Every command of the part by every voice in every condition."""
    said = pairs("commands.tsv", part)
    said = random.Random(1).sample(said, most) if most else said
    for voice in voices:
        for condition in conditions:
            for seed, (text, meant) in enumerate(said):
                ear.sees(table(text, seed))
                yield Trial(voice, condition, text, meant, ear.hear(sound(voice, text, condition, seed)))


def talk(ear: Ear, part: str, voices: Sequence[str], seconds: float) -> Iterator[Trial]:
    """Talk from another domain by turns of the voices, until so many seconds have been heard."""
    said = lines("talk.txt", part)
    heard_s, number = 0.0, 0
    ear.sees(table("", 0))
    while heard_s < seconds:
        voice, text = voices[number % len(voices)], said[number % len(said)]
        clip = sound(voice, text, CLEAN, number)
        heard_s += clip.seconds
        number += 1
        yield Trial(voice, CLEAN, text, "", ear.hear(clip))


def shares(trials: Iterable[Trial], what: str) -> dict[str, float]:
    """Share of trials that are `what`, altogether, and for each condition and voice."""
    found: dict[str, list[bool]] = defaultdict(list)
    for trial in trials:
        for key in ("all", trial.condition, f"{trial.voice}, {trial.condition}"):
            found[key].append(getattr(trial, what))
    return {key: round(sum(hits) / len(hits), 3) for key, hits in found.items()}


def of_commands(trials: Sequence[Trial]) -> dict[str, object]:
    """Figures of the commands; the mean over the noises at each distance."""
    right = shares(trials, "right")
    for db in (20, 10, 5):
        at = [right[f"{kind} {db} dB"] for kind in noises.NOISES if f"{kind} {db} dB" in right]
        right |= {f"mean {db} dB": round(sum(at) / len(at), 3)} if at else {}
    mistakes = [
        [t.voice, t.condition, t.text, t.heard.text, round(t.heard.confidence, 2)] for t in trials if not t.right
    ]
    return {
        "right": right,
        "word_for_word": shares(trials, "word_for_word"),
        "wrongly_acted_on": sum(t.heard.acted and not t.right and acts(t) for t in trials),
        "mistakes": mistakes,
    }


def acts(trial: Trial) -> bool:
    """Whether the arm would be proposed to move."""
    return "(" in meaning(trial.heard.text)


def of_talk(trials: Sequence[Trial], seconds: float) -> dict[str, object]:
    """Counts in an hour of talk."""
    seen = [
        [t.voice, t.text, t.heard.text, round(t.heard.confidence, 2)] for t in trials if t.heard.acted or t.heard.shown
    ]
    return {
        "hours": round(seconds / HOUR_S, 3),
        "acted_on": sum(t.heard.acted for t in trials),
        "shown": sum(t.heard.shown for t in trials),
        "which": seen,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=tuple(PARTS), default="tuning", help="which voices and lines")
    parser.add_argument("--voices", default="", help="only these, with commas between")
    parser.add_argument("--conditions", default="clean,white 10 dB,babble 10 dB,motor 10 dB", help=f"of {CONDITIONS}")
    parser.add_argument("--trials", type=int, default=0, help="at most so many sentences for each voice; 0 takes all")
    parser.add_argument("--talk", type=float, default=0.0, metavar="HOURS", help="so much other talk instead")
    parser.add_argument("--recognizer", default="sphinx", help="which recognizer")
    options = parser.parse_args()
    voices = options.voices.split(",") if options.voices else PARTS[options.part]
    usable = [voice for voice in voices if shutil.which(voice.split(":")[0])]
    begin = time.perf_counter()
    with opened(options.recognizer) as ear:
        if options.talk:
            trials = list(talk(ear, options.part, usable, options.talk * HOUR_S))
            figures = of_talk(trials, options.talk * HOUR_S)
        else:
            conditions = CONDITIONS if options.conditions == "all" else options.conditions.split(",")
            trials = list(commands(ear, options.part, usable, conditions, options.trials))
            figures = of_commands(trials)
    seconds = [trial.heard.seconds for trial in trials]
    figures |= {"part": options.part, "recognizer": options.recognizer, "took_s": round(time.perf_counter() - begin)}
    print_summary("recognition", seconds, "s", **figures)


if __name__ == "__main__":
    main()
