"""How alike two words are, by sound and by letters: what was typed or heard for what was meant.

Sounds are those of the pronunciation dictionary that pocketsphinx brings; the distances are rapidfuzz's, weighted here
because people and recognizers confuse vowels with vowels and "b" with "p" much more often than "b" with "n".
"""

from __future__ import annotations

import functools
import importlib.util
import re
from pathlib import Path

from rapidfuzz.distance import OSA

NEARLY = 0.5
"""Share of a whole difference that two vowels or two sounds of one place of the mouth make."""
_VOWELS = frozenset(("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"))
_ALIKE = tuple(map(frozenset, ("PB", "TD", "KG", "FV", "SZ", ("S", "SH"), ("CH", "JH"), "MN", ("N", "NG"), ("TH", "F"),
                               ("L", "R"), ("W", "V"))))  # fmt: skip
_GLIDES = frozenset({"Y", "W", "HH"})
_DOUBLED = re.compile(r"(.)\1+")
_HARD = str.maketrans("cq", "kk")


@functools.cache
def pronounced(word: str) -> tuple[str, ...]:
    """The sounds of a word that exists; none of another."""
    return tuple(_dictionary().get(word, "").split())


def exists(word: str) -> bool:
    """Whether the dictionary knows the word; of none without a dictionary."""
    return word in _dictionary()


@functools.lru_cache(maxsize=4096)
def likeness(said: str, meant: str) -> float:
    """1 for words that sound the same, 0 for words that have nothing in common.

    Words that exist are compared by their sounds: a slip that makes another word is one of the recognizer's, or was
    written by ear. Letters count for words that do not exist.
    """
    if said == meant:
        return 1.0
    first, second = pronounced(said), pronounced(meant)
    by_sound = 1 - _difference(first, second) / max(len(first), len(second)) if first and second else 0.0
    if first:
        return round(by_sound, 3)
    return round(max(by_sound, _by_letters(said, meant)), 3)


def _by_letters(said: str, meant: str) -> float:
    """By letters typed, and by what is left where double letters count once and vowels are all alike."""
    typed = 1 - OSA.distance(said, meant) / max(len(said), len(meant))
    plain = [re.sub("[aeiouy]+", "a", _DOUBLED.sub(r"\1", word.translate(_HARD))) for word in (said, meant)]
    heard = 1 - OSA.distance(*plain) / max(map(len, plain))
    return max(typed, (typed + heard) / 2)


def _difference(said: tuple[str, ...], meant: tuple[str, ...]) -> float:
    """The least that it takes to make one row of sounds of the other."""
    row = [0.0]
    for sound in meant:
        row.append(row[-1] + _left_out(sound))
    for one in said:
        before, row = row, [row[0] + _left_out(one)]
        for at, other in enumerate(meant):
            changed = before[at] + _changed(one, other)
            row.append(min(changed, before[at + 1] + _left_out(one), row[-1] + _left_out(other)))
    return row[-1]


def _left_out(sound: str) -> float:
    return NEARLY if sound in _VOWELS or sound in _GLIDES else 1.0


def _changed(one: str, other: str) -> float:
    if one == other:
        return 0.0
    both = frozenset((one, other))
    return NEARLY if both <= _VOWELS or both in _ALIKE else 1.0


@functools.cache
def _dictionary() -> dict[str, str]:
    """Words with their sounds, from the pronunciation dictionary that pocketsphinx brings; empty without it."""
    found = importlib.util.find_spec("pocketsphinx")
    if found is None or found.origin is None:
        return {}
    file = Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    if not file.is_file():
        return {}
    lines = (line.partition(" ") for line in file.read_text(encoding="utf-8").splitlines())
    return {word: sounds for word, _, sounds in lines if "(" not in word}
