"""Sentences that the program says about turns, from the word file."""

from __future__ import annotations

import functools
import tomllib

from vla_assistant import paths


@functools.cache
def _sentences(language: str) -> dict[str, str]:
    text = (paths.assets() / f"turns_{language}.toml").read_text(encoding="utf-8")
    return {name: str(sentence) for name, sentence in tomllib.loads(text)["says"].items()}


def says(name: str, language: str = "en", **filled: str) -> str:
    """The sentence of that name with its gaps filled."""
    return _sentences(language)[name].format(**filled)
