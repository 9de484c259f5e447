"""What the user sees of a bug: what to do, the details, and a button that copies them."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMessageBox, QWidget


class BugDialog(QMessageBox):
    """Stays beside the window, which goes on working, its stop above all; one dialog however many bugs there are."""

    def __init__(self, parent: QWidget, log_file: Path) -> None:
        super().__init__(parent)
        self._texts: list[str] = []
        self.setModal(False)
        self.setIcon(QMessageBox.Icon.Critical)
        self.setWindowTitle("vla-assistant: a fault")
        self.setText("Something unexpected went wrong. The arm was stopped.")
        self.setInformativeText(
            f"The details are in {log_file}. Press Resume in the window to go on. If it happens again, close the "
            "program and report it with the details."
        )
        self.copy_button = self.addButton("Copy the details", QMessageBox.ButtonRole.ActionRole)
        self.addButton(QMessageBox.StandardButton.Close)
        assert self.copy_button is not None
        self.copy_button.clicked.disconnect()  # it copies and leaves the dialog open
        self.copy_button.clicked.connect(self._copy)

    def tell(self, text: str) -> None:
        """Show one more bug; the same one again changes nothing."""
        if text not in self._texts:
            self._texts.append(text)
            self.setDetailedText("\n".join(self._texts))
        self.show()

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.detailedText())
