"""Lines from the keyboard."""

from __future__ import annotations

import os
import select
import sys

LISTENING_S = 0.05


def line() -> str:
    """What is typed, without the line end.

    `input` alone may sleep through a Ctrl-C that comes just before it begins to wait (the flag is set, the wait is not
    interrupted); here no wait is long, because Ctrl-C stops the arm.

    Raises:
        EOFError: nothing more comes.
        KeyboardInterrupt: as the signals say.
    """
    if os.name == "posix" and sys.stdin.isatty():  # there a line can be read when it is complete
        while not select.select([sys.stdin], [], [], LISTENING_S)[0]:
            pass
    return input()
