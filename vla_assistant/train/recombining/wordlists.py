"""The words that texts are recombined from: assets/recombined_en.toml, and the nouns and colours of the reader."""

from __future__ import annotations

import functools
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vla_assistant import paths
from vla_assistant.errors import ConfigError

VERSION = 1
_VOWELS = "aeiou"
_PLAIN_SHARE = 0.55
"""How often a thing or colour is called by its first name."""


@dataclass(frozen=True)
class Wordlists:
    """Phrases by table and key.

    Attributes:
        tables: assets/recombined_en.toml.
        nouns: Of each kind, the plainest first.
        plurals: Likewise.
        colours: Likewise.
        irregular: Past forms of a verb's base.
    """

    tables: Mapping[str, Mapping[str, Sequence[str]]]
    nouns: Mapping[str, Sequence[str]]
    plurals: Mapping[str, Sequence[str]]
    colours: Mapping[str, Sequence[str]]
    irregular: Mapping[str, Sequence[str]]

    def one(self, rng: random.Random, table: str, key: str) -> str:
        """Any phrase of the list."""
        return rng.choice(self.tables[table][key])

    def filled(self, rng: random.Random, table: str, key: str, **said: str) -> str:
        """Any template of the list with its words in capitals replaced."""
        return " ".join(said.get(word, word) for word in self.one(rng, table, key).split())

    def noun(self, rng: random.Random, kind: str, several: bool) -> str:
        return _named(rng, (self.plurals if several else self.nouns)[kind])

    def colour(self, rng: random.Random, colour: str) -> str:
        return _named(rng, self.colours[colour])

    def inflected(self, clause: str, form: str) -> str:
        """The clause with its first word in another form: "ing", "ed" or "s"."""
        head, _, rest = clause.partition(" ")
        return f"{self._form(head, form)} {rest}".strip()

    def _form(self, verb: str, form: str) -> str:
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
        short = len(verb) > 2 and verb[-1] not in _VOWELS + "wxy" and verb[-2] in _VOWELS and verb[-3] not in _VOWELS
        stem = verb + verb[-1] if short and len(verb) < 5 else stem
        if form == "ing":
            return f"{stem}ing"
        if form == "s":
            return f"{verb}es" if verb.endswith(("s", "x", "sh", "ch", "o")) else f"{verb}s"
        return self.irregular.get(verb, [f"{stem}ed"])[-1]


def _named(rng: random.Random, names: Sequence[str]) -> str:
    return names[0] if rng.random() < _PLAIN_SHARE else rng.choice(names)


@functools.cache
def load() -> Wordlists:
    """The shipped words.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    path = paths.assets() / "recombined_en.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        reading = tomllib.loads((paths.assets() / "reading_en.toml").read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The words for training texts cannot be read ({error}).") from error
    if tables.pop("version", None) != VERSION:
        raise ConfigError(f"The words for training texts {path} have another version; {VERSION} is needed.")
    irregular: dict[str, list[str]] = {}
    for form, base in reading["irregular"].items():
        irregular.setdefault(base, []).append(form)
    nouns = reading["nouns"]
    plurals = {kind: [_plural(noun) for noun in names] for kind, names in nouns.items()}
    colours = {colour: [_first_of_each(name) for name in names] for colour, names in reading["colours"].items()}
    return Wordlists(tables, nouns, plurals, colours, irregular)


def _first_of_each(pattern: str) -> str:
    """The pattern of the reader as words: "snow (coloured|colored)" is snow coloured."""
    return re.sub(r"\(([^|)]*)[^)]*\)", r"\1", pattern)


def _plural(noun: str) -> str:
    if noun in ("dice", "stuff"):
        return noun
    return f"{noun}es" if noun.endswith(("s", "x", "sh", "ch")) else f"{noun}s"
