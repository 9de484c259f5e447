"""The text box with its history, and examples of what can be said now."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

_LONGEST_HISTORY = 100
_LONGEST_TEXT = 500
_CHIPS = 6


class CommandBox(QLineEdit):
    """A line of text; Enter sends it, Up and Down walk through what was sent before."""

    sent = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self.setMaxLength(_LONGEST_TEXT)
        self.setPlaceholderText("Type a command, for example: put the red cup on the white plate")
        self.setAccessibleName("Command")
        self.setAccessibleDescription("Enter sends. The up and down keys bring back earlier commands.")
        self.setClearButtonEnabled(True)

    def send(self) -> bool:
        """Send what stands in the box; False when it is empty."""
        text = self.text().strip()
        if not text:
            return False
        if not self._history or self._history[-1] != text:
            self._history = [*self._history, text][-_LONGEST_HISTORY:]
        self._place, self._draft = len(self._history), ""
        self.clear()
        self.sent.emit(text)
        return True

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Up:
            self._walk(-1)
        elif event.key() == Qt.Key.Key_Down:
            self._walk(1)
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        place = self._place + by
        if not 0 <= place <= len(self._history):
            return
        if self._place == len(self._history):
            self._draft = self.text()
        self._place = place
        self.setText(self._draft if place == len(self._history) else self._history[place])


class Examples(QWidget):
    """A row of clickable examples; those that do not fit into the width are hidden."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._chips: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addStretch(1)
        self.setMinimumHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Examples")

    @property
    def chips(self) -> list[QPushButton]:
        """The examples shown or hidden for want of room."""
        return list(self._chips)

    def show_examples(self, texts: list[str]) -> None:
        """Offer these."""
        texts = texts[:_CHIPS]
        if [chip.text() for chip in self._chips] == texts:
            return
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.deleteLater()
        self._chips = [self._chip(text) for text in texts]
        for index, chip in enumerate(self._chips):
            self._row.insertWidget(index, chip)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def _chip(self, text: str) -> QPushButton:
        chip = QPushButton(text, self)
        chip.setProperty("kind", "chip")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setCursor(Qt.CursorShape.PointingHandCursor)
        chip.setAccessibleName(f"Example: {text}")
        chip.clicked.connect(lambda: self.chosen.emit(text))
        return chip

    def _fit(self) -> None:
        left = self.width()
        for chip in self._chips:
            left -= chip.sizeHint().width() + self._row.spacing()
            chip.setVisible(left > 0)
