"""A question with its answers as buttons: which thing is meant, or what becomes of a paused motion."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from vla_assistant.events import Event, Paused, Proposed, Queued, RunEnded, Stopped, Understood, WentOn
from vla_assistant.gui.elements import button, label
from vla_assistant.gui.words import sentence

AFTER_A_PAUSE = ("go on", "cancel")


class ChoiceCard(QFrame):
    """Shows one question; emits the chosen answer, which is a command like one that was typed."""

    chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._question = label(role="strong", wrap=True)
        self._buttons: list[QPushButton] = []
        self._paused: int | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(6)
        self._column.addWidget(self._question)
        self.hide()

    @property
    def choices(self) -> list[QPushButton]:
        """The answers, in order."""
        return list(self._buttons)

    def handle(self, event: Event) -> None:
        """Ask, and fall silent once something else is said or done."""
        match event:
            case Understood(understanding=said) if said.question and said.choices:
                self._show(said.question, said.choices)
            case Paused(command=command):
                self._show("The arm is paused.", AFTER_A_PAUSE)
                self._paused = command.id
            case WentOn() | Stopped() | Proposed() | Queued() | Understood():
                self._clear()
            case RunEnded(command=command) if command.id == self._paused:
                self._clear()

    def _show(self, question: str, choices: Sequence[str]) -> None:
        self._clear()
        self._question.setText(sentence(question))
        for choice in choices:
            made = button(choice, f"Answer: {choice}")
            made.clicked.connect(lambda _, text=choice: self.chosen.emit(text))
            self._buttons.append(made)
            self._column.addWidget(made)
        self.show()

    def _clear(self) -> None:
        self._paused = None
        for old in self._buttons:
            self._column.removeWidget(old)
            old.deleteLater()
        self._buttons = []
        self.hide()
