"""What the program says in one language: sentences, steps and the names of things, with their endings and articles.

The words stand in assets/languages (see the head of en.toml). Whoever says something names the sentence and gives the
values; which article, ending, case or order of words belongs there is the language file's business.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vla_assistant.types import Reference, Step

Forms = Mapping[str, str]
"""Form or gender -> words."""
ANY = ""
"""Stands for every form or gender where a language makes no difference."""
_RAW = "\ue000{}\ue001"
"""In place of a text that is given, so that what two words become where they meet does not touch it."""
_MARKED = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True)
class Noun:
    """A noun, its plural, and its gender as the language file calls it."""

    noun: str
    plural: str
    gender: str = ANY


@dataclass(frozen=True)
class Pronoun:
    """Instead of a thing that was named just before."""

    stands_for: Reference


@dataclass(frozen=True)
class Phrasebook:
    """See the module; made by `phrasebook_file.load`.

    Attributes:
        code: Of the language: "de".
        inside: Things in which another rests; the others carry it on top.
        nouns: Canonical noun -> the noun.
        colours: Canonical colour -> its forms; "name" where it stands alone.
        phrases: Form of a thing -> gender -> pattern.
        pronouns: Form -> gender -> pronoun.
        joining: What stands between the parts of a list.
        contractions: What is put right where two words meet: pattern and replacement.
        steps: Name of a step -> form -> template.
        clauses: Name of a part of a sentence -> template.
        sentences: Name of a sentence -> template.
    """

    code: str
    inside: tuple[str, ...]
    nouns: Mapping[str, Noun]
    colours: Mapping[str, Forms]
    phrases: Mapping[str, Forms]
    pronouns: Mapping[str, Forms]
    joining: Mapping[str, str]
    contractions: tuple[tuple[str, str], ...]
    steps: Mapping[str, Forms]
    clauses: Mapping[str, str]
    sentences: Mapping[str, str]

    def say(self, key: str, **values: Any) -> str:
        """The sentence of that name, with a capital letter."""
        text = self._filled(self.sentences[key], values)
        return f"{text[:1].upper()}{text[1:]}"

    def clause(self, key: str, **values: Any) -> str:
        """The part of a sentence of that name."""
        return self._filled(self.clauses[key], values)

    def describe(self, steps: Sequence[Step], form: str = "order") -> str:
        """The steps in words: an `order`, "pick up the blue cube", or the `infinitive` that follows "shall I"."""
        parts: list[str] = []
        before: Reference | None = None
        for step in steps:
            parts.append(self._step(step, before, form))
            before = step.object or before
        return self._joined(parts, self.joining["steps"], self.joining["last_step"])

    def name(self, reference: Reference, form: str) -> str:
        """The thing in that form of the language file: "the red cup"."""
        noun = self.nouns.get(reference.name) or Noun(reference.name, reference.name, self.nouns["thing"].gender)
        pattern = one_of(self.phrases[form], noun.gender)
        shades = self.colours.get(reference.colour or "") or {ANY: reference.colour or ""}
        pattern = re.sub(r"\{colour(?:\.(\w+))?\}", lambda found: one_of(shades, found[1] or ANY), pattern)
        return self._contracted(" ".join(pattern.format(noun=noun.noun, plural=noun.plural).split()))

    def colour(self, name: str) -> str:
        """The colour where it stands alone."""
        return one_of(self.colours[name], "name")

    def listed(self, parts: Sequence[str], last: str = "and") -> str:
        """ "a", "a and b", "a, b and c"."""
        return self._joined(parts, self.joining["comma"], self.joining[last])

    def where(self, reference: Reference) -> str:
        """In or on the thing."""
        return self.clause("in_thing" if reference.name in self.inside else "on_thing", thing=reference)

    def _step(self, step: Step, before: Reference | None, form: str) -> str:
        again = step.object is not None and step.object == before
        forms = self.steps[self._named(step)]
        wanted = (f"{form}_it", form, "order_it", "order") if again else (form, "order")
        template = next(forms[name] for name in wanted if name in forms)
        thing: Any = self.clauses["held"] if step.object is None else step.object
        if again and step.object is not None:
            thing = Pronoun(step.object)
        return self._filled(template, {"object": thing, "destination": step.destination, "second": step.second})

    def _named(self, step: Step) -> str:
        """The name of the step in the language file."""
        if step.destination is None or step.skill == "put_down":
            return step.skill
        if step.skill == "place":
            return f"place_{step.relation or ('in' if step.destination.name in self.inside else 'on')}"
        return f"push_{step.destination.name}"

    def _joined(self, parts: Sequence[str], between: str, last: str) -> str:
        return last.join([between.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

    def _filled(self, template: str, values: Mapping[str, Any]) -> str:
        filler = _Filler(self)
        text = self._contracted(filler.vformat(template, (), values))
        return _MARKED.sub(lambda found: filler.raw[int(found[1])], text)

    def _contracted(self, text: str) -> str:
        for pattern, replacement in self.contractions:
            text = re.sub(pattern, replacement, text)
        return text


class _Filler(string.Formatter):
    """Puts values into a template; given texts are kept in `raw` and marked in what comes out."""

    def __init__(self, book: Phrasebook) -> None:
        self._book = book
        self.raw: list[str] = []

    def format_field(self, value: Any, form: str) -> str:
        book = self._book
        match value:
            case Reference():
                return book.name(value, form)
            case Pronoun(reference):
                noun = book.nouns.get(reference.name) or book.nouns["thing"]
                return one_of(book.pronouns[form], noun.gender)
            case (Step(), *_):
                return book.describe(value, form or "infinitive")
            case (Reference(), *_):
                form, _, last = form.partition(",")
                return book.listed([book.name(thing, form) for thing in value], last or "and")
        self.raw.append(str(value))
        return _RAW.format(len(self.raw) - 1)


def one_of(forms: Forms, wanted: str) -> str:
    """That form, or the one for all."""
    return forms[wanted] if wanted in forms else forms[ANY]
