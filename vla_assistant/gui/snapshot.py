"""A picture of the window without a display: recorded camera pictures and events in, a PNG out."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vla_assistant.events import Event
from vla_assistant.types import Frame

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from vla_assistant.gui.window import Window

log = logging.getLogger(__name__)

_ROUNDS = 5
"""Layouts settle in a few rounds of events."""


def save(
    path: Path,
    frames: Mapping[str, Frame],
    events: Iterable[Event],
    size: tuple[int, int] = (1280, 800),
    dark: bool = False,
    level: float = 0.35,
    seed: int = 0,
) -> Path:
    """Draw the window as it stands after `events` with these camera pictures, and write it to `path`.

    Args:
        path: The PNG to write; its folder is made.
        frames: The newest picture of each camera; the first is shown large.
        events: What happened so far, oldest first; the picture is taken at the time of the last one.
        size: Width and height [pixels].
        dark: Dark instead of light.
        level: What the microphone meter shows, 0-1.
        seed: The scene that lies on the table.

    Raises:
        OSError: the file cannot be written.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import qInstallMessageHandler

    from vla_assistant.gui.app import application
    from vla_assistant.gui.replay import Replay
    from vla_assistant.gui.theme import DARK, LIGHT, apply
    from vla_assistant.gui.window import Window

    app = application()
    palette = DARK if dark else LIGHT
    apply(app, palette)
    played = list(events)
    times = [event.time_s for event in played] + [frame.time_s for frame in frames.values()]
    moment = max(times, default=time.monotonic())
    replay = Replay(frames, played, level)
    window = Window(app, replay, palette, seed, now=lambda: moment)
    window.resize(*size)
    before = qInstallMessageHandler(_qt_message)
    try:
        window.show()
        window.chunk.prepare()
        replay.start()
        _settle(app, window)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(path), "PNG"):
            raise OSError(f"the picture of the window cannot be written to {path}")
    finally:
        window.close()
        window.deleteLater()
        app.processEvents()
        qInstallMessageHandler(before)
    return path


def _qt_message(kind: object, context: object, message: str | None) -> None:
    """The offscreen platform complains of size hints for every window; all else is worth a line."""
    if message and "propagateSizeHints" not in message:
        log.warning("Qt: %s", message)


def _settle(app: QApplication, window: Window) -> None:
    """Let the events arrive, the worker answer what they led to, and the layout find its sizes."""
    app.processEvents()
    answered: list[bool] = []
    window.worker.ask(lambda: True, answered.append)
    while not answered:
        app.processEvents()
        time.sleep(0.005)
    for _ in range(_ROUNDS):
        window.tick()
        app.processEvents()
