"""The vocabulary as a typed, frozen object: things, colours, verbs, relations, closed words, for each language.

A phrase is a tuple of lower-case words; every category maps phrases to the canonical name they stand for. The
recognizer's grammar, the texts of training episodes and the tests are made from the same object.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language.orthography import Orthography

Phrase = tuple[str, ...]
Phrases = Mapping[Phrase, str]

VERSION = 1
FIRST = "en"
"""The language that counts where two understand the same text."""
FRAMES = ("pick", "place", "stack", "release", "push", "home")
FURTHER_FRAMES = ("give", "open", "close")
"""Frames that the grammar knows in the languages whose file has verbs for them."""
SMALL = (
    "articles", "pronouns", "substitutes", "quantifiers", "adjective_suffixes", "up", "down", "back", "to", "of_table",
    "from_table", "connectors", "negations",
)  # fmt: skip
UNNAMED = "thing"
"""Canonical noun of a thing of any shape, which is named by its colour alone."""
GAP = "..."
"""Where the object stands in a verb of two parts."""
COURTESY = ("fillers", "openings", "closings")
CLOSED = ("stop", "yes", "no", "cancel")
QUESTIONS = ("openings", "seen", "help")


@dataclass(frozen=True)
class Thing:
    """What can be done with one kind of thing.

    Attributes:
        name: Canonical noun.
        lift, push: Whether the arm can.
        holds: What stays in or on it.
        usual: Whether it is on most tables; one that is not is only spoken of and listened for where it is seen.
        inside: Whether what it holds is in it; others carry it on top.
    """

    name: str
    lift: bool
    push: bool
    holds: tuple[str, ...]
    usual: bool = True
    inside: bool = False

    def takes(self, kind: str) -> bool:
        """Whether a thing of that kind stays in or on it; what has no noun may stay wherever something does."""
        return kind in self.holds or (kind == UNNAMED and bool(self.holds))


@dataclass(frozen=True)
class Verb:
    """A verb of a frame (FRAMES): the words that open the clause, and those that close it ("heb ... auf")."""

    frame: str
    head: Phrase
    tail: Phrase

    @classmethod
    def of(cls, frame: str, phrase: Phrase) -> Verb:
        """As the file writes it."""
        gap = phrase.index(GAP) if GAP in phrase else len(phrase)
        return cls(frame, phrase[:gap], phrase[gap + 1 :])


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    Attributes:
        things: Singular and plural phrases -> canonical noun.
        words: Canonical name of a thing, colour or place -> its phrases, the one the program says first.
        plurals: Canonical noun -> its plural phrases, the one the program says first.
        colours: Phrases -> canonical colour.
        places: Phrases -> "table", "left", "right" or "home".
        relations: Phrases -> "in", "on" or "to".
        beside: Phrases -> one of types.RELATIONS; only where the grammar of instructions is to know them.
        refused_relations: Phrases of relations that the grammar of instructions does not know; the reader may.
        refused_things: Phrases that it does not take for things: "me".
        verbs: Frame of the grammar (FRAMES) -> the verbs that open it.
        small: Name of a small category (SMALL) -> its phrases.
        courtesy: Name (COURTESY) -> its phrases.
        closed: Phrases -> "stop", "yes", "no" or "cancel".
        control: Phrases -> name of the control word.
        questions: Name (QUESTIONS) -> its phrases.
        corrections: Openings of a correction.
        teaching: Openings of a lesson.
        inside: Things in which another rests; the others carry it on top.
        speech: Rules of the recognizer's grammar in JSGF; `utterance` is the public one.
        speech_further: Rules of what is listened for only where it is learnt and on the table.
        pronunciations: Word -> its pronunciations in the phones of pocketsphinx.
        orthography: How it is written; None when only as the file writes it.
        colour_after: A colour may follow its noun.
        proclitics: Pronouns that stand before their verb.
        held: Phrases for what the hand holds.
    """

    things: Phrases
    words: Mapping[str, tuple[Phrase, ...]]
    plurals: Mapping[str, tuple[Phrase, ...]]
    colours: Phrases
    places: Phrases
    relations: Phrases
    beside: Phrases
    refused_relations: tuple[Phrase, ...]
    refused_things: tuple[Phrase, ...]
    verbs: Mapping[str, tuple[Phrase, ...]]
    small: Mapping[str, tuple[Phrase, ...]]
    courtesy: Mapping[str, tuple[Phrase, ...]]
    closed: Phrases
    control: Phrases
    questions: Mapping[str, tuple[Phrase, ...]]
    corrections: tuple[Phrase, ...]
    teaching: tuple[Phrase, ...]
    inside: tuple[str, ...]
    speech: Mapping[str, str]
    speech_further: Mapping[str, str]
    pronunciations: Mapping[str, tuple[str, ...]]
    orthography: Orthography | None
    colour_after: bool
    proclitics: tuple[Phrase, ...]
    held: tuple[Phrase, ...]

    def plain(self, text: str) -> str:
        """The text as the phrases here are spelled."""
        if self.orthography is None:
            return text
        return self.orthography.apart(self.orthography.plain(text), self._verb_words)

    @functools.cached_property
    def _verb_words(self) -> frozenset[str]:
        return frozenset(verb.head[0] for verb in self.verbs_by_length if len(verb.head) == 1)

    @functools.cached_property
    def verbs_by_length(self) -> tuple[Verb, ...]:
        """The verbs of all frames, the longest first."""
        verbs = [Verb.of(frame, phrase) for frame, phrases in self.verbs.items() for phrase in phrases]
        return tuple(sorted(verbs, key=lambda verb: -len(verb.head + verb.tail)))

    @functools.cached_property
    def verb_ends(self) -> tuple[Phrase, ...]:
        """The words that close a clause."""
        return tuple(dict.fromkeys(verb.tail for verb in self.verbs_by_length if verb.tail))

    @functools.cached_property
    def denying_words(self) -> frozenset[str]:
        """The negations that are one word."""
        return frozenset(phrase[0] for phrase in self.small["negations"] if len(phrase) == 1)

    @functools.cached_property
    def halting_words(self) -> frozenset[str]:
        """Every word of the phrases that mean stop."""
        return frozenset(word for phrase, kind in self.closed.items() if kind == "stop" for word in phrase)

    @functools.cached_property
    def known_words(self) -> frozenset[str]:
        """Every single word that occurs in any phrase."""
        maps = (self.things, self.colours, self.places, self.relations, self.closed, self.control)
        lists = [*self.verbs.values(), *self.small.values(), *self.courtesy.values(), *self.questions.values()]
        lists += [
            self.corrections,
            self.teaching,
            self.refused_relations,
            tuple(self.beside),
            self.held,
            *(tuple(phrases) for phrases in maps),
        ]
        return frozenset(word for phrases in lists for phrase in phrases for word in phrase) | {","}

    @functools.cached_property
    def stop_words(self) -> frozenset[str]:
        """The single words that mean stop or cancel; a text that holds one is no command."""
        less = (phrase for phrase, kind in self.closed.items() if kind in ("stop", "cancel"))
        return frozenset(phrase[0] for phrase in less if len(phrase) == 1) - {"wait", "hold", "dont"}

    @functools.cached_property
    def content_words(self) -> tuple[str, ...]:
        """The single words that carry the meaning: verbs, things, colours and places."""
        lists = [*self.verbs.values(), tuple(self.things), tuple(self.colours), tuple(self.places)]
        return tuple(sorted({word for phrases in lists for phrase in phrases for word in phrase}))


