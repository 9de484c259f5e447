"""Files of words in assets."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from vla_assistant.errors import ConfigError


def word_tables(what: str, path: Path, version: int) -> dict[str, Any]:
    """The tables of the file, without its version.

    Args:
        what: What the words are, to begin a sentence with.
        path: The file.
        version: The one that is understood.

    Raises:
        ConfigError: the file is missing or of another version.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{what} {path} cannot be read ({error.strerror}).") from error
    if tables.pop("version", None) != version:
        raise ConfigError(f"{what} {path} have another version; {version} is needed.")
    return tables
