"""Clauses of what is said in a conversation, and which turn each makes; the words are in assets/turns_en.toml."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language import words as spelling
from vla_assistant.language.closed import closed_intent, control_word
from vla_assistant.language.fragments import Fragment, denial, described, fragment
from vla_assistant.language.patterns import Found, Patterns
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import IT, Description
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import Intent

VERSION = 1
SURE = 0.6
"""Confidence from which on a clause alone is read as a request."""
_DASH = re.compile(r"\s[-–—]+\s|[–—…]|\.\.\.")
_AND = ("and", "but", "then")


@dataclass(frozen=True)
class TurnWords:
    """The patterns of one language: of each kind of turn in the order of the file, of corrections and of moods."""

    courtesy: tuple[Phrase, ...]
    fillers: tuple[Phrase, ...]
    turns: Mapping[str, Patterns]
    openings: Patterns
    endings: Patterns
    rejecting: Patterns
    approval: Patterns
    beside_approval: tuple[Phrase, ...]
    approving_remark: Patterns
    limiting: frozenset[str]
    mood: Mapping[str, Patterns]


@dataclass(frozen=True)
class Clause:
    """One clause of what was said.

    Attributes:
        words: As they were said.
        kind: A kind of turn of the word file; "stop", "yes", "no" (closed words, or words that reject); "resume";
            "request"; "fragment"; "aside" for what belongs to none; "empty" for fillers alone.
        thing: Of "return" and "same": with what.
        amount: Of "more": how far.
        fragment: Of "fragment" what it names, of "same" what is different.
        corrects: Whether words of a correction stand in it: "no, ...", "... instead".
        meant: The words without those of a correction.
    """

    words: Phrase
    kind: str
    thing: Description | None = None
    amount: str = ""
    fragment: Fragment | None = None
    corrects: bool = False
    meant: Phrase = ()


@functools.cache
def load(language: str = "en") -> TurnWords:
    """The shipped words.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    path = paths.assets() / f"turns_{language}.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The words of turns {path} cannot be read ({error.strerror}).") from error
    if tables.pop("version", None) != VERSION:
        raise ConfigError(f"The words of turns {path} have another version; {VERSION} is needed.")
    corrections = tables["corrections"]
    courtesy = _phrases(tables["courtesy"])
    return TurnWords(
        courtesy,
        (*courtesy, *_phrases(tables["fillers"])),
        {kind: Patterns(written) for kind, written in tables["turns"].items()},
        Patterns(corrections["openings"]),
        Patterns(corrections["endings"]),
        Patterns(corrections["rejecting"]),
        Patterns(tables["approval"]["words"]),
        (*courtesy, *_phrases(tables["approval"]["beside"])),
        Patterns(tables["approval"]["remark"]),
        frozenset(tables["approval"]["limiting"]),
        {kind: Patterns(written) for kind, written in tables["mood"].items()},
    )


def _phrases(written: list[str]) -> tuple[Phrase, ...]:
    return tuple(tuple(phrase.split()) for phrase in written)


def clauses(text: str, language: str = "en") -> tuple[Clause, ...]:
    """The clauses of the text between its commas and stops; one that joins two turns by "and" is cut there."""
    found: list[Clause] = []
    for part in _parts(spelling.normalised(_DASH.sub(" , ", text[: spelling.LONGEST_TEXT]))):
        whole = _clause(part, language)
        found.extend((_joined(part, language) or (whole,)) if whole.kind in ("aside", "request") else (whole,))
    return tuple(found)


def _parts(words: Phrase) -> Iterator[Phrase]:
    part: list[str] = []
    for word in (*words, ","):
        if word != ",":
            part.append(word)
        elif part:
            yield tuple(part)
            part = []


def _joined(words: Phrase, language: str) -> tuple[Clause, ...]:
    """The two clauses of "a bit more and we are good" or "undo that and go home": the first is a turn by itself."""
    for at in (at for at, word in enumerate(words) if word in _AND and 0 < at < len(words) - 1):
        first = _clause(words[:at], language)
        if first.kind in load(language).turns:
            return first, _clause(words[at + 1 :], language)
    return ()


