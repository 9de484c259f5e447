"""The sentences that writers wrote with what they mean (assets/written), and where they name colours and kinds."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vla_assistant import paths
from vla_assistant.evaluate.sayings import load
from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.notation import says
from vla_assistant.language.request import ANYTHING
from vla_assistant.train.recombining.meanings import row_of
from vla_assistant.train.recombining.wordlists import load as load_words

_TALK = "talk_"
"""How the names of files begin whose sentences may stand beside any other."""
_PERSONS = frozenset(("you", "u", "ya", "i", "we", "he", "she", "they", "someone", "somebody", "anyone", "one"))
Mention = tuple[int, int, str, bool]
"""Where the mention begins and ends, of what, and whether it is of several."""
_Phrases = dict[tuple[str, ...], tuple[str, bool]]
"""Words -> what they name, and whether several of it."""


@dataclass(frozen=True)
class Written:
    """A sentence.

    Attributes:
        text: Its words and commas.
        row: What it means as tokens of `language.decoding.notation`; lengths as "5 cm".
        colours: Where colours are named.
        kinds: Where kinds are named.
    """

    text: tuple[str, ...]
    row: tuple[str, ...]
    colours: tuple[Mention, ...]
    kinds: tuple[Mention, ...]

    @property
    def acts(self) -> int:
        return self.row.count(";") + 1

    @property
    def stands_alone(self) -> bool:
        """Whether it means the same whatever is spoken of before it."""
        return not {"it", "other", "same"} & set(self.row)

    @property
    def joins(self) -> bool:
        """Whether another command may stand beside it without changing what it means."""
        return self.stands_alone and "|" not in self.row and not self.row[0].startswith("<")


@functools.cache
def sentences() -> tuple[Written, ...]:
    """All that ship, without the few whose meaning the decoder's grammar has no words for."""
    return _of((paths.assets() / "written").glob("*.tsv"))


@functools.cache
def talk() -> tuple[Written, ...]:
    """Those that ask for nothing and change nothing about what is said beside them."""
    return _of((paths.assets() / "written").glob(f"{_TALK}*.tsv"))


def _of(files: Iterable[Path]) -> tuple[Written, ...]:
    sayings = (saying for saying in load(sorted(files)) if says(row_of(saying.meaning)))
    return tuple(as_written(saying.text, saying.meaning) for saying in sayings)


def as_written(text: str, meaning: str) -> Written:
    """A sentence with its meaning in the notation of writers.

    Raises:
        ValueError: It is no meaning.
    """
    said, (colours, kinds) = spelling.normalised(text), _names()
    return Written(said, row_of(meaning), _mentions(said, colours), _mentions(said, kinds))


@functools.cache
def _names() -> tuple[_Phrases, _Phrases]:
    """The words for colours, and those for kinds."""
    words = load_words()
    return _phrases(words.colours), {**_phrases(words.nouns), **_phrases(words.plurals, several=True)}


def _phrases(names: Mapping[str, Sequence[str]], several: bool = False) -> _Phrases:
    named = ((name, said) for name, all_said in names.items() if name != ANYTHING for said in all_said)
    return {tuple(said.split()): (name, several) for name, said in named}


def _mentions(text: Sequence[str], phrases: _Phrases) -> tuple[Mention, ...]:
    found: list[Mention] = []
    at = 0
    while at < len(text):
        for length in (3, 2, 1):
            named = phrases.get(tuple(text[at : at + length]))
            if named is not None and not (length == 1 and _is_verb(text, at)):
                found.append((at, at + length, *named))
                at += length - 1
                break
        at += 1
    return tuple(found)


def _is_verb(text: Sequence[str], at: int) -> bool:
    """Whether "can" is what somebody is able to do."""
    beside = {*text[max(at - 1, 0) : at], *text[at + 1 : at + 2]}
    return text[at] == "can" and not beside.isdisjoint(_PERSONS)
