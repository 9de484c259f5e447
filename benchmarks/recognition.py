"""How well the recognizer hears spoken commands: synthetic voices, word for word.

Prints one JSON object. `median`, `p95`, `p99` and `max` are seconds from sound to words for one sentence; `accuracy` is
the share of sentences right word for word, for each voice and altogether. `--set other` takes 97 sentences made
from the vocabulary instead of the ten of the acceptance test and five more voices; `--noise-db 20` adds noise.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.spoken.voices import spoken
from vla_assistant import config, language, registry
from vla_assistant.language.vocabulary import load
from vla_assistant.speech import recognizers
from vla_assistant.speech.audio import level_dbfs
from vla_assistant.speech.recognizers.base import Recognizer
from vla_assistant.types import Audio, Reference, Step

TEN = (
    "pick up the red cup", "put the green ball in the blue bowl", "stack the red cube on the blue cube",
    "place the yellow can on the white plate", "push the purple ball to the left", "go home", "stop", "yes", "cancel",
    "pick up the blue cube and place it in the red bowl",
)  # fmt: skip
SHORT = (
    "go back home", "move home", "halt", "wait", "freeze", "yeah", "okay", "confirm", "no", "never mind", "continue",
    "resume", "place it on the table", "stack it on the blue cube", "place it in the white bowl", "what do you see",
    "put the red ball on the table",
)  # fmt: skip
MADE = 80
VOICES = ("flite:slt", "flite:rms", "flite:awb", "espeak-ng:en-us", "espeak-ng:en-gb")
OTHER_VOICES = (
    "flite:kal16",
    "espeak-ng:en-us+f3",
    "espeak-ng:en-us+m3",
    "espeak-ng:en-gb-scotland",
    "espeak-ng:en-gb-x-rp",
)


@dataclass(frozen=True)
class Trial:
    """One sentence by one voice, what was heard, and how long that took [s]."""

    voice: str
    text: str
    heard: str
    confidence: float
    seconds: float

    @property
    def right(self) -> bool:
        """Word for word."""
        return self.heard == self.text


def other_sentences(count: int, seed: int = 0) -> list[str]:
    """Sentences made from the vocabulary, in the program's own wording, and the short ones, shuffled."""
    chance, vocabulary = random.Random(seed), load()
    colours, things = vocabulary.colours, vocabulary.things
    fits = [(name, where) for where, thing in things.items() for name in thing.holds]
    made: set[str] = set()
    while len(made) < count:
        name, where = chance.choice(fits)
        thing, destination = Reference(name, chance.choice(colours)), Reference(where, chance.choice(colours))
        if thing != destination:
            place = Step("place", thing, destination)
            push = Step("push", thing, Reference(chance.choice(("left", "right"))))
            steps = chance.choice([(Step("pick", thing),), (place,), (push,), (Step("pick", thing), place)])
            made.add(language.describe(steps).replace(", then", " and"))
    return chance.sample([*sorted(made), *SHORT], len(made) + len(SHORT))


def with_noise(audio: Audio, distance_db: float, seed: int) -> Audio:
    """White noise that lies `distance_db` below the speech."""
    level = 10.0 ** ((level_dbfs(audio.samples) - distance_db) / 20.0)
    noise = np.random.default_rng(seed).normal(0.0, level, len(audio.samples))
    return replace(audio, samples=np.clip(audio.samples + noise, -1.0, 1.0).astype(np.float32))


def measure(recognizer: Recognizer, sentences: list[str], voices: list[str], noise_db: float | None) -> list[Trial]:
    """Every sentence by every voice."""
    trials = []
    for voice in voices:
        for number, text in enumerate(sentences):
            audio = spoken(voice, text)
            audio = audio if noise_db is None else with_noise(audio, noise_db, number)
            begin = time.perf_counter()
            heard = recognizer.transcribe(audio)
            trials.append(Trial(voice, text, heard.text, heard.confidence, time.perf_counter() - begin))
    return trials


def accuracy(trials: list[Trial]) -> dict[str, float]:
    """Share of sentences that are right word for word, altogether and for each voice."""
    right: dict[str, list[bool]] = defaultdict(list)
    for trial in trials:
        right["all"].append(trial.right)
        right[trial.voice].append(trial.right)
    return {voice: round(sum(hits) / len(hits), 3) for voice, hits in right.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=0, help="at most so many sentences for each voice; 0 takes all")
    parser.add_argument("--set", choices=("ten", "other"), default="ten", dest="sentences", help="which sentences")
    parser.add_argument("--recognizer", default="sphinx", help="which recognizer")
    parser.add_argument("--noise-db", type=float, default=None, help="noise this far below the speech")
    options = parser.parse_args()
    settings = config.load(overrides=[f"use.recognizer={options.recognizer}"])
    name = recognizers.choose(settings).name
    recognizer = registry.backend("recognizers", name).create(settings.backend("recognizers", name))
    sentences = list(TEN) if options.sentences == "ten" else other_sentences(MADE)
    voices = VOICES if options.sentences == "ten" else (*VOICES, *OTHER_VOICES)
    usable = [voice for voice in voices if shutil.which(voice.split(":")[0])]
    trials = measure(recognizer, sentences[: options.trials or None], usable, options.noise_db)
    mistakes = [[t.voice, t.text, t.heard, round(t.confidence, 2)] for t in trials if not t.right]
    print_summary(
        "recognition", [t.seconds for t in trials], "s", accuracy=accuracy(trials), recognizer=name, mistakes=mistakes
    )


if __name__ == "__main__":
    main()
