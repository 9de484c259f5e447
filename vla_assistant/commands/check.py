"""`vla-assistant check` and `list`: what is usable, what is not, why, and what to do."""

from __future__ import annotations

import importlib
import json
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vla_assistant.commands.options import ConfigFile, Json, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.events import Event, Part, PartChanged
    from vla_assistant.registry import Backend

VERSION = 1
PATIENCE_S = 60.0
NEEDED = ("policy", "arm", "camera")
"""Without these nothing moves; without the others the program still works by keyboard."""


@dataclass(frozen=True)
class Finding:
    """What was found about one part."""

    part: str
    state: str
    detail: str


def check(as_json: Json = False, sets: Sets = None, config_file: ConfigFile = None) -> None:
    """Bring every part up once and say how it does; nothing moves. Exit status 1 when the arm could not work.

    Example: vla-assistant check --json
    """
    settings = settings_of(config_file, sets)
    findings = [*parts_of(settings), window_of()]
    folders = folders_of(config_file)
    if as_json:
        table = {"version": VERSION, "parts": [vars(finding) for finding in findings], "folders": folders}
        print(json.dumps(table))
    else:
        show(findings, folders)
    broken = [finding for finding in findings if finding.part in NEEDED and finding.state == "failed"]
    raise typer.Exit(1 if broken else 0)


def parts_of(settings: Settings, patience_s: float = PATIENCE_S) -> list[Finding]:
    """Start everything, wait until each part has settled, close everything."""
    from vla_assistant.events import Part, PartChanged, PartState
    from vla_assistant.runtime.assistant import Assistant

    wanted = [part for part in Part if part is not Part.SESSION]
    told: dict[Part, PartChanged] = {}

    def note(event: Event) -> None:
        if isinstance(event, PartChanged) and (event.state is not PartState.LOADING or event.part not in told):
            told[event.part] = event

    def settled(part: Part) -> bool:
        return part in told and told[part].state is not PartState.LOADING

    with closing(Assistant(settings, headless=True, program="vla-assistant check")) as assistant:
        leave = assistant.subscribe(note)
        assistant.start()
        assistant.start_listening()
        deadline = time.monotonic() + patience_s
        while not all(map(settled, wanted)) and time.monotonic() < deadline:
            time.sleep(0.05)
        leave()  # what is told while everything closes says nothing
    return [_finding(part, told.get(part)) for part in wanted]


def _finding(part: Part, told: PartChanged | None) -> Finding:
    if told is None:
        return Finding(str(part), "failed", "It gave no sign of life.")
    return Finding(str(part), str(told.state), told.detail)


def window_of() -> Finding:
    """Can the window be opened here?"""
    try:
        for name in ("PyQt6.QtWidgets", "pyqtgraph"):
            importlib.import_module(name)
    except ImportError as error:
        hint = "On Debian and Ubuntu: sudo apt install libegl1 libxkbcommon0 libxcb-cursor0; the commands work without."
        return Finding("window", "failed", f"Qt cannot be loaded ({error}). {hint}")
    return Finding("window", "ready", f"Qt is there (PyQt6 {version('PyQt6')}).")


def folders_of(config_file: Path | None) -> dict[str, str]:
    """Where things are kept."""
    from vla_assistant import paths

    return {
        "config": str(config_file or paths.user_config()),
        "all options": str(paths.default_config()),
        "data": str(paths.data()),
        "cache": str(paths.cache()),
        "logs": str(paths.logs()),
        "assets": str(paths.assets()),
    }


def show(findings: list[Finding], folders: dict[str, str]) -> None:
    """Print it for people."""
    from rich.console import Console
    from rich.table import Table

    marks = {"ready": "[green]ready[/]", "warning": "[yellow]warning[/]", "failed": "[red]failed[/]", "off": "off"}
    table = Table(box=None, show_header=False)
    for finding in findings:
        table.add_row(finding.part, marks.get(finding.state, finding.state), finding.detail)
    for name, folder in folders.items():
        table.add_row(name, "", folder)
    Console().print(table)


def list_backends(
    kind: Annotated[str | None, typer.Argument(help="Only this kind, for example recognizers.")] = None,
    as_json: Json = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """List the back ends there are for each part: usable, or why not and what to do. Nothing is started.

    Example: vla-assistant list recognizers
    """
    from vla_assistant import registry
    from vla_assistant.errors import BackendError

    kinds = [name for name in registry.FOLDERS if kind in (None, name, registry.singular(name))]
    if not kinds:
        raise BackendError(f"There is no kind of back end {kind!r}.", f"There are {', '.join(registry.FOLDERS)}.")
    settings = settings_of(config_file, sets)
    for name in kinds:
        for backend in registry.backends(name).values():
            table = _backend_table(backend, settings)
            print(json.dumps(table) if as_json else _backend_line(table))


def _backend_line(table: dict[str, Any]) -> str:
    state = "usable" if table["usable"] else f"not usable. {table['reason']}"
    return f"{table['kind']}.{table['name']}: {table['summary']}\n    {state}"


def _backend_table(backend: Backend, settings: Settings) -> dict[str, Any]:
    """The public form of a back end; `reason` says why it is not usable and what to do."""
    trouble = backend.trouble(settings.backend(backend.kind, backend.name))
    return {
        "version": VERSION,
        "kind": backend.kind,
        "name": backend.name,
        "usable": not trouble,
        "missing": list(backend.missing),
        "reason": trouble,
        "summary": backend.summary,
    }
