"""The patterns of assets/chores_en.toml: which clause says what of the drawer, and which a task of several steps."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from vla_assistant import paths
from vla_assistant.language.patterns import Patterns
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.word_files import word_tables

VERSION = 1


@dataclass(frozen=True)
class Phrases:
    """The patterns and words of one language.

    Attributes:
        clauses: Patterns by what they say: "drawer open", "swap two", ...
        words: Of which one must stand in a text, by what it may be about: "drawer", "marker", "long".
    """

    clauses: Mapping[str, Patterns]
    words: Mapping[str, frozenset[str]]

    def about(self, what: str, words: Phrase) -> bool:
        """Whether the text may be about that."""
        return not self.words[what].isdisjoint(words)


@functools.cache
def load() -> Phrases:
    """The shipped patterns, read once.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    tables = word_tables("The phrases for the drawer and for long tasks", paths.assets() / "chores_en.toml", VERSION)
    groups, words = tables.pop("groups"), tables.pop("words")
    clauses = {
        f"{name} {kind}": Patterns(patterns, groups)
        for name, kinds in tables.items()
        for kind, patterns in kinds.items()
    }
    return Phrases(clauses, {name: frozenset(listed) for name, listed in words.items()})
