"""`vla-assistant chat`: the conversation of the window, in a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands.options import ConfigFile, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.runtime.assistant import Assistant

SETTLE_S = 0.1
ENDINGS = ("/quit", "quit", "exit", "bye")
HELP = (
    "Type what the arm should do, then yes or no. An empty line stops the arm, resume clears the stop.\n"
    "/examples shows commands, /scene N lays another table. Ctrl-C stops the arm, Ctrl-C again or /quit ends."
)


def chat(
    listen: Annotated[bool, typer.Option(help="Listen to the microphone too.")] = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Talk to the arm in the terminal.

    Example: vla-assistant chat --set simulation.seed=4
    """
    from vla_assistant.commands.telling import sentence_line
    from vla_assistant.runtime.assistant import Assistant

    settings = settings_of(config_file, sets)
    with closing(Assistant(settings, headless=True, program="vla-assistant chat")) as assistant:
        leave = assistant.subscribe(sentence_line)
        assistant.start()
        if listen:
            assistant.start_listening()
        print(HELP, flush=True)
        converse(assistant)
        leave()  # what is told while everything closes would read like a fault


def converse(assistant: Assistant) -> None:
    """Take lines from the keyboard until /quit or the end of the input; Ctrl-C stops the arm, twice it ends.

    Lines that do not come from a keyboard wait until the one before has led to a proposal or an end.
    """
    interrupted = False
    by_hand = sys.stdin.isatty()
    while True:
        try:
            line = input()
        except EOFError:
            return
        except KeyboardInterrupt:
            assistant.stop("you pressed Ctrl-C")
            if interrupted:
                return
            interrupted = True
            print("Ctrl-C again ends the conversation.", flush=True)
            continue
        interrupted = False
        if line.strip() in ENDINGS:
            return
        take_line(assistant, line.strip())
        if not by_hand:
            settle(assistant)


def settle(assistant: Assistant) -> None:
    """Wait until nothing happens by itself any more."""
    time.sleep(SETTLE_S)
    while not assistant.idle and assistant.proposal is None:
        time.sleep(SETTLE_S)


def take_line(assistant: Assistant, line: str) -> None:
    """One line of the user's."""
    from vla_assistant.errors import AssistantError
    from vla_assistant.types import Source

    try:
        if not line:
            assistant.stop("you pressed Enter")
        elif line == "/examples":
            print("\n".join(f"  {example}" for example in assistant.examples()))
        elif line.startswith("/scene"):
            assistant.new_scene(int(line.split()[-1]))
        elif line.startswith("/"):
            print(HELP)
        else:
            assistant.add_command(line, Source.TYPED)
    except AssistantError as error:
        print(f"! {error}")
    except ValueError:
        print("! A scene is a number: /scene 4")
