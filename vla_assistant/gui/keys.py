"""The keys that work everywhere in the window: Space stops, Enter confirms, Esc cancels, F4 held down talks.

Space in the text box is a space, with one exception: while the arm works and the box is empty, it stops too. A text
does not begin with a space, and who just typed a command has the keyboard in that box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from vla_assistant.gui.voice_bar import TALK_KEY


@dataclass(frozen=True)
class KeyActions:
    """What the keys do. `send` says whether there was something to send, `working` whether the arm is at work."""

    stop: Callable[[], None]
    confirm: Callable[[], bool]
    cancel: Callable[[], None]
    talk: Callable[[bool], None]
    send: Callable[[], bool]
    working: Callable[[], bool]


class Keys(QObject):
    """Watches the whole application, so that no focused widget can swallow a stop."""

    def __init__(self, app: QApplication, text_box: QLineEdit, actions: KeyActions) -> None:
        super().__init__()
        self._app = app
        self._text_box = text_box
        self._do = actions
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop watching."""
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is None or watched is None or not watched.isWidgetType():
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._released(event)
        if event.type() == QEvent.Type.WindowDeactivate:
            self._do.talk(False)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Space and not self._is_a_letter():
            if not event.isAutoRepeat():
                self._do.stop()
            return True
        if self._app.activePopupWidget() is not None:
            return False
        if key == Qt.Key.Key_Escape and self._app.activeModalWidget() is None:
            if not event.isAutoRepeat():
                self._do.cancel()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter(event)
        if key == TALK_KEY and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if not event.isAutoRepeat():
                self._do.talk(True)
            return True
        return False

    def _released(self, event: QKeyEvent) -> bool:
        if event.key() != TALK_KEY:
            return False
        if not event.isAutoRepeat():
            self._do.talk(False)
        return True

    def _enter(self, event: QKeyEvent) -> bool:
        """Enter sends a text that stands in the box, presses a focused button, and else confirms."""
        focused = self._app.focusWidget()
        if event.isAutoRepeat():
            return True
        if isinstance(focused, QAbstractButton):
            focused.animateClick()
        elif not (self._typing() and self._do.send()):
            self._do.confirm()
        return True

    def _is_a_letter(self) -> bool:
        """A space that belongs to a text."""
        return self._typing() and (bool(self._text_box.text()) or not self._do.working())

    def _typing(self) -> bool:
        return self._app.focusWidget() is self._text_box
