"""Opens the window and closes everything again: hooks, theme, signals, the order of starting and ending."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSocketNotifier, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

from vla_assistant import paths
from vla_assistant.config import Settings
from vla_assistant.gui import platform, theme
from vla_assistant.gui.bridge import Answer
from vla_assistant.gui.bug_dialog import BugDialog
from vla_assistant.gui.crash import CrashGuard
from vla_assistant.gui.icons import icon
from vla_assistant.gui.surface import Surface
from vla_assistant.gui.window import TITLE, Window

_CLOSING_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The one QApplication of this process, made when there is none yet.

    Raises:
        BackendError: no window can open here.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    platform.require()
    QGuiApplication.setDesktopFileName(TITLE)
    app = QApplication([TITLE, *arguments])
    app.setApplicationName(TITLE)
    app.setWindowIcon(icon("app"))
    return app


def run(settings: Settings, screenshot: Path | None = None, then_quit_s: float | None = None) -> int:
    """Open the window and stay until the user closes it.

    Args:
        settings: The configuration.
        screenshot: Write a picture of the window here just before it closes.
        then_quit_s: Close by itself after this time [s].

    Returns:
        The exit status: 0, or 1 when something unexpected went wrong meanwhile.
    """
    app = application()
    palette = theme.system_palette()
    theme.apply(app, palette)
    from vla_assistant.runtime.assistant import Assistant

    assistant = Assistant(settings)
    try:
        return show(app, assistant, settings, palette, screenshot, then_quit_s)
    finally:
        assistant.close()


def show(
    app: QApplication,
    assistant: Surface,
    settings: Settings,
    palette: theme.Palette,
    screenshot: Path | None = None,
    then_quit_s: float | None = None,
) -> int:
    """Show an assistant in a window until the user closes it; the assistant itself stays open. See `run`."""
    window = Window(app, assistant, palette, seed=settings.simulation.seed)
    bugs: list[str] = []

    def on_bug(text: str) -> None:
        assistant.stop("the program has a fault")
        bugs.append(text)
        window.bridge.send(Answer(dialog.tell, text))

    guard = CrashGuard(paths.logs(), settings.app.log_level, on_bug)
    dialog = BugDialog(window, guard.log_file)
    restore = _quit_on_signals(app)
    _follow_system(app, window)
    if then_quit_s is not None:
        QTimer.singleShot(round(then_quit_s * 1000), app.quit)
    if screenshot is not None:
        app.aboutToQuit.connect(lambda: window.grab().save(str(screenshot), "PNG"))
    try:
        window.show()
        QTimer.singleShot(0, lambda: _bring_up(app, window, assistant))
        app.exec()
    finally:
        dialog.close()
        window.hide()
        window.leave()
        restore()
        guard.close()
        window.deleteLater()
        app.processEvents()
    return 1 if bugs else 0


def _bring_up(app: QApplication, window: Window, assistant: Surface) -> None:
    """Once the window stands: let it paint, make the plots, bring up all parts behind it, open the microphone."""

    def start() -> None:
        assistant.start()
        assistant.start_listening()

    app.processEvents()
    window.chunk.prepare()
    window.worker.ask(start)


def _quit_on_signals(app: QApplication) -> Callable[[], None]:
    """Ctrl-C and a polite kill close the window in good order, between two events and never inside one.

    Python runs a signal's handler wherever the window's code happens to be, in the middle of a delivery too, and
    closing the windows from there crashes Qt. So the handler does nothing, and the event loop reads of the signal.
    Source: the wake-up descriptor of Python's signal module, "Calling Qt Functions From Unix Signal Handlers".
    """
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    writing.setblocking(False)
    old_wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    old = {number: signal.signal(number, lambda *_: None) for number in _CLOSING_SIGNALS}
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)  # type: ignore[call-overload]

    def look() -> None:
        if _CLOSING_SIGNALS & set(reading.recv(64)):
            app.quit()

    def restore() -> None:
        notifier.setEnabled(False)
        for number, handler in old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_wakeup)
        reading.close()
        writing.close()

    notifier.activated.connect(look)
    return restore


def _follow_system(app: QApplication, window: Window) -> None:
    """Switch between light and dark when the system does."""
    hints = app.styleHints()
    if hints is None:
        return

    def switch(_scheme: Any) -> None:
        palette = theme.system_palette()
        theme.apply(app, palette)
        window.restyle(palette)

    hints.colorSchemeChanged.connect(switch)
