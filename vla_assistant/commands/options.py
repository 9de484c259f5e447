"""Options that several commands share, and how a command begins."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.seeds import HIGHEST_SEED

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
    typer.Option(min=0, max=HIGHEST_SEED, help="Which simulated scene lies on the table."),
]


def names_in(text: str) -> tuple[str, ...]:
    """The names of a list with commas between."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def settings_of(config_file: Path | None, sets: Iterable[str] | None, defaults: Iterable[str] = ()) -> Settings:
    """The settings of a command.

    Args:
        config_file: From `--config`.
        sets: From `--set`; they win.
        defaults: What this command does differently unless it is told otherwise.

    Raises:
        ConfigError: they cannot be used.
        BackendError: a chosen back end does not exist.
    """
    from vla_assistant import config

    settings = config.load(config_file, [*defaults, *(sets or ())])
    _require_backends(settings)
    _log_to_file(settings)
    return settings


def _require_backends(settings: Settings) -> None:
    """The chosen back ends exist; whether they work is told when they are started."""
    from vla_assistant import registry

    use = settings.use
    wanted = {
        "policies": [use.policy],
        "arms": [use.arm],
        "cameras": [use.camera, *use.extra_cameras],
        "microphones": [use.microphone],
        "recognizers": [] if use.recognizer == "auto" else [use.recognizer],
        "speakers": [use.speaker],
    }
    for kind, names in wanted.items():
        for name in names:
            registry.backend(kind, name)


def _log_to_file(settings: Settings) -> None:
    """What is only of interest when something went wrong goes to a file, not between the lines of the output."""
    import logging

    from vla_assistant import paths

    folder = paths.logs()
    folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=folder / "program.log",
        level=settings.app.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