@dataclass(frozen=True)
class Vocabulary:
    """Things and colours by canonical name, and the words for them in each language."""

    things: Mapping[str, Thing]
    colours: tuple[str, ...]
    languages: Mapping[str, Lexicon]

    def lexicon(self, language: str) -> Lexicon:
        """The words of that language.

        Raises:
            ConfigError: the vocabulary file has no such language.
        """
        if language not in self.languages:
            raise ConfigError(
                f"The vocabulary has no language {language!r}.", f"It has: {', '.join(sorted(self.languages))}."
            )
        return self.languages[language]


def default_file() -> Path:
    """The shipped vocabulary file."""
    return paths.assets() / "vocabulary.toml"


@functools.cache
def load(file: Path | None = None) -> Vocabulary:
    """The vocabulary in `file` (default: the shipped one) and the languages in the folder beside it, read once.

    Raises:
        ConfigError: a file is missing, no TOML, of another version, or lacks a table; the message says which.
    """
    path = file or default_file()
    with _blamed(path, "vocabulary file"):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        if tables.get("version") != VERSION:
            raise ConfigError(f"The vocabulary file {path} has version {tables.get('version')!r}; {VERSION} is needed.")
        things = _things(tables["things"])
        first = _lexicon(tables[FIRST], things)
    languages = {FIRST: first}
    for other in sorted((path.parent / "languages").glob("*.toml")):
        if other.stem != FIRST:
            with _blamed(other, "language file"):
                languages[other.stem] = _lexicon(tomllib.loads(other.read_text(encoding="utf-8")), things)
    return Vocabulary(things, tuple(dict.fromkeys(first.colours.values())), languages)


