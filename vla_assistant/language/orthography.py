"""One spelling for each word of a language, however it is typed: accents, umlauts, elided and attached words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

_MARKS = re.compile(r"[\u0300-\u036f]")


@dataclass(frozen=True)
class Orthography:
    """How a language is written, as its table [xx.grammar] declares it.

    Attributes:
        digraphs: Letter with a mark -> what people type instead: "ü" -> "ue".
        elided: Words that stand before an apostrophe as words of their own: "l" in "l'assiette".
        enclitics: Pronouns written at the end of a verb: "lo" in "ponlo".
    """

    digraphs: Mapping[str, str]
    elided: tuple[str, ...]
    enclitics: tuple[str, ...]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Orthography:
        """As declared; a key that is not there declares nothing."""
        return cls(table.get("digraphs", {}), tuple(table.get("elided", ())), tuple(table.get("enclitics", ())))

    def plain(self, text: str) -> str:
        """Lower case without marks: "Schüssel" and "schussel" become the same."""
        plain = unicodedata.normalize("NFKC", text).lower().replace("ß", "ss")
        if self.elided:
            plain = re.sub(rf"\b({'|'.join(self.elided)})[’'`´]", r"\1 ", plain)
        return _MARKS.sub("", unicodedata.normalize("NFD", plain))

    def spellings(self, phrase: str) -> tuple[str, ...]:
        """The plain spellings that stand for the phrase of the vocabulary file: "schussel", "schuessel"."""
        typed = phrase
        for letter, digraph in self.digraphs.items():
            typed = typed.replace(letter, digraph)
        return tuple(dict.fromkeys((self.plain(phrase), self.plain(typed))))

    def apart(self, plain: str, verbs: Container[str]) -> str:
        """The text with the pronouns detached that are written at the end of one of the verbs."""
        if not self.enclitics:
            return plain
        attached = re.compile(rf"\b(\w+?)({'|'.join(self.enclitics)})\b")
        return attached.sub(lambda found: " ".join(found.groups()) if found[1] in verbs else found[0], plain)
