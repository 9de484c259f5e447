"""How MuJoCo draws without a window: chosen before its first import, because it cannot be changed afterwards."""

from __future__ import annotations

import ctypes
import os
import sys


def choose() -> None:
    """Set MUJOCO_GL on Linux unless the user did: EGL where its library is, else OSMesa; other systems need none.

    EGL and OSMesa draw equally fast without a GPU.
    """
    if sys.platform != "linux" or os.environ.get("MUJOCO_GL"):
        return
    try:
        ctypes.CDLL("libEGL.so.1")
        os.environ["MUJOCO_GL"] = "egl"
    except OSError:
        os.environ["MUJOCO_GL"] = "osmesa"
