"""Options in words: what a value must be, said as config.toml says it, and what was found instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_PLAIN = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}


def mistake(model: type[BaseModel], problem: Any, prefix: str, others: Iterable[str] = ()) -> str:
    """One problem that pydantic found, as a sentence.

    Args:
        model: What was checked.
        problem: One of `ValidationError.errors()`.
        prefix: The name of its table with a point, or nothing.
        others: Tables that are known although the model has no such field.
    """
    *tables, last = problem["loc"] or ("",)
    owner = _inside(model, tables)
    name = _dotted(prefix, problem["loc"])
    if problem["type"] == "extra_forbidden" and owner is not None:
        return f"{name}: {unknown(last, [*owner.model_fields, *(() if tables else others)])}"
    found = toml(problem["input"])
    if problem["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return f"{name} must be a table like [{name}], not {found}."
    wanted = wanted_by(owner.model_fields.get(last)) if owner is not None else _PLAIN[str]
    if not wanted or problem["type"] in ("value_error", "assertion_error"):
        return f"{name}: {problem['msg'].removeprefix('Value error, ').rstrip('.')}, not {found}."
    return f"{name} must be {wanted}, not {found}."


def unknown(name: str, known: Iterable[str]) -> str:
    """That there is no such name, with the nearest one or all."""
    names = sorted(known)
    if not names:
        return "unknown; there is nothing to choose here."
    near = get_close_matches(name, names, n=1)
    return f"there is no such name; did you mean {near[0]!r}?" if near else f"unknown; known are {', '.join(names)}."


def wanted_by(field: FieldInfo | None) -> str:
    """What a value of this option must be; empty where that cannot be said in few words."""
    if field is None:
        return ""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(map(toml, get_args(kind)))
    if get_origin(kind) in (tuple, list):
        return 'a list of words like ["opencv"]'
    return " ".join(part for part in (_PLAIN.get(kind, ""), _range(field)) if part) if kind in _PLAIN else ""


def toml(value: Any) -> str:
    """The value as it stands in a TOML file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return repr(value)


def _range(field: FieldInfo) -> str:
    """The limits of a number, as they follow its noun."""
    limits = {key: getattr(m, key) for key in ("ge", "gt", "le", "lt") for m in field.metadata if hasattr(m, key)}
    if "ge" in limits and "le" in limits:
        return f"from {limits['ge']} to {limits['le']}"
    said = {"ge": "of at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    return " and ".join(said[key].format(value) for key, value in limits.items())


def _inside(model: type[BaseModel], tables: Iterable[str | int]) -> type[BaseModel] | None:
    """The model of a table in a table; None inside a list."""
    for name in tables:
        field = model.model_fields.get(str(name))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return None
        model = field.annotation
    return model


def _dotted(prefix: str, place: Iterable[str | int]) -> str:
    """section.key, or section.key[0] in a list."""
    text = prefix.rstrip(".")
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
