"""A window on a test double, and a check that a test leaves no thread, timer or window behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.double import Double
from vla_assistant.gui import theme
from vla_assistant.gui.window import Window

WAIT_MS = 30_000
"""Longest wait for something that takes milliseconds on a machine with nothing else to do."""


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The application in the light theme."""
    theme.apply(qapp, theme.LIGHT)
    return qapp


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def window(dressed: QApplication, qtbot: QtBot, double: Double, clock: Clock) -> Iterator[Window]:
    """An open, active window; after the test nothing of it may be left."""
    before = set(threading.enumerate())
    made = Window(dressed, double, theme.LIGHT, now=clock)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.box.hasFocus(), timeout=WAIT_MS)
    yield made
    timers = made.findChildren(QTimer)
    made.close()
    assert set(threading.enumerate()) <= before
    assert not any(timer.isActive() for timer in timers)
    made.deleteLater()
    dressed.processEvents()
    assert made not in dressed.topLevelWidgets() or not made.isVisible()
