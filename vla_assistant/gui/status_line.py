"""The newest remark of a part, in one line that never asks for more room than there is."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy


class StatusLine(QLabel):
    """Cuts what does not fit; the whole sentence shows on hovering."""

    def __init__(self) -> None:
        super().__init__()
        self.full_text = ""
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_text("Starting ...")

    def show_text(self, text: str) -> None:
        """Show this sentence."""
        self.full_text = text
        self.setToolTip(text)
        self.setAccessibleName(f"Status: {text}")
        self._cut()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        line = " ".join(self.full_text.split())
        self.setText(self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, self.width()))