def _clause(words: Phrase, language: str) -> Clause:
    lexicon = load(language)
    bare = _bare(words, language)
    variants = dict.fromkeys((words, spelling.without(lexicon.courtesy, words), bare))
    found = _closed(words, language) or next(filter(None, (_turn(words, said, language) for said in variants)), None)
    if found is not None:
        return found
    if lexicon.rejecting.fit(words) or lexicon.rejecting.fit(bare):
        return Clause(words, "no", corrects=True)
    if not bare:
        return Clause(words, "empty")
    rest, corrects = _uncorrected(words, language)
    if corrects and (found := _turn(words, _bare(rest, language), language, corrects)):
        return found
    named = fragment(words, language)
    if named is None or not named.rejected:
        named = fragment(spelling.without(lexicon.fillers, rest), language)
    if named is not None and not (named.is_vague and not corrects):
        return Clause(words, "fragment", fragment=named, corrects=corrects, meant=rest)
    request = read(" ".join(rest), language)
    kind = "request" if request is not None and request.confidence >= SURE else "aside"
    return Clause(words, kind, corrects=corrects, meant=rest)


def _bare(words: Phrase, language: str) -> Phrase:
    """The words without fillers, and what is said several times in a row only once."""
    bare = spelling.without(load(language).fillers, words)
    return tuple(word for word, before in zip(bare, ("", *bare), strict=False) if word != before)


def _closed(words: Phrase, language: str) -> Clause | None:
    """A clause of closed words; "no" said often is a rejection here, for more was said than that."""
    text = " ".join(words)
    intent = closed_intent(text, language)
    pauses = load(language).turns["pause"]
    addressed = spelling.without(load(language).courtesy, words)
    if intent is Intent.STOP and any(map(pauses.fit, (words, addressed, _bare(words, language)))):
        return Clause(words, "pause")
    if intent is Intent.STOP and closed_intent(words[0], language) is Intent.NO:
        return Clause(words, "no", corrects=True)
    if intent is None:
        return Clause(words, "resume") if control_word(text, language) == "resume" else None
    return Clause(words, str(intent.value), corrects=intent is Intent.NO)


def _turn(words: Phrase, bare: Phrase, language: str, corrects: bool = False) -> Clause | None:
    """The clause as a turn of the word file, or None."""
    for kind, patterns in load(language).turns.items():
        for found in patterns.matches(bare):
            slots = _slots(found, language)
            if slots is not None and not (kind == "same" and slots[0] is not None and slots[0].kind == IT):
                return Clause(words, kind, *slots, corrects=corrects, meant=words)
    if control_word(" ".join(bare), language) == "resume":
        return Clause(words, "resume", corrects=corrects)
    return None


def _slots(found: Found, language: str) -> tuple[Description | None, str, Fragment | None] | None:
    """What stands at the slots, or None when it is not what belongs there."""
    thing, amount, part = None, "", None
    if "thing" in found.slots and (thing := described(found.slots["thing"], language)) is None:
        return None
    if "amount" in found.slots:
        named = fragment(found.slots["amount"], language)
        if named is None or named != Fragment(amount=named.amount):
            return None
        amount = named.amount
    if "part" in found.slots and (part := fragment(found.slots["part"], language)) is None:
        return None
    return thing, amount, part


def _uncorrected(words: Phrase, language: str) -> tuple[Phrase, bool]:
    """The words without what opens or ends a correction, and whether there was any; "no need to" opens none."""
    rest, lexicon = words, load(language)
    start = 0
    while start < len(rest) and (taken := _opening(rest[start:], lexicon)):
        start += taken
    if start < denial(words, language):
        return words, False
    after = len(rest) - lexicon.endings.end(rest[start:]) if start < len(rest) else len(rest)
    trimmed = rest[start:after]
    return (trimmed, True) if trimmed and trimmed != rest else (rest, False)


def _opening(words: Phrase, lexicon: TurnWords) -> int:
    """How many words open a correction, with the fillers before them."""
    filler = spelling.starts_with(lexicon.fillers, words) or ()
    return lexicon.openings.start(words) or (
        len(filler) + taken if filler and (taken := _opening(words[len(filler) :], lexicon)) else 0
    )
