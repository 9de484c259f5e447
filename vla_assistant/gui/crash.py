"""What happens when the window's own code fails: the arm stops, then the log, then a dialog that can be copied."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_log = logging.getLogger("vla_assistant.window")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashGuard:
    """Takes over the hooks of Python and Qt while the window lives; `close` gives them back."""

    def __init__(self, folder: Path, level: str, on_bug: Callable[[str], None]) -> None:
        """`on_bug(traceback)` is called on the thread that failed; it must be thread-safe."""
        self._on_bug = on_bug
        self._last = ""
        folder.mkdir(parents=True, exist_ok=True)
        self.log_file = folder / "window.log"
        self._writer = logging.handlers.RotatingFileHandler(self.log_file, maxBytes=2_000_000, backupCount=3)
        self._writer.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger()
        root.addHandler(self._writer)
        self._old_level = root.level
        root.setLevel(level.upper())
        self._fault_file: IO[str] = (folder / "crash.log").open("a", encoding="utf-8")
        faulthandler.enable(self._fault_file)
        self._old_hook, sys.excepthook = sys.excepthook, self._uncaught
        self._old_thread_hook, threading.excepthook = threading.excepthook, self._uncaught_in_thread
        self._old_qt_handler = qInstallMessageHandler(_qt_message)

    def close(self) -> None:
        """Give the hooks back and close the files."""
        qInstallMessageHandler(self._old_qt_handler)
        threading.excepthook = self._old_thread_hook
        sys.excepthook = self._old_hook
        faulthandler.disable()
        self._fault_file.close()
        root = logging.getLogger()
        root.setLevel(self._old_level)
        root.removeHandler(self._writer)
        self._writer.close()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._old_hook(kind, error, trace)
            return
        self._report("".join(traceback.format_exception(kind, error, trace)))

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is None or args.exc_type is SystemExit:
            return
        name = args.thread.name if args.thread else "?"
        lines = traceback.format_exception(args.exc_type, args.exc_value, args.exc_traceback)
        self._report(f"in thread {name}\n" + "".join(lines))

    def _report(self, text: str) -> None:
        self._on_bug(text)
        if text != self._last:  # a bug in a timer comes back twenty times a second
            _log.critical("a bug: %s", text)
        self._last = text


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    logging.getLogger("vla_assistant.qt").log(_LEVELS.get(kind, logging.WARNING), "%s", message)
