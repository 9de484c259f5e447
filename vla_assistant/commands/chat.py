"""`vla-assistant chat`: the conversation of the window, in a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from threading import RLock
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands import keyboard
from vla_assistant.commands.ending import terminable
from vla_assistant.commands.options import ConfigFile, Sets, settings_of
from vla_assistant.seeds import HIGHEST_SEED

if TYPE_CHECKING:
    from vla_assistant.events import Event
    from vla_assistant.runtime.assistant import Assistant

SETTLE_S = 0.1
ENDINGS = ("/quit", "quit", "exit", "bye")
HELP = (
    "Type what the arm should do, then yes or no. An empty line stops the arm, resume clears the stop.\n"
    "/examples shows commands, /scene N lays another table. Ctrl-C stops the arm, Ctrl-C again or /quit ends."
)
COMMANDS = "There are /examples, /scene N, /help and /quit."
BAD_SCENE = f"A scene has a whole number from 0 to {HIGHEST_SEED}: /scene 4"


def chat(
    listen: Annotated[bool, typer.Option(help="Listen to the microphone too.")] = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Talk to the arm in the terminal.

    Lines that come from a pipe or a file are taken in order, each when the one before has come to a proposal or an end:
    among them "stop" has no effect on a motion. SIGINT (Ctrl-C) stops the arm at once there, too.

    Example: vla-assistant chat --set simulation.seed=4
    """
    from vla_assistant.runtime.assistant import Assistant

    settings = settings_of(config_file, sets)
    screen = Screen()
    with terminable() as deafen, closing(Assistant(settings, headless=True, program="vla-assistant chat")) as assistant:
        leave = assistant.subscribe(screen.tell)
        try:
            assistant.start()
            if listen:
                assistant.start_listening()
            _until_the_end(assistant, screen)
        finally:
            deafen()
            leave()  # what is told while everything closes would read like a fault


def _until_the_end(assistant: Assistant, screen: Screen) -> None:
    """Converse; an interrupt between two lines ends the conversation."""
    from vla_assistant.runtime.single_run import interrupt_reason

    try:
        converse(assistant, screen)
    except KeyboardInterrupt as interrupt:
        assistant.stop(interrupt_reason(interrupt))


class Screen:
    """Prints whole lines, from any thread; the first after a Ctrl-C does not stand beside the terminal's own ^C."""

    def __init__(self) -> None:
        self._beside = ""
        self._whole = RLock()  # a Ctrl-C may interrupt the thread that holds it

    def interrupted(self) -> None:
        """The terminal has written ^C and no line end."""
        self._beside = "\n"

    def line(self, text: str) -> None:
        """Print it at once."""
        with self._whole:
            beside, self._beside = self._beside, ""
            print(f"{beside}{text}\n", end="", flush=True)

    def tell(self, event: Event) -> None:
        """Print what happened; most events need no line."""
        from vla_assistant.commands.telling import sentence_of

        if sentence := sentence_of(event):
            self.line(sentence)


def converse(assistant: Assistant, screen: Screen) -> None:
    """Take lines from the keyboard until /quit or the end of the input; Ctrl-C stops the arm, twice it ends.

    Lines that do not come from a keyboard wait until the one before has led to a proposal or an end.
    """
    from vla_assistant.runtime.single_run import interrupt_reason

    interrupted, greeting = False, HELP
    by_hand = sys.stdin.isatty()
    while True:
        try:
            if greeting:  # in here: whoever has read it may press Ctrl-C at once
                told, greeting = greeting, ""
                screen.line(told)
            line = keyboard.line().strip()
            interrupted = False
            if line.lower() in ENDINGS:
                return
            take_line(assistant, line, screen)
            if not by_hand:
                settle(assistant)
        except EOFError:
            return
        except KeyboardInterrupt as interrupt:
            if by_hand:
                screen.interrupted()
            assistant.stop(interrupt_reason(interrupt))
            if interrupted or not by_hand or interrupt.args:  # with a reason it is no Ctrl-C: the program must end
                return
            interrupted = True
            screen.line("Ctrl-C again ends the conversation.")


def settle(assistant: Assistant) -> None:
    """Wait until nothing happens by itself any more."""
    time.sleep(SETTLE_S)
    while not assistant.idle and assistant.proposal is None:
        time.sleep(SETTLE_S)


def take_line(assistant: Assistant, line: str, screen: Screen) -> None:
    """One line of the user's."""
    from vla_assistant.errors import AssistantError
    from vla_assistant.types import Source

    try:
        if not line:
            assistant.stop("you pressed Enter")
        elif line.startswith("/"):
            take_command(assistant, line, screen)
        else:
            assistant.add_command(line, Source.TYPED)
    except AssistantError as error:
        screen.line(f"! {error}")


def take_command(assistant: Assistant, line: str, screen: Screen) -> None:
    """One line that is for the conversation, not for the arm."""
    match line.lower().split():
        case ["/examples"]:
            screen.line("\n".join(f"  {example}" for example in assistant.examples()))
        case ["/scene", number] if number.isdecimal() and len(number) < 12 and int(number) <= HIGHEST_SEED:
            assistant.new_scene(int(number))
        case ["/scene", *_]:
            screen.line(f"! {BAD_SCENE}")
        case ["/help"]:
            screen.line(HELP)
        case _:
            screen.line(f"! There is no command {line}. {COMMANDS}")
