"""The words of assets/concepts_en.toml: what each phrase may stand for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from vla_assistant import paths
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.word_files import word_tables

VERSION = 1


@dataclass(frozen=True)
class Concepts:
    """What phrases may stand for.

    Attributes:
        phrases: Of each phrase the concepts, with the forms of verbs ("base", "s", "ing", "past").
        longest: The number of words of the longest phrase that begins with a word.
        frames: Which concepts a request of each kind may hold; "any": every one.
        reserved: Words that no story beside a request holds: they may deny, quote or delay it.
        harmless: Those of them that may follow a request.
        setting: Words with which a clause begins that says when, how or whether, and tells no story.
        happened: Phrases that no request holds: it happened without anybody's doing.
    """

    phrases: Mapping[Phrase, Mapping[str, str]]
    longest: Mapping[str, int]
    frames: Mapping[str, tuple[str, ...]]
    reserved: frozenset[str]
    harmless: frozenset[str]
    setting: frozenset[str]
    happened: frozenset[Phrase]

    def tells(self, words: Phrase) -> bool:
        """Whether the words say that something happened without anybody's doing."""
        return any(words[at : at + len(told)] == told for told in self.happened for at in range(len(words)))

    def at(self, words: Phrase, at: int) -> tuple[Mapping[str, str], int]:
        """The concepts of the longest phrase that begins here and the index after it; none with the same index."""
        for end in range(min(at + self.longest.get(words[at], 0), len(words)), at, -1):
            if found := self.phrases.get(words[at:end]):
                return found, end
        return {}, at


@functools.cache
def load() -> Concepts:
    """The shipped words, read once.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    tables = word_tables("The words of concepts", paths.assets() / "concepts_en.toml", VERSION)
    phrases: dict[Phrase, dict[str, str]] = {}
    for concept, written in tables["words"].items():
        for words in _all_of(written):
            phrases.setdefault(words, {}).setdefault(concept, "")
    for kind in ("relations", "directions"):
        for value, written in tables[kind].items():
            for words in _all_of(written):
                phrases.setdefault(words, {})[kind] = value
    irregular = reading.irregular_forms(tables["irregular"])
    for concept, written in tables["verbs"].items():
        for first, *rest in _all_of(written):
            for form, head in reading.forms_of(first, irregular):
                phrases.setdefault((head, *rest), {}).setdefault(concept, form)
    longest: dict[str, int] = {}
    for words in phrases:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    frames = {frame: tuple(concepts) for frame, concepts in tables["frames"].items()}
    reserved = tables["reserved"]
    kept, harmless, setting = (frozenset(reserved[kind]) for kind in ("words", "harmless", "setting"))
    happened = frozenset(_all_of(reserved["happened"]))
    return Concepts(phrases, longest, frames, kept, harmless, setting, happened)


def _all_of(written: Iterable[str]) -> Iterator[Phrase]:
    for pattern in written:
        yield from dict.fromkeys(filter(None, spelled_out(pattern)))


def spelled_out(pattern: str) -> list[Phrase]:
    """The phrases of a pattern, the alternatives of which may hold others: "(on|at the (very|)) top"."""
    tokens = iter(re.findall(r"[()|]|[^\s()|]+", f"{pattern})"))
    return _alternatives(tokens)


def _alternatives(tokens: Iterator[str]) -> list[Phrase]:
    """Each way to say what stands there up to the closing bracket."""
    finished: list[Phrase] = []
    so_far: list[Phrase] = [()]
    for token in tokens:
        if token in "|)":
            finished += so_far
            so_far = [()]
            if token == ")":
                break
        else:
            ways = _alternatives(tokens) if token == "(" else [(token,)]
            so_far = [(*before, *way) for before in so_far for way in ways]
    return finished
