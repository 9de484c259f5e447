"""One writer at a time in a folder: the system lets a lock go with the process that holds it, however that ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from vla_assistant.errors import InputError

NAME = ".lock"


def lock(root: Path, writer: str = "recording") -> IO[bytes]:
    """The folder locked against other writers until the returned file is closed.

    Args:
        root: The folder; it is made if need be.
        writer: What wants to write there, for the sentence of a refusal.

    Raises:
        InputError: Somebody writes into it at this moment.
    """
    root.mkdir(parents=True, exist_ok=True)
    file = (root / NAME).open("ab")
    try:
        _take(file)
    except (BlockingIOError, PermissionError) as error:
        file.close()
        raise InputError(
            f"Another {writer} writes into {root} at this moment.",
            "Wait until it has ended, or choose another folder.",
        ) from error
    return file


def _take(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
