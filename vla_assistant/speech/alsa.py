"""Keeps ALSA's own lines ("underrun occurred") out of the user's terminal; PortAudio tells us what matters.

alsa-lib prints to stderr from C unless it has an error handler.
Source: alsa-lib's manual, snd_lib_error_set_handler, whose handler takes file, line, function, error and a format.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_Handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)


def _say_nothing(file: bytes, line: int, function: bytes, error: int, form: bytes) -> None:
    """Called by ALSA from whatever thread it is in."""


_silent = _Handler(_say_nothing)  # ALSA keeps only its address: it must live as long as the module


def hush() -> None:
    """From now on ALSA prints nothing; does nothing where there is no ALSA."""
    _set_handler(_silent)


def unhush() -> None:
    """ALSA prints again: at the end of the program there is no Python left that it could call."""
    _set_handler(None)


def _set_handler(handler: object) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(handler)
