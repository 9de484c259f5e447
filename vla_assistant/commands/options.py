"""Options that several commands share, and how a command begins."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vla_assistant.config import Settings

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Change one option of config.toml; may be given again."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Use this file instead of your own config.toml."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Which simulated scene lies on the table."),
]


def settings_of(config_file: Path | None, sets: Iterable[str] | None, defaults: Iterable[str] = ()) -> Settings:
    """The settings of a command.

    Args:
        config_file: From `--config`.
        sets: From `--set`; they win.
        defaults: What this command does differently unless it is told otherwise.

    Raises:
        ConfigError: they cannot be used.
    """
    from vla_assistant import config

    return config.load(config_file, [*defaults, *(sets or ())])