@contextmanager
def _blamed(path: Path, kind: str) -> Iterator[None]:
    """What goes wrong with the file as one clear error."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"The {kind} {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The {kind} {path} is not valid TOML: {error}.") from error
    except KeyError as error:
        raise ConfigError(f"The {kind} {path} lacks the table or key {error.args[0]!r}.") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"The {kind} {path} holds a value of the wrong kind: {error}.") from error


def _things(tables: Mapping[str, Any]) -> dict[str, Thing]:
    things = {name: _thing(name, table) for name, table in tables.items()}
    for thing in things.values():
        unknown = [name for name in thing.holds if name not in things]
        if unknown:
            raise ValueError(f"things.{thing.name}.holds names the unknown thing {unknown[0]!r}")
    return things


def _rules(table: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): " ".join(str(body).split()) for name, body in table.items()}


def _thing(name: str, table: Mapping[str, Any]) -> Thing:
    usual, inside = bool(table.get("usual", True)), bool(table.get("inside", False))
    return Thing(name, bool(table["lift"]), bool(table["push"]), _names(table["holds"]), usual, inside)


def _lexicon(table: Mapping[str, Any], things: Mapping[str, Thing]) -> Lexicon:
    grammar = table.get("grammar")
    orthography = None if grammar is None else Orthography.of(grammar)
    spelled = functools.partial(_spelled, orthography)
    nouns = {name: table["things"][name] for name in things}
    plurals = {name: spelled(table["plurals"][name]) for name in things}
    said = {**nouns, **table["colours"], **table["places"]}
    return Lexicon(
        things=_inverted({name: spelled(words) for name, words in nouns.items()}) | _inverted(plurals),
        words={name: _phrases(words) for name, words in said.items()},
        plurals=plurals,
        colours=_inverted({name: spelled(words) for name, words in table["colours"].items()}),
        places=_inverted({name: spelled(words) for name, words in table["places"].items()}),
        relations=_inverted({name: spelled(words) for name, words in table["relations"].items()}),
        beside=_inverted({name: spelled(words) for name, words in table.get("beside", {}).items()}),
        refused_relations=spelled(table["refused"]["relations"]),
        refused_things=spelled(table["refused"]["things"]) if "things" in table["refused"] else (),
        verbs={name: spelled(table["verbs"][name]) for name in _frames(table["verbs"])},
        small={name: spelled(table["small"][name]) for name in SMALL},
        courtesy={name: spelled(table["courtesy"][name]) for name in COURTESY},
        closed=_inverted({name: spelled(table["closed"][name]) for name in CLOSED}),
        control=_inverted({name: spelled(words) for name, words in table["control"].items()}),
        questions={name: spelled(table["questions"][name]) for name in QUESTIONS},
        corrections=spelled(table["corrections"]["openings"]),
        teaching=spelled(table["teaching"]["openings"]),
        inside=tuple(name for name, thing in things.items() if thing.inside),
        speech=_rules(table.get("speech", {})),
        speech_further=_rules(table.get("speech_further", {})),
        pronunciations={word: _names(phones) for word, phones in table.get("pronunciations", {}).items()},
        orthography=orthography,
        colour_after=grammar is not None and bool(grammar.get("colour_after", False)),
        proclitics=spelled(grammar["proclitics"]) if grammar and "proclitics" in grammar else (),
        held=spelled(grammar["held"]) if grammar and "held" in grammar else (),
    )


def _frames(verbs: Mapping[str, Any]) -> tuple[str, ...]:
    """The frames of the grammar that the language has verbs for."""
    return (*FRAMES, *(name for name in FURTHER_FRAMES if name in verbs))


def _spelled(orthography: Orthography | None, values: Any) -> tuple[Phrase, ...]:
    """The phrases as they are matched."""
    if orthography is None:
        return _phrases(values)
    spellings = (spelling for value in _names(values) for spelling in orthography.spellings(value))
    return _phrases(list(dict.fromkeys(spellings)))


def _names(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{values!r} is not a list of words")
    return tuple(values)


def _phrases(values: Any) -> tuple[Phrase, ...]:
    phrases = tuple(tuple(value.split()) for value in _names(values))
    if not phrases or not all(phrases):
        raise ValueError("a list of words is empty or holds an empty word")
    return phrases


def _inverted(names: Mapping[str, tuple[Phrase, ...]]) -> dict[Phrase, str]:
    inverted: dict[Phrase, str] = {}
    for name, phrases in names.items():
        for phrase in phrases:
            if inverted.setdefault(phrase, name) != name:
                raise ValueError(f"{' '.join(phrase)!r} stands for both {inverted[phrase]!r} and {name!r}")
    return inverted
