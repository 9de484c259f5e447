"""A display of our own: Xvfb on a free number, its pixels as an array, and a real mouse and keyboard (xdotool)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PROGRAMS = ("Xvfb", "xdotool")
_HEADER_WORDS = 25


class Display:
    """An X server that shows nothing to anybody; the screen lies in a file."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="vla-display-"))
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        command += ["-fbdir", str(self._folder), "-noreset"]
        self._server = subprocess.Popen(
            command, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.name = f":{pipe.readline().strip()}"

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def pixels(self) -> NDArray[np.uint8]:
        """The screen now: uint8 (h, w, 3) RGB.

        Source: the XWD file format, X11/XWDFile.h: 25 big-endian words, the window's name, the colours, the rows.
        """
        content = (self._folder / "Xvfb_screen0").read_bytes()
        words = np.frombuffer(content[: 4 * _HEADER_WORDS], ">u4")
        header, width, height, row, colours = (int(words[i]) for i in (0, 4, 5, 12, 19))
        start = header + 12 * colours
        rows = np.frombuffer(content[start : start + row * height], np.uint8).reshape(height, row)
        return rows.reshape(height, row // 4, 4)[:, :width, 2::-1].copy()

    def find(self, colour: str, at_least: int) -> tuple[int, int] | None:
        """Where most of the screen's pixels of exactly this colour #rrggbb are, if there are so many or more."""
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
        rows, columns = np.nonzero((self.pixels() == wanted).all(axis=2))
        if len(rows) < at_least:
            return None
        return int(np.median(columns)), int(np.median(rows))

    def click(self, x: int, y: int) -> None:
        """A click of the left mouse button."""
        self.do("mousemove", str(x), str(y), "click", "1")

    def key(self, name: str) -> None:
        """Press and let go a key, for example "space"."""
        self.do("key", name)

    def window(self, title: str) -> str:
        """Number of the window with this title; empty while there is none."""
        return self.do("search", "--onlyvisible", "--name", f"^{title}$", check=False).strip()

    def focus(self, title: str) -> None:
        """Give the keyboard to that window; there is no window manager here that would."""
        self.do("windowfocus", "--sync", self.window(title).split()[0])

    def do(self, *words: str, check: bool = True) -> str:
        """Run xdotool; what it says."""
        done = subprocess.run(
            ["xdotool", *words],
            env=os.environ | {"DISPLAY": self.name},
            check=check,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return done.stdout
