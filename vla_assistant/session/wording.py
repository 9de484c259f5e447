"""What a session says, in the language that is spoken now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vla_assistant.language.languages import AUTO, FIRST, spoken_in
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.retelling import retold
from vla_assistant.types import Reference, Result, Step

Describe = Callable[[tuple[Step, ...], str, str], str]
"""Steps in words: the steps, the language, and "order" or "infinitive"."""


class Wording:
    """Sentences of the language files; the language is that of what was said last, or a fixed one.

    Attributes:
        language: Its key of the vocabulary.
    """

    def __init__(self, describe: Describe, language: str) -> None:
        """`language`: a key of the vocabulary, or "auto"."""
        self._describe, self._follows = describe, language == AUTO
        self.language = FIRST if self._follows else language

    @property
    def translates(self) -> bool:
        """Whether what other parts say is in another language."""
        return self.language != FIRST

    def heard(self, text: str) -> None:
        """A text was said that no language claims for itself: "ja", "stop"."""
        if self._follows:
            self.language = spoken_in(text, self.language)

    def answers_in(self, language: str) -> None:
        """A command was understood in that language."""
        if self._follows:
            self.language = language

    def say(self, key: str, **values: Any) -> str:
        """The sentence of that name."""
        return phrasebook(self.language).say(key, **values)

    def clause(self, key: str, **values: Any) -> str:
        """The part of a sentence of that name."""
        return phrasebook(self.language).clause(key, **values)

    def steps(self, steps: tuple[Step, ...]) -> str:
        """The steps as they follow "shall I"."""
        return self._describe(steps, self.language, "infinitive")

    def retold(self, text: str) -> str:
        """What another part said in English, in this language where it is a known sentence."""
        return retold(text, self.language)

    def because(self, result: Result, reason: str) -> str:
        """ "Stopped: you pressed stop."."""
        return self.say(f"{result}_because", reason=reason.rstrip("."))

    def cancelled_by(self, by: str) -> str:
        """Who or what cancelled, a clause."""
        return self.clause("you_cancelled", by=retold(by, self.language))

    def not_seen(self, missing: tuple[Reference, ...], alternatives: tuple[str, ...]) -> str:
        """The sentence for things that are not seen, with what is there instead."""
        instead = self.say("instead", things=", ".join(map(self.retold, alternatives))) if alternatives else ""
        return " ".join(filter(None, (self.say("not_seen", things=missing), instead)))
