"""The language files as phrasebooks: read, and compared with the English one, which says what a file must hold."""

from __future__ import annotations

import functools
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language.languages import FIRST
from vla_assistant.language.phrasebook import ANY, Forms, Noun, Phrasebook
from vla_assistant.language.vocabulary import UNNAMED, Vocabulary
from vla_assistant.language.vocabulary import load as vocabulary

TABLES = ("nouns", "colours", "phrases", "pronouns", "joining", "steps", "clauses", "sentences")
JOINING = ("comma", "and", "or", "steps", "last_step")
_SHADE = re.compile(r"\{colour(?:\.(\w+))?\}")
_LISTS = ("things", "kinds")
"""Places of a template that take several things."""
_OF_STEPS = ("steps", "first")
_THINGS = ("thing", "where", "second", "object", "destination")


@functools.cache
def load(code: str = FIRST) -> Phrasebook:
    """What the program says in that language.

    Raises:
        ConfigError: there is no such language file, or it does not fit; the message tells all that is wrong with it.
    """
    vocabulary().lexicon(code)
    return read(paths.assets() / "languages" / f"{code}.toml")


def read(file: Path) -> Phrasebook:
    """The phrasebook in a language file.

    Raises:
        ConfigError: see `load`.
    """
    try:
        says = tomllib.loads(file.read_text(encoding="utf-8"))["says"]
        book = _phrasebook(file.stem, says)
    except OSError as error:
        raise ConfigError(f"The language file {file} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The language file {file} is not valid TOML: {error}.") from error
    except KeyError as error:
        raise ConfigError(f"The language file {file} lacks the table or key {error.args[0]!r}.") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"The language file {file} holds a value of the wrong kind: {error}.") from error
    wrong = list(_wrong(book, book if book.code == FIRST else load(FIRST), vocabulary()))
    if wrong:
        raise ConfigError(f"The language file {file} does not fit: {'; '.join(wrong)}.")
    return book


def _phrasebook(code: str, says: Mapping[str, Any]) -> Phrasebook:
    tables = {name: says[name] for name in TABLES}
    joining = dict(tables["joining"])
    contractions = tuple((str(pattern), str(new)) for pattern, new in joining.pop("contractions", ()))
    for pattern, _ in contractions:
        re.compile(pattern)
    return Phrasebook(
        code=code,
        inside=tuple(name for name, thing in vocabulary().things.items() if thing.inside),
        nouns={name: Noun(**noun) for name, noun in tables["nouns"].items()},
        colours={name: _forms(value) for name, value in tables["colours"].items()},
        phrases={name: _forms(value) for name, value in tables["phrases"].items()},
        pronouns={name: _forms(value) for name, value in tables["pronouns"].items()},
        joining={name: str(value) for name, value in joining.items()},
        contractions=contractions,
        steps={name: _forms(value) for name, value in tables["steps"].items()},
        clauses={name: str(value) for name, value in tables["clauses"].items()},
        sentences={name: str(value) for name, value in tables["sentences"].items()},
    )


def _forms(value: Any) -> Forms:
    return {ANY: value} if isinstance(value, str) else {str(form): str(words) for form, words in value.items()}


def _wrong(book: Phrasebook, first: Phrasebook, words: Vocabulary) -> Iterator[str]:
    """What the phrasebook lacks, or has and should not."""
    wanted = {
        "nouns": {*words.things, UNNAMED},
        "colours": set(words.colours),
        "joining": set(JOINING),
        "steps": set(first.steps),
        "clauses": set(first.clauses),
        "sentences": set(first.sentences),
    }
    for table, names in wanted.items():
        has = set(getattr(book, table))
        yield from (f"[says.{table}] lacks {name!r}" for name in sorted(names - has))
        yield from (f"[says.{table}] has {name!r}, which English lacks" for name in sorted(has - names))
    yield from _wrong_phrases(book)
    for table, name, template in _templates(book):
        yield from (f"{table}.{name}: {fault}" for fault in _faults(template, table, name, book, first))


def _wrong_phrases(book: Phrasebook) -> Iterator[str]:
    genders = {noun.gender for noun in book.nouns.values()}
    for table in ("phrases", "pronouns"):
        for form, patterns in getattr(book, table).items():
            lacking = sorted(genders - set(patterns)) if ANY not in patterns else []
            yield from (f"[says.{table}] {form} lacks the gender {gender!r}" for gender in lacking)
    shades = {found[1] for patterns in book.phrases.values() for p in patterns.values() for found in _SHADE.finditer(p)}
    for colour, forms in book.colours.items():
        lacking = sorted({*filter(None, shades), "name"} - set(forms)) if ANY not in forms else []
        yield from (f"[says.colours] {colour} lacks the form {form!r}" for form in lacking)


def _templates(book: Phrasebook) -> Iterator[tuple[str, str, str]]:
    yield from (("sentences", name, template) for name, template in book.sentences.items())
    yield from (("clauses", name, template) for name, template in book.clauses.items())
    yield from (("steps", name, template) for name, forms in book.steps.items() for template in forms.values())


def _faults(template: str, table: str, name: str, book: Phrasebook, first: Phrasebook) -> Iterator[str]:
    """What is wrong with one template; its places must be those of the English one."""
    try:
        places = list(_places(template))
    except ValueError as error:
        yield f"{template!r} is no template ({error})"
        return
    english = getattr(first, table).get(name)
    if english is not None:
        wanted = {place for place, _ in _places(english["order"] if table == "steps" else english)}
        has = {place for place, _ in places}
        if has != wanted:
            yield f"it has the places {_shown(has)} instead of {_shown(wanted)}"
    yield from (f"there is no form {form!r} of {place}" for place, form in places if not _is_form(place, form, book))


def _places(template: str) -> Iterator[tuple[str, str]]:
    """The named places of a template, each with its form."""
    for _, place, form, _ in string.Formatter().parse(template):
        if place is not None:
            yield place, form or ""


def _is_form(place: str, form: str, book: Phrasebook) -> bool:
    if place in _OF_STEPS:
        return form in ("", "order", "infinitive")
    if place in _LISTS:
        form, _, last = form.partition(",")
        return form in book.phrases and (not last or last in book.joining) if form or last else place == "things"
    if place == "object":
        return form in book.phrases or form in book.pronouns
    return form in book.phrases if place in _THINGS else not form


def _shown(names: set[str]) -> str:
    return f"{{{', '.join(sorted(names))}}}"
