"""Patterns for whole clauses, as the word files write them: "(put|set) {thing} back [where it was]"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vla_assistant.errors import ConfigError
from vla_assistant.language.vocabulary import Phrase

_TOKEN = re.compile(r"[()\[\]|]|\{\w+\}|[^\s()\[\]|{}]+")
_GROUP = re.compile(r"<(\w+)>")
_CLOSING = {"(": ")", "[": "]"}
ANY = "{}"
"""The first word of what begins with a slot."""
_WORDS, _ONE_THING = r"(?:\S+ )+?", r"(?:[^\s,]+ ){1,8}?"
_MARKS = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|"}


@dataclass(frozen=True)
class Found:
    """A pattern that a clause fits, with the words that stand at its slots."""

    slots: dict[str, Phrase]


class Patterns:
    """Several patterns of which a clause may fit one.

    Args:
        written: (a|b) is a or b, [a] may be missing, {name} is a slot for one or more words, the fewest that fit
            (of a name of one letter: for up to eight without a comma, so that several in one pattern are found fast);
            <name> stands for a part of the pattern in `groups`.
        groups: Parts that several patterns have in common; one may hold others.
    """

    def __init__(self, written: Iterable[str], groups: Mapping[str, str] = MappingProxyType({})) -> None:
        spelled = [_spelled_out(pattern, groups) for pattern in written]
        self._expressions = tuple((_expression(pattern), _beginnings(pattern)) for pattern in spelled)
        self._by_word: dict[str, tuple[re.Pattern[str], ...]] = {}

    def matches(self, words: Phrase) -> Iterator[Found]:
        """Each pattern that the words fit from the first to the last."""
        expressions = self._may_begin(words[0]) if words else ()
        text = _joined(words) if expressions else ""
        for expression in expressions:
            if match := expression.fullmatch(text):
                yield Found({name: tuple(value.split()) for name, value in match.groupdict().items() if value})

    def fit(self, words: Phrase) -> bool:
        """Whether the words fit a pattern from the first to the last."""
        return next(self.matches(words), None) is not None

    def start(self, words: Phrase) -> int:
        """How many words the longest pattern takes that the words begin with; 0 when none does."""
        text = _joined(words)
        expressions = self._may_begin(words[0]) if words else ()
        return max((match.group().count(" ") for one in expressions if (match := one.match(text))), default=0)

    def _may_begin(self, word: str) -> tuple[re.Pattern[str], ...]:
        """The expressions that words may fit which begin with this one: most are ruled out by it at once."""
        word = word if word in self._words else ""
        if word not in self._by_word:
            fitting = (found for found, first in self._expressions if ANY in first or word in first)
            self._by_word[word] = tuple(fitting)
        return self._by_word[word]

    @functools.cached_property
    def _words(self) -> frozenset[str]:
        return frozenset().union(*(first for _, first in self._expressions))

    def inside(self, words: Phrase) -> bool:
        """Whether some of the words that follow one another fit a pattern."""
        text = _joined(words)
        return any(expression.search(text) for expression, _ in self._expressions)

    def end(self, words: Phrase) -> int:
        """How many words the longest pattern takes that the words end with; 0 when none does."""
        return next((len(words) - at for at in range(len(words)) if self.fit(words[at:])), 0)


def _joined(words: Phrase) -> str:
    return "".join(f"{word} " for word in words)


def _spelled_out(pattern: str, groups: Mapping[str, str]) -> str:
    """The pattern with its groups in full."""
    missing = [name for name in _GROUP.findall(pattern) if name not in groups]
    if missing:
        raise ConfigError(f"The pattern {pattern!r} names the group {missing[0]!r}, which there is not.")
    return _GROUP.sub(lambda found: f"({_spelled_out(groups[found[1]], groups)})", pattern)


def _beginnings(pattern: str) -> frozenset[str]:
    """The words with which what fits the pattern may begin; ANY where that is a slot."""
    return frozenset(_first(iter(_TOKEN.findall(pattern)), "")[0])


def _first(tokens: Iterator[str], closing: str) -> tuple[set[str], bool]:
    """The first words of a part up to its closing bracket, and whether it may be empty."""
    found: set[str] = set()
    empty, open_so_far = False, True
    for token in tokens:
        if token == closing:
            break
        if token == "|":
            empty, open_so_far = empty or open_so_far, True
            continue
        if token in "([":
            words, may_miss = _first(tokens, _CLOSING[token])
            may_miss = may_miss or token == "["
        else:
            words, may_miss = {ANY if token.startswith("{") else token}, False
        if open_so_far:
            found |= words
            open_so_far = may_miss
    return found, empty or open_so_far


def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression over words that each end with a space."""
    parts = []
    for token in _TOKEN.findall(pattern):
        if token.startswith("{"):
            name = token[1:-1]
            parts.append(rf"(?P<{name}>{_ONE_THING if len(name) == 1 else _WORDS})")
        else:
            parts.append(_MARKS.get(token) or f"{re.escape(token)} ")
    if re.fullmatch("".join(parts), ""):
        raise ConfigError(f"The pattern {pattern!r} fits no words at all, so it would fit everything.")
    return re.compile(rf"(?<!\S){''.join(parts)}")
