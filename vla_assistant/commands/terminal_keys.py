"""Single keys from the terminal, as they are pressed; from a pipe one after the other, as a script presses them."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left"}
NAMES = {"\r": "enter", "\n": "enter", "\x1b": "escape"}
WAIT_S = 0.05
"""No wait is longer, so that a Ctrl-C that comes just before it is not slept through."""


def split_keys(text: str) -> tuple[str, ...]:
    """Key names of what a terminal sends: arrows come as three characters."""
    keys = []
    at = 0
    while at < len(text):
        if text[at : at + 2] in ("\x1b[", "\x1bO") and text[at + 2 : at + 3] in ARROWS:
            keys.append(ARROWS[text[at + 2]])
            at += 3
        else:
            keys.append(NAMES.get(text[at], text[at]))
            at += 1
    return tuple(keys)


class TerminalKeys:
    """Keys of a terminal, or of a pipe in its place.

    Attributes:
        live: Whether somebody can press keys at any time; a script is read only when a key is waited for.
    """

    def __init__(self, source: IO[str]) -> None:
        self._file = source.fileno()
        self.live = source.isatty()

    def pressed(self) -> tuple[str, ...]:
        """What was pressed since the last call."""
        if not self.live or not select.select([self._file], [], [], 0.0)[0]:
            return ()
        return self._read()

    def wait(self) -> tuple[str, ...]:
        """Wait for a key; from a script the next one.

        Raises:
            EOFError: No more keys come.
        """
        if not self.live:
            return (self._next_of_script(),)
        while not select.select([self._file], [], [], WAIT_S)[0]:
            pass
        return self._read()

    def _read(self) -> tuple[str, ...]:
        sent = os.read(self._file, 1024)
        if not sent:
            raise EOFError
        return split_keys(sent.decode("utf-8", "replace"))

    def _next_of_script(self) -> str:
        sent = self._one()
        if sent == "\x1b":
            sent += self._one() + self._one()
        return split_keys(sent)[0]

    def _one(self) -> str:
        sent = os.read(self._file, 1)
        if not sent:
            raise EOFError
        return sent.decode("ascii", "replace")


@contextmanager
def terminal_keys() -> Iterator[TerminalKeys]:
    """The keys of standard input, without waiting for line ends and without echo; all is as before afterwards."""
    keys = TerminalKeys(sys.stdin)
    if not keys.live:
        yield keys
        return
    import termios
    import tty

    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file)
        yield keys
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)
