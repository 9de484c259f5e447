"""Can a window open here? Qt itself would end the whole process instead of saying so."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping

from vla_assistant.errors import BackendError

CURSOR_LIBRARY = "libxcb-cursor.so.0"
_WITHOUT_A_WINDOW = "Without a window: `vla-assistant chat` in this terminal, or `vla-assistant demo --out demo`."


def require(
    env: Mapping[str, str] | None = None,
    system: str = sys.platform,
    load: Callable[[str], object] = ctypes.CDLL,
) -> None:
    """Check what Qt needs before it is loaded.

    Args:
        env: The environment; None takes the process's own.
        system: As `sys.platform`.
        load: Loads a shared library or raises OSError.

    Raises:
        BackendError: there is no display, or a library of the system is missing; the hint says what to do.
    """
    env = os.environ if env is None else env
    if system != "linux" or env.get("QT_QPA_PLATFORM", "xcb") not in ("xcb", "wayland"):
        return
    if env.get("WAYLAND_DISPLAY"):
        return
    if not env.get("DISPLAY"):
        raise BackendError("A window needs a display, and DISPLAY is not set.", _WITHOUT_A_WINDOW)
    try:
        load(CURSOR_LIBRARY)
    except OSError as error:
        raise BackendError(
            f"The window needs the library {CURSOR_LIBRARY}, which this system lacks.",
            f"Install it with: sudo apt install libxcb-cursor0. {_WITHOUT_A_WINDOW}",
        ) from error
