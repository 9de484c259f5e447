"""The commands: parse, call, print. Heavy libraries are imported by the command that needs them: help comes at once."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from vla_assistant.commands.calibrate import calibrate
from vla_assistant.commands.chat import chat
from vla_assistant.commands.check import check, list_backends
from vla_assistant.commands.demo import demo
from vla_assistant.commands.do import do
from vla_assistant.commands.evaluate import evaluate
from vla_assistant.commands.export import export
from vla_assistant.commands.models import fetch, models, remove, take_over
from vla_assistant.commands.options import ConfigFile, Sets, settings_of
from vla_assistant.commands.plan import plan
from vla_assistant.commands.record import record
from vla_assistant.commands.train import train
from vla_assistant.commands.training import generate
from vla_assistant.commands.transcribe import EXAMPLE as TRANSCRIBE_EXAMPLE
from vla_assistant.commands.transcribe import transcribe
from vla_assistant.commands.trials import trials

if TYPE_CHECKING:
    from vla_assistant.config import Settings

BAD_USE = 2
INTERRUPTED = 130
MODEL_PROCESS, MOTION_PROCESS, VOICE_PROCESS = "--model-process", "--motion-process", "--voice-process"


def _without_types(params: list[Any]) -> list[Any]:
    """Flags take no value, so their help shows no type."""
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


class Group(TyperGroup):
    """The program with its commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))


app = typer.Typer(
    cls=Group,
    help="Talk to a robot arm. Without a command the window opens.",
    epilog='Example: vla-assistant do "pick up the blue cube" --yes',
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (do, plan, chat, check, demo, generate, record, train, trials, evaluate, calibrate, export):
    app.command(cls=Command)(command)
app.command(cls=Command, epilog=TRANSCRIBE_EXAMPLE)(transcribe)
app.command("list", cls=Command)(list_backends)
weights = typer.Typer(cls=Group)
weights.callback(invoke_without_command=True)(models)
for name, subcommand in (("fetch", fetch), ("import", take_over), ("remove", remove)):
    weights.command(name, cls=Command)(subcommand)
app.add_typer(weights, name="models")


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    sets: Sets = None,
    config_file: ConfigFile = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Talk to a robot arm. Without a command the window opens.

    Example: vla-assistant do "pick up the blue cube" --yes
    """
    if version:
        from vla_assistant import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(open_window(settings_of(config_file, sets)))


def open_window(settings: Settings) -> int:
    """Show the window until it is closed; returns the exit status.

    Raises:
        BackendError: Qt cannot be loaded, or there is no display.
    """
    from vla_assistant.errors import BackendError

    try:
        from vla_assistant.gui.app import run
    except ImportError as error:
        raise BackendError(
            f"The window cannot be opened: Qt cannot be loaded ({error}).",
            "`vla-assistant chat` is the same conversation in the terminal; `check` says what is missing.",
        ) from error
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        raise BackendError(
            "The window cannot be opened: there is no display.",
            "Use `vla-assistant chat` for the same conversation in the terminal, or `vla-assistant demo --out DIR`.",
        )
    return run(settings)


def window() -> None:
    """The entry point without a console: opens the window."""
    main(sys.argv[1:])


def main(arguments: list[str] | None = None) -> None:
    """The console entry point: a failure that can be expected is a sentence on stderr, never a traceback."""
    from vla_assistant.errors import AssistantError

    if arguments is None:
        arguments = sys.argv[1:]
    if arguments[:1] in ([MODEL_PROCESS], [MOTION_PROCESS], [VOICE_PROCESS]):
        _serve(arguments[0])
        return
    try:
        app(arguments)
    except AssistantError as error:
        print(f"vla-assistant: {error}", file=sys.stderr)
        sys.exit(BAD_USE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):  # EIO: the terminal was closed
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more
        sys.exit(1)


def _serve(which: str) -> None:
    """A frozen program is its own child process."""
    if which == MODEL_PROCESS:
        from vla_assistant.runtime import model_server

        model_server.main()
    elif which == VOICE_PROCESS:
        from vla_assistant.speech import voice_main

        voice_main.main()
    else:
        from vla_assistant.runtime import motion_main

        motion_main.main()
