"""How surely yes, no, cancel, stop, "say that again", louder and softer are told apart, and what is a false yes.

Prints one JSON object. `recall` and `confusion` (kind -> what it was taken for, "nothing" where the program asks again)
come from benchmarks/spoken/closed.tsv by voice and condition. `false_yes` counts the yes in `--hours` of silence, hum,
babble and the program's own sentences in its own voice, by what was played; the own voice is played outside of its echo
window, where nothing is accepted, so these are the ones that the window does not catch. Everything runs from arrays,
faster than real time, through the segmenter and decoder of the program.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.recognition import HISS, PARTS, sound
from benchmarks.report import print_summary
from benchmarks.spoken import noises
from benchmarks.spoken.hearing import Ear, opened
from benchmarks.spoken.meaning import pairs
from benchmarks.spoken.voices import spoken
from vla_assistant.language import closed_intent, describe
from vla_assistant.language.closed import control_word
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.types import Audio, FloatArray, Intent, Reference, Step

NOTHING = "nothing"
SAME = {"what": "repeat"}
"""Kinds of the list that have one effect."""
LENGTH_S = 60.0
"""Of each piece of noise or own voice."""
BACKGROUNDS = ("silence", "hum", "babble", "own voice")
OWN_VOICE = "espeak-ng:en-us"
QUIET_DBFS, NOISY_DBFS = -60.0, -38.0
OWN_SENTENCES = (
    "Shall I pick up the red cup?", "Shall I put the green ball in the blue bowl?", "Cancelled.", "Done.", "Stopped.",
    "I did not understand that. I can pick things up, place or stack them, put them down, and go home.",
    "Nobody confirmed, so I leave it.", "I am not sure I understood you. Shall I stack the red cube on the blue cube?",
    "The red cup is on the plate.", "I see no green ball.", "Which one do you mean, the red cup or the blue cup?",
    "Please say yes or no.", "There is nothing to confirm.", "I am stopped. Press or say resume first.",
)  # fmt: skip


def kind_of(text: str) -> str:
    """The kind of closed word that the text is; "command" for anything else that the program would act on."""
    intent = closed_intent(text)
    return intent.value if intent is not None else control_word(text) or "command"


def words(
    ear: Ear, part: str, voices: Sequence[str], conditions: Sequence[str], most: int
) -> Iterator[tuple[str, str, str]]:
    """Condition, kind said and kind heard of every line of the list."""
    said = pairs("closed.tsv", part)
    said = random.Random(1).sample(said, most) if most else said
    for voice in voices:
        for condition in conditions:
            for seed, (text, kind) in enumerate(said):
                heard = ear.hear(sound(voice, text, condition, seed))
                yield condition, SAME.get(kind, kind), kind_of(heard.text) if heard.acted else NOTHING


def background(kind: str, seed: int) -> Audio:
    """A piece of what is no answer."""
    count, rng = round(LENGTH_S * RATE_HZ), np.random.default_rng(seed)
    if kind == "silence":
        samples = rng.normal(0.0, 10 ** (QUIET_DBFS / 20), count).astype(np.float32)
    elif kind == "own voice":
        samples = _own_voice(count, rng)
    else:
        samples = np.float32(10 ** (NOISY_DBFS / 20)) * noises.noise("motor" if kind == "hum" else kind, count, seed)
    return Audio(np.clip(samples, -1.0, 1.0).astype(np.float32), RATE_HZ)


def _own_voice(count: int, rng: np.random.Generator) -> FloatArray:
    """Sentences of the program with pauses between, as they come back into the microphone."""
    total, at = rng.normal(0.0, HISS, count).astype(np.float32), RATE_HZ
    asked = [f"Shall I {describe([Step('pick', Reference('cup', colour))])}?" for colour in ("red", "white", "brown")]
    sentences = (*OWN_SENTENCES, *asked)
    while True:
        clip = noises.in_room(spoken(OWN_VOICE, sentences[int(rng.integers(len(sentences)))]), int(rng.integers(1000)))
        if at + len(clip.samples) > count:
            return total
        total[at : at + len(clip.samples)] += 0.3 * clip.samples
        at += len(clip.samples) + round(rng.uniform(0.8, 2.0) * RATE_HZ)


def false_yes(ear: Ear, hours: float) -> dict[str, int]:
    """How many a yes was heard in each of BACKGROUNDS, for `hours` altogether."""
    counts = dict.fromkeys(BACKGROUNDS, 0)
    for index in range(max(len(BACKGROUNDS), round(hours * 3600 / LENGTH_S)) if hours else 0):
        kind = BACKGROUNDS[index % len(BACKGROUNDS)]
        counts[kind] += sum(closed_intent(text) is Intent.YES for text in ear.all_heard(background(kind, index)))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=tuple(PARTS), default="tuning", help="which voices and lines")
    parser.add_argument("--voices", default="", help="only these, with commas between")
    parser.add_argument("--conditions", default="clean,white 10 dB,babble 10 dB,motor 10 dB", help="see recognition.py")
    parser.add_argument("--trials", type=int, default=0, help="at most so many lines for each voice; 0 takes all")
    parser.add_argument(
        "--hours", type=float, default=0.2, help="of silence, hum, babble and own voice; 10 for the level"
    )
    options = parser.parse_args()
    voices = options.voices.split(",") if options.voices else PARTS[options.part]
    usable = [voice for voice in voices if shutil.which(voice.split(":")[0])]
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, list[bool]] = defaultdict(list)
    seconds: list[float] = []
    with opened("sphinx") as ear:
        begin = time.process_time()
        for condition, said, heard in words(ear, options.part, usable, options.conditions.split(","), options.trials):
            seconds.append(time.process_time() - begin)
            begin = time.process_time()
            confusion[said][heard] += 1
            for key in ("all", condition, f"{said}, {condition}"):
                right[key].append(said == heard)
        yes = false_yes(ear, options.hours)
    print_summary(
        "closed_words", seconds, "s",
        recall={key: round(sum(hits) / len(hits), 3) for key, hits in right.items()}, confusion=confusion,
        part=options.part, hours=options.hours, false_yes=yes,
    )  # fmt: skip


if __name__ == "__main__":
    main()
