"""The reader's words of one language, with the forms of its verbs."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vla_assistant import paths
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.word_files import word_tables

VERSION = 1
_PLAIN = (
    "substitutes", "colours", "relations", "sides", "side_phrases", "directions", "amounts", "units", "numbers",
    "fractions", "ordinals", "quantifiers", "exceptions", "pronouns", "me", "table", "home", "hand", "joints", "order",
    "manner", "avoidance", "negations", "choices", "repairs", "skipped", "remarks", "adjectives", "strangers",
    "elsewhere",
)  # fmt: skip
_VOWELS = "aeiou"


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    Attributes:
        phrases: What each phrase may be: its value by kind.
        longest: The number of words of the longest phrase that begins with a word.
        misheard: Words often written for others.
        known: Every word of any phrase.
        sets: Small sets of words by name.
        short: Short forms of written text, and what they stand for.
    """

    phrases: Mapping[Phrase, Mapping[str, str]]
    longest: Mapping[str, int]
    misheard: Mapping[str, str]
    known: frozenset[str]
    sets: Mapping[str, frozenset[str]]
    short: Mapping[str, str]

    def at(self, words: Phrase, at: int) -> dict[str, tuple[str, int]]:
        """The longest phrase of each kind that begins at this word: its value and the index after it."""
        found: dict[str, tuple[str, int]] = {}
        for end in range(min(at + self.longest.get(words[at], 0), len(words)), at, -1):
            for kind, value in self.phrases.get(words[at:end], {}).items():
                found.setdefault(kind, (value, end))
        return found


def load(language: str = "en") -> Lexicon:
    """The shipped words, read once.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    return _load(language)


@functools.cache
def _load(language: str) -> Lexicon:
    path = paths.assets() / f"reading_{language}.toml"
    return _lexicon(word_tables("The reader's words", path, VERSION))


def _lexicon(tables: Mapping[str, Mapping[str, list[str]]]) -> Lexicon:
    entries: dict[tuple[Phrase, str], str] = {}
    for kind in _PLAIN:
        for value, phrases in tables[kind].items():
            for words in spelled_out(phrases):
                entries.setdefault((words, kind), value)
    for noun, phrases in tables["nouns"].items():
        for phrase in phrases:
            entries.setdefault((tuple(phrase.split()), "nouns"), noun)
            entries.setdefault((tuple(_plural(phrase).split()), "plurals"), noun)
    for noun, phrases in tables["plurals"].items():
        for words in spelled_out(phrases):
            entries.setdefault((words, "plurals"), noun)
    irregular = irregular_forms(tables["irregular"])
    for value, phrases in tables["verbs"].items():
        for first, *rest in spelled_out(phrases):
            for form, head in forms_of(first, irregular):
                entries.setdefault(((head, *rest), "verbs"), f"{form} {value}")
    by_words: dict[Phrase, dict[str, str]] = {}
    longest: dict[str, int] = {}
    for (words, kind), value in entries.items():
        by_words.setdefault(words, {})[kind] = value
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    known = frozenset(word for phrase, _ in entries for word in phrase)
    sets = {name: frozenset(words) for name, words in tables["sets"].items()}
    short = {form: word for word, forms in tables["short"].items() for form in forms}
    return Lexicon(by_words, longest, dict(tables["misheard"]), known, sets, short)  # type: ignore[arg-type]


def spelled_out(patterns: Iterable[str]) -> Iterable[Phrase]:
    """The phrases of patterns: "(at|on|) my left" is "at my left", "on my left" and "my left"."""
    for pattern in patterns:
        parts = [part.split("|") for part in re.split(r"[()]", pattern)]
        yield from (tuple("".join(chosen).split()) for chosen in itertools.product(*parts))


def irregular_forms(forms: Mapping[str, object]) -> dict[str, list[str]]:
    irregular: dict[str, list[str]] = {}
    for form, base in forms.items():
        irregular.setdefault(str(base), []).append(form)
    return irregular


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "sh", "ch")):
        return f"{noun}es"
    return f"{noun}s"


def forms_of(verb: str, irregular: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """(form, word): base, "s", "ing", and "past" for past and participle."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    syllables = len(re.findall(r"[aeiouy]+", verb.removesuffix("e")))
    short = len(verb) > 2 and verb[-1] not in _VOWELS + "wxy" and verb[-2] in _VOWELS and verb[-3] not in _VOWELS
    doubled = short and syllables == 1
    ing = f"{verb}{verb[-1]}ing" if doubled else f"{stem}ing"
    third = f"{verb}es" if verb.endswith(("s", "x", "sh", "ch", "o")) else f"{verb}s"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        third, past = f"{verb[:-1]}ies", [f"{verb[:-1]}ied"]
    else:
        past = [f"{verb}{verb[-1]}ed" if doubled else f"{stem}ed"]
    past = list(irregular.get(verb, past))
    forms = [("base", verb), ("s", third), ("ing", ing)] + [("past", word) for word in past]
    unique: dict[str, str] = {}
    for form, word in forms:
        unique.setdefault(word, form)
    return [(form, word) for word, form in unique.items()]
