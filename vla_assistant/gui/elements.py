"""The small elements that every panel is made of, dressed by the style sheet through their properties."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A plain text; `role` is one of the style sheet's: title, muted, brand, strong."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("role", role)
    return made


def button(text: str, name: str, kind: str = "") -> QPushButton:
    """A button that a click does not focus, so that the text box keeps the keyboard; `name` is what is read aloud."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def bar(maximum: int) -> QProgressBar:
    """A thin bar without numbers."""
    made = QProgressBar()
    made.setTextVisible(False)
    made.setMaximum(maximum)
    return made


def dress(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at; the look follows at once."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)
