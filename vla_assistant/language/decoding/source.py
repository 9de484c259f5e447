"""A text as the decoder reads it: words, pieces of words, and the numbers in it."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from vla_assistant.language import words as spelling

LENGTH = "<length>"
"""Stands for a number with a unit."""
UNKNOWN = "<unknown>"
LONGEST = 96
"""Words that are read; nobody asks for six things in more."""
SLOTS = 9
"""Numbers that are told apart in one text."""
BUCKETS = 2048
"""Of the pieces of words."""
_UNITS_CM = {
    "cm": 1.0, "cms": 1.0, "centimeter": 1.0, "centimeters": 1.0, "centimetre": 1.0, "centimetres": 1.0,
    "mm": 0.1, "mms": 0.1, "millimeter": 0.1, "millimeters": 0.1, "millimetre": 0.1, "millimetres": 0.1,
    "inch": 2.5, "inches": 2.5, "m": 100.0, "meter": 100.0, "meters": 100.0, "metre": 100.0, "metres": 100.0,
}  # fmt: skip
_NUMBERS = {
    "zero": 0.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0,
    "seventeen": 17.0, "eighteen": 18.0, "nineteen": 19.0,
}  # fmt: skip
_ONE = {"one": 1.0}
"""A number behind twenty and before a unit, but mostly none."""
_TENS = {
    "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0,
    "ninety": 90.0,
}  # fmt: skip
_PHRASES = {
    ("half", "a", "dozen"): 6.0, ("half", "a"): 0.5, ("half", "an"): 0.5, ("half",): 0.5, ("a", "half"): 0.5,
    ("a", "couple", "of"): 2.0, ("couple", "of"): 2.0, ("a", "dozen"): 12.0, ("a", "hundred"): 100.0,
    ("a",): 1.0, ("an",): 1.0, ("one",): 1.0,
}  # fmt: skip
"""Before a unit."""
_HALVES = (("and", "a", "half"), ("and", "one", "half"), ("and", "half"))


@dataclass(frozen=True)
class Source:
    """What was said.

    Attributes:
        words: Each word; LENGTH for a number with its unit, digits for a number alone.
        slots: For each word 0, or which of `lengths_cm` it says, from 1.
        lengths_cm: The numbers; one without a unit counts as centimetres.
    """

    words: tuple[str, ...]
    slots: tuple[int, ...]
    lengths_cm: tuple[float, ...]


def read(text: str) -> Source:
    """The text as words and numbers, at most LONGEST words of it."""
    said = spelling.normalised(text)
    words: list[str] = []
    slots: list[int] = []
    lengths: list[float] = []
    at = 0
    while at < len(said) and len(words) < LONGEST:
        word, length, after = _next(said, at)
        words.append(word)
        if length is not None and len(lengths) < SLOTS:
            lengths.append(length)
        slots.append(len(lengths) if length is not None and len(lengths) <= SLOTS else 0)
        at = after
    return Source(tuple(words), tuple(slots), tuple(lengths))


def _next(said: Sequence[str], at: int) -> tuple[str, float | None, int]:
    """The word here, the length it says, and the index after it."""
    number, after = _number(said, at)
    if number is not None and (length := _length(number, said, after)) is not None:
        return LENGTH, *length
    for phrase, value in _PHRASES.items():
        end = at + len(phrase)
        if tuple(said[at:end]) == phrase and said[end : end + 1] != ("m",) and (length := _length(value, said, end)):
            return LENGTH, *length
    if number is not None:
        return f"{number:g}", number, after
    return said[at], None, at + 1


def _length(number: float, said: Sequence[str], at: int) -> tuple[float, int] | None:
    """That many of the unit here [cm] and the index after it, with the half that is said before or after the unit.

    None when there is no unit.
    """
    halves, at = _half(said, at)
    if at >= len(said) or said[at] not in _UNITS_CM:
        return None
    more, after = _half(said, at + 1)
    return round((number + halves + more) * _UNITS_CM[said[at]], 4), after


def _half(said: Sequence[str], at: int) -> tuple[float, int]:
    """0.5 and the index after "and a half" where that stands here, else 0 and this one."""
    half = next((words for words in _HALVES if tuple(said[at : at + len(words)]) == words), ())
    return (0.5 if half else 0.0), at + len(half)


def _number(said: Sequence[str], at: int) -> tuple[float | None, int]:
    """The number that begins here, and the index after it."""
    word = said[at]
    if tuple(said[at + 1 : at + 2]) == ("point",) and (tenths := _digit(said, at + 2)) is not None:
        whole = _digit(said, at)
        return (whole + tenths / 10, at + 3) if whole is not None else (None, at)
    if word.replace(".", "", 1).isdigit() and word.isascii():
        return float(word), at + 1
    following = (_NUMBERS | _ONE).get(said[at + 1], 0.0) if at + 1 < len(said) else 0.0
    if word in _TENS:
        return (_TENS[word] + following, at + 2) if 0 < following < 10 else (_TENS[word], at + 1)
    if word in _NUMBERS:
        return _NUMBERS[word], at + 1
    return None, at


def _digit(said: Sequence[str], at: int) -> float | None:
    """The number from 0 to 9 that the word here says."""
    word = said[at] if at < len(said) else ""
    number = float(word) if word.isdigit() and word.isascii() else (_NUMBERS | _ONE).get(word)
    return number if number is not None and number < 10 else None


@functools.lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[int, ...]:
    """Numbers of the word's pieces, in [0, BUCKETS): every three neighbouring letters and the whole."""
    marked = f"^{word}$"
    parts = [marked[i : i + 3] for i in range(len(marked) - 2)] or [marked]
    return tuple(zlib.crc32(part.encode()) % BUCKETS for part in (*parts, marked))
