"""`vla-assistant models`: the weights of recognizers of free speech on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from vla_assistant.commands.options import ConfigFile, Json, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.speech.recognizers.whisper_models import Kept

VERSION = 1
MB = 1_000_000
STEP = 0.1
"""A line about the progress for each such share, where nobody watches a terminal."""
WHISPER, FASTER = "whisper", "faster_whisper"

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as base.en; `vla-assistant models` shows them.")]
Faster = Annotated[bool, typer.Option("--faster", help="The model of faster-whisper of that name.")]


def models(context: typer.Context, as_json: Json = False, sets: Sets = None, config_file: ConfigFile = None) -> None:
    """Show, fetch, import and remove weights of Whisper. Without a command, show what is here.

    Example: vla-assistant models fetch base.en
    """
    if context.invoked_subcommand is None:
        for table in _tables(_folders(config_file, sets)):
            print(json.dumps(table) if as_json else _line(table))


def fetch(
    name: Name, faster: Faster = False, as_json: Json = False, sets: Sets = None, config_file: ConfigFile = None
) -> None:
    """Fetch weights of Whisper from the network; goes on where an earlier attempt was broken off.

    Example: vla-assistant models fetch base.en
    """
    from vla_assistant.speech.fetching import now_and_then
    from vla_assistant.speech.recognizers import faster_whisper_models, whisper_models

    folders = _folders(config_file, sets)
    if faster:
        faster_whisper_models.fetch(name, folders[FASTER])
        _tell(_table(FASTER, faster_whisper_models.kept(name, folders[FASTER])), as_json)
        return
    folder = folders[WHISPER]
    for progress in now_and_then(whisper_models.fetch(name, folder), STEP):
        if as_json:
            print(json.dumps({"version": VERSION, "name": name, "done": progress.done, "total": progress.total}))
        else:
            print(f"{name}: {progress}", file=sys.stderr, flush=True)
    _tell(_table(WHISPER, whisper_models.kept(name, folder)), as_json)


def take_over(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A .pt file, or a folder of a faster-whisper model.")],
    name: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation
        typer.Option(metavar="NAME", help="What it is to be called; default: its own name."),
    ] = None,
    as_json: Json = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Take over weights that are on this machine, once they are known to be some; for computers without a network.

    Example: vla-assistant models import /media/stick/base.en.pt
    """
    from vla_assistant.speech.recognizers import faster_whisper_models, whisper_models

    folders = _folders(config_file, sets)
    shelf = faster_whisper_models if path.is_dir() else whisper_models
    kind = FASTER if path.is_dir() else WHISPER
    target = shelf.take_over(path, folders[kind], name or "")
    _tell(_table(kind, shelf.kept(target.name.removesuffix(whisper_models.SUFFIX), folders[kind])), as_json)


def remove(name: Name, faster: Faster = False, sets: Sets = None, config_file: ConfigFile = None) -> None:
    """Delete weights, also those that are not all there.

    Example: vla-assistant models remove base.en
    """
    from vla_assistant.speech.recognizers import faster_whisper_models, whisper_models

    shelf = faster_whisper_models if faster else whisper_models
    print(f"Removed {shelf.remove(name, _folders(config_file, sets)[FASTER if faster else WHISPER])}.")


def _folders(config_file: Path | None, sets: list[str] | None) -> dict[str, str]:
    """Where the configuration puts the weights of each recognizer; empty for the program's own place."""
    settings = settings_of(config_file, sets)
    found = {}
    for name in (WHISPER, FASTER):
        config: Any = settings.backend("recognizers", name)
        found[name] = config.folder
    return found


def _tables(folders: dict[str, str]) -> Iterator[dict[str, Any]]:
    from vla_assistant.speech.recognizers import faster_whisper_models, whisper_models

    for kind, shelf in ((WHISPER, whisper_models), (FASTER, faster_whisper_models)):
        for kept in shelf.listed(folders[kind]):
            yield _table(kind, kept)


def _table(recognizer: str, kept: Kept) -> dict[str, Any]:
    """The public form of what is here of a model."""
    state = "here" if kept.file else "partly here" if kept.arrived else "not here"
    file = str(kept.file) if kept.file else None
    return {"version": VERSION, "recognizer": recognizer, "name": kept.name, "state": state, "file": file} | (
        {"arrived": kept.arrived} if kept.arrived else {}
    )


def _line(table: dict[str, Any]) -> str:
    arrived = f" ({table['arrived'] / MB:.0f} MB have arrived)" if table.get("arrived") else ""
    place = f": {table['file']}" if table["file"] else ""
    return f"{table['recognizer']} {table['name']}: {table['state']}{arrived}{place}"


def _tell(table: dict[str, Any], as_json: bool) -> None:
    print(json.dumps(table) if as_json else _line(table))
