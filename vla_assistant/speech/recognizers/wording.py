"""The spelling of the recognizer's language model: words as they are spoken, and one token for each named thing."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vla_assistant import paths
from vla_assistant.language.capability import DRAWER
from vla_assistant.language.vocabulary import load

LIFTED, KEPT = "[LIFTED]", "[KEPT]"
"""Classes of named things: what can be lifted, and what others are put into or onto."""
MODEL = "speech/en.arpa"
"""In the folder of assets."""
BARE = frozenset((LIFTED, KEPT, "the", "a", "that", "this", "those", "my", "one", "and"))
"""Of which an answer to a question may consist, and no command: a question has a grammar of its own."""
SYNONYM_WEIGHT = 0.25
"""Of another word for a thing or colour, as against 1 for the one that the program itself says."""
PHONES = tuple(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()  # noqa: SIM905
)
"""The phones of the acoustic model (CMU dictionary)."""
_JOINT = "_"
_LONGEST_NAME = 5
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")
_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_IN_WORDS = {str(number): word for number, word in enumerate(_NUMBERS, 1)}


def spoken_form(text: str) -> tuple[str, ...]:
    """Lower-case words with their apostrophes; small numbers in words."""
    found = _WORD.findall(text.lower().replace("’", "'"))
    return tuple(_IN_WORDS.get(word, word) for word in found)


def named() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Colour, kind and words of each way to name a thing by both; a drawer has no colour."""
    vocabulary = load()
    lexicon = vocabulary.lexicon("en")
    for colour, kind in itertools.product(vocabulary.colours, set(vocabulary.things) - {DRAWER.name}):
        for shade, noun in itertools.product(lexicon.words[colour], lexicon.words[kind]):
            yield colour, kind, (*shade, *noun)


def joined(words: Sequence[str]) -> str:
    """The words as one entry of the dictionary."""
    return _JOINT.join(words)


def parted(text: str) -> str:
    """The entries as words again."""
    return text.replace(_JOINT, " ")


def class_of(kind: str) -> str:
    """The class of the things of that kind."""
    return LIFTED if load().things[kind].lift else KEPT


def in_classes(words: Sequence[str]) -> tuple[str, ...]:
    """The words with a class where a thing is named by colour and kind."""
    phrases = _classes()
    found: list[str] = []
    at = 0
    while at < len(words):
        sizes = (size for size in range(_LONGEST_NAME, 1, -1) if tuple(words[at : at + size]) in phrases)
        size = next(sizes, 1)
        found.append(phrases.get(tuple(words[at : at + size]), words[at]))
        at += size
    return tuple(found)


@functools.cache
def own_names() -> frozenset[tuple[str, ...]]:
    """Names of things in the words that the program itself says."""
    words = load().lexicon("en").words
    return frozenset(name for colour, kind, name in named() if name == (*words[colour][0], *words[kind][0]))


def other_names(words: Sequence[str]) -> int:
    """How many things are named in other words: "scarlet mug"."""
    spans = (
        tuple(words[at : at + size]) for size in range(2, _LONGEST_NAME + 1) for at in range(len(words) - size + 1)
    )
    return sum(span in _classes() and span not in own_names() for span in spans)


@functools.cache
def _classes() -> dict[tuple[str, ...], str]:
    return {words: class_of(kind) for _, kind, words in named()}


@dataclass(frozen=True)
class Files:
    """What the decoder reads."""

    dictionary: Path
    control: Path


def write_model(known: Mapping[str, Sequence[str]], folder: Path, name: str) -> Files:
    """A dictionary of the words of the language model and the names of things, and the model `name` with its classes.

    Args:
        known: Words with their pronunciations.
        folder: Where the files are written.
        name: What the search is called.
    """
    model = paths.assets() / MODEL
    classes: dict[str, dict[str, float]] = {LIFTED: {}, KEPT: {}}
    lines = [f"{phone_word(phone)} {phone}" for phone in PHONES]
    first = {(colour, kind): words for colour, kind, words in reversed(list(named()))}
    for colour, kind, words in named():
        classes[class_of(kind)][joined(words)] = 1.0 if words == first[colour, kind] else SYNONYM_WEIGHT
        lines += _entries(joined(words), map(" ".join, itertools.product(*(known[word] for word in words))))
    for word in _words_of(model):
        lines += _entries(word, known.get(word, ()))
    files = Files(folder / "words.dict", folder / "model.ctl")
    files.dictionary.write_text("\n".join([*lines, ""]), "utf-8")
    (folder / "classes").write_text("".join(map(_class_text, classes, classes.values())), "utf-8")
    files.control.write_text(f"{{ {folder / 'classes'} }}\n{model} {name} {{ {LIFTED} {KEPT} }}\n", "utf-8")
    return files


def _words_of(model: Path) -> Iterator[str]:
    """The words of an ARPA file, which lists them first."""
    with model.open(encoding="utf-8") as file:
        in_section = itertools.dropwhile(lambda line: not line.startswith("\\1-grams"), file)
        for line in itertools.takewhile(str.strip, itertools.islice(in_section, 1, None)):
            yield line.split()[1]


def pronunciations(dictionary: Path) -> dict[str, list[str]]:
    """Those of the dictionary, and the vocabulary's own after them."""
    known: dict[str, list[str]] = {}
    for line in dictionary.read_text("utf-8").splitlines():
        word, _, phones = line.partition(" ")
        known.setdefault(word.partition("(")[0], []).append(phones)
    for word, further in load().lexicon("en").pronunciations.items():
        known[word] += further
    return known


def _entries(word: str, pronunciations: Iterable[str]) -> Iterator[str]:
    """Lines of the dictionary; those after the first are numbered."""
    for number, phones in enumerate(pronunciations, 1):
        yield f"{word}({number}) {phones}" if number > 1 else f"{word} {phones}"


def _class_text(name: str, weights: Mapping[str, float]) -> str:
    total = sum(weights.values())
    members = "".join(f"{word} {weight / total:.6f}\n" for word, weight in weights.items())
    return f"LMCLASS {name}\n{members}END {name}\n"


def phone_word(phone: str) -> str:
    """The word of the dictionary that is only this phone."""
    return f"any_{phone.lower()}"
