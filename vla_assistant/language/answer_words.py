"""The words of answers to a question, from assets/answers_en.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language.vocabulary import Phrase


@dataclass(frozen=True)
class Words:
    """The words of answers: phrase -> what it means, by table of the file; `says` is what the program says."""

    tables: Mapping[str, Mapping[Phrase, str]]
    says: Mapping[str, str]

    def find(self, table: str, words: Phrase) -> tuple[str, int, int] | None:
        """Meaning, start and end of the longest phrase of that table in the words; the last of equally long ones."""
        best: tuple[str, int, int] | None = None
        for phrase, meaning in self.tables[table].items():
            for at in range(len(words) - len(phrase) + 1):
                longer = best is None or (len(phrase), at) > (best[2] - best[1], best[1])
                if longer and words[at : at + len(phrase)] == phrase:
                    best = meaning, at, at + len(phrase)
        return best


@functools.cache
def load(file: Path | None = None) -> Words:
    """The words in `file` (default: the shipped English ones), read once.

    Raises:
        ConfigError: the file is missing or broken.
    """
    path = file or paths.assets() / "answers_en.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        says = tables.pop("says")
        phrases = {
            name: {tuple(phrase.split()): meaning for meaning, found in table.items() for phrase in found}
            for name, table in tables.items()
            if isinstance(table, dict)
        }
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ConfigError(f"The words of answers in {path} cannot be read: {error}.") from error
    return Words(phrases, says)
