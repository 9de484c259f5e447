"""The words of turns, from assets/turns_en.toml."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vla_assistant import paths
from vla_assistant.language.patterns import Patterns
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.word_files import word_tables

VERSION = 1
_PART = re.compile(r"<\w+>|\{\w+\}")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class TurnWords:
    """The patterns of one language: of each kind of turn in the order of the file, of corrections and of moods."""

    courtesy: tuple[Phrase, ...]
    fillers: tuple[Phrase, ...]
    frames: tuple[Phrase, ...]
    turns: Mapping[str, Patterns]
    own: frozenset[str]
    openings: Patterns
    endings: Patterns
    cleft: Patterns
    apologies: Patterns
    rejecting: Patterns
    refusing: Patterns
    forbidding: Patterns
    going_on: frozenset[str]
    wishing: Patterns
    leading: Patterns
    ended: Patterns
    adding: Patterns
    added: Patterns
    negative: frozenset[str]
    none: frozenset[Phrase]
    counted: frozenset[str]
    withdrawing: Patterns
    regretting: Patterns
    retelling: Patterns
    retold: Patterns
    to_others: Patterns
    addressed: frozenset[str]
    echoing: Patterns
    courteous: frozenset[str]
    last: tuple[str, ...]
    left: tuple[str, ...]
    still: tuple[str, ...]
    articles: frozenset[str]
    approval: Patterns
    beside_approval: tuple[Phrase, ...]
    approving_remark: Patterns
    harmless: frozenset[str]
    praise: Patterns
    limiting: frozenset[str]
    less: tuple[Phrase, ...]
    mood: Mapping[str, Patterns]
    bystanders: Mapping[str, Patterns]
    written: frozenset[str]


def load(language: str = "en") -> TurnWords:
    """The shipped words, read once.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    return _load(language)


@functools.cache
def _load(language: str) -> TurnWords:
    path = paths.assets() / f"turns_{language}.toml"
    tables = word_tables("The words of turns", path, VERSION)
    corrections, withdrawing = tables["corrections"], tables["withdrawing"]
    courtesy = _phrases(tables["courtesy"])
    return TurnWords(
        courtesy,
        (*courtesy, *_phrases(tables["fillers"])),
        (*courtesy, *_phrases(tables["fillers"]), *_phrases(tables["frames"])),
        {kind: Patterns(written, tables["groups"]) for kind, written in tables["turns"].items()},
        frozenset(tables["own"]["words"]),
        Patterns(corrections["openings"]),
        Patterns(corrections["endings"]),
        Patterns(corrections["cleft"]),
        Patterns(corrections["apologies"]),
        Patterns(corrections["rejecting"]),
        Patterns(corrections["refusing"]),
        Patterns(corrections["forbidding"]),
        frozenset(corrections["going_on"]),
        Patterns(corrections["wishing"]),
        Patterns(tables["openings"]["leading"]),
        Patterns(tables["openings"]["ended"]),
        Patterns(tables["openings"]["adding"]),
        Patterns(tables["openings"]["added"]),
        frozenset(tables["amounts"]["negative"]),
        frozenset(_phrases(tables["amounts"]["none"])),
        frozenset(tables["amounts"]["counted"]),
        Patterns(withdrawing["words"]),
        Patterns(withdrawing["regretting"]),
        Patterns(withdrawing["retelling"], tables["groups"]),
        Patterns(withdrawing["retold"], tables["groups"]),
        Patterns(withdrawing["to_others"], tables["groups"]),
        frozenset(withdrawing["addressed"]),
        Patterns(withdrawing["echoing"]),
        frozenset(withdrawing["courteous"]),
        tuple(tables["remaining"]["last"]),
        tuple(tables["remaining"]["left"]),
        tuple(tables["remaining"]["still"]),
        frozenset(withdrawing["articles"]),
        Patterns(tables["approval"]["words"]),
        (*courtesy, *_phrases(tables["approval"]["beside"])),
        Patterns(tables["approval"]["remark"]),
        frozenset(tables["approval"]["harmless"]),
        Patterns(tables["approval"]["praise"]),
        frozenset(tables["approval"]["limiting"]),
        _phrases(tables["less"]["words"]),
        {kind: Patterns(written) for kind, written in tables["mood"].items()},
        {kind: Patterns(written) for kind, written in tables["bystanders"].items()},
        _written(tables),
    )


def _written(tables: Mapping[str, Any]) -> frozenset[str]:
    """The words that turns are made of, for which a slip of the keyboard may stand."""
    turns = tables["turns"].values()
    patterns = [*itertools.chain.from_iterable(turns), *tables["groups"].values(), *tables["approval"]["words"]]
    words = (_PART.sub(" ", pattern) for pattern in (*patterns, *tables["courtesy"], *tables["approval"]["harmless"]))
    return frozenset(itertools.chain.from_iterable(_WORD.findall(said) for said in words))


def _phrases(written: list[str]) -> tuple[Phrase, ...]:
    return tuple(tuple(phrase.split()) for phrase in written)
