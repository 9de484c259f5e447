"""What the voices say in training (phrases with a stop word, words that sound alike, talk), and which voices."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from vla_assistant import paths
from vla_assistant.train.stop_words.voices import Manner

T = TypeVar("T")
_SPOKEN_STOP = re.compile(r"\b(stop\w*|halt\w*|freez\w*|wait\w*|no,? no,? no)\b", re.IGNORECASE)
_SHARES = {"en": 0.7, "de": 0.1, "es": 0.1, "fr": 0.1}
_WORD_SHARES = {"stop": 3.0}
_FLITE = ("slt", "kal", "kal16")
_FLITE_SHARE = 0.3
_PLAIN_SHARE = 0.25
_ACCENTS = {
    "en": ("en-us", "en-gb", "en-029", "en-us-nyc", "en-gb-x-gbclan", "en-gb-x-gbcwmd"),
    "de": ("de",),
    "es": ("es", "es-419"),
    "fr": ("fr-fr", "fr-be", "fr-ch"),
}


@dataclass(frozen=True)
class Phrase:
    """Words to say. `targets`: class of the stop word that ends with this word, by the word's index."""

    text: str
    language: str
    targets: dict[int, str] = field(default_factory=dict)


def parsed(marked: str, language: str, word: str) -> Phrase:
    """A phrase of assets/stop_words.toml, in which the stop word stands between asterisks."""
    targets, count = {}, 0
    for index, piece in enumerate(marked.split("*")):
        count += len(piece.split())
        if index % 2:
            targets[count - 1] = word
    return Phrase(marked.replace("*", ""), language, targets)


class Script:
    """Draws what is said next.

    Args:
        files: Lists of sentences, one a line (of a .tsv file the first column); each third line is held out.
        without: Voices that are not to speak: for validation.
    """

    def __init__(self, files: Sequence[Path], without: Sequence[str] = ()) -> None:
        content = tomllib.loads((paths.assets() / "stop_words.toml").read_text(encoding="utf-8"))
        self.own: list[str] = content.pop("own")["sentences"]
        self._variants: list[str] = content.pop("voices")["variants"]
        self._phrases = {
            language: {
                word: [parsed(text, language, word) for text in texts] for word, texts in part["phrases"].items()
            }
            for language, part in content.items()
        }
        self._words = {language: part["alike"]["words"] for language, part in content.items()}
        self._sentences = {language: list(part["alike"]["sentences"]) for language, part in content.items()}
        self._talk = [line for file in files for line in _tuning_lines(file)]
        self._without = frozenset(without)

    def stop(self, rng: np.random.Generator) -> Phrase:
        """A phrase that holds a stop word."""
        words = self._phrases[_language(rng)]
        weights = np.array([_WORD_SHARES.get(word, 1.0) for word in words])
        word = list(words)[int(rng.choice(len(words), p=weights / weights.sum()))]
        return _one(rng, words[word])

    def alike(self, rng: np.random.Generator) -> Phrase:
        """One to three words that sound a little like a stop word."""
        language = _language(rng)
        words = [_one(rng, self._words[language]) for _ in range(int(rng.integers(1, 4)))]
        return Phrase(_one(rng, [" ", ", "]).join(words), language)

    def talk(self, rng: np.random.Generator) -> Phrase:
        """A sentence without a stop word."""
        language = _language(rng)
        if language == "en" and self._talk and rng.random() < 0.7:
            return Phrase(_one(rng, self._talk), language)
        return Phrase(_one(rng, self._sentences[language]), language)

    def manner(self, rng: np.random.Generator, language: str) -> Manner:
        """A voice for that language and how it speaks."""
        while True:
            voice = self._voice(rng, language)
            if voice not in self._without:
                pace, pitch, liveliness = rng.uniform(0.75, 1.35), rng.uniform(0.5, 1.6), rng.uniform(0.4, 1.8)
                if voice.startswith("flite"):
                    return Manner(voice, round(pace * 5) / 5)
                return Manner(voice, pace, pitch, liveliness)

    def _voice(self, rng: np.random.Generator, language: str) -> str:
        if language == "en" and rng.random() < _FLITE_SHARE:
            return f"flite:{_one(rng, _FLITE)}"
        accent = _one(rng, _ACCENTS[language])
        return (
            f"espeak-ng:{accent}" if rng.random() < _PLAIN_SHARE else f"espeak-ng:{accent}+{_one(rng, self._variants)}"
        )


def _tuning_lines(file: Path) -> list[str]:
    lines = [line.partition("\t")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
    kept = [line for number, line in enumerate(lines, 1) if number % 3 and line]
    return [line for line in kept if not _SPOKEN_STOP.search(line)]


def _language(rng: np.random.Generator) -> str:
    return str(rng.choice(list(_SHARES), p=list(_SHARES.values())))


def _one(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]
