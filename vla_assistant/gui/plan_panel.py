"""The plan as steps with their state, and above them how the command stands."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vla_assistant.gui.elements import bar, dress, label
from vla_assistant.gui.icons import pixmap
from vla_assistant.gui.progress import Phase, Progress, StepRow, StepState
from vla_assistant.gui.theme import Palette
from vla_assistant.gui.words import sentence, step_text
from vla_assistant.types import Outcome, Result

_ICONS = {
    StepState.WAITING: ("waiting", "muted"),
    StepState.RUNNING: ("running", "accent"),
    StepState.RETRYING: ("retry", "warn"),
    StepState.DONE: ("check", "good"),
    StepState.FAILED: ("cross", "bad"),
    StepState.STOPPED: ("stop", "bad"),
}
_HEADLINES = {
    Phase.EMPTY: "No plan yet",
    Phase.PLANNING: "Looking at the table ...",
    Phase.PROPOSED: "Waits for your yes",
    Phase.RUNNING: "Working",
}
_RESULTS = {
    Result.DONE: ("Done", "good"),
    Result.FAILED: ("Not done", "bad"),
    Result.CANCELLED: ("Cancelled", ""),
    Result.STOPPED: ("Stopped", "bad"),
    Result.REFUSED: ("Refused", "warn"),
    Result.ASKED: ("A question first", "warn"),
}


class PlanPanel(QFrame):
    """Draws a Progress."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._palette = palette
        self._progress = Progress()
        self._rows: list[StepWidget] = []
        self._headline = label(role="muted")
        header = QHBoxLayout()
        header.addWidget(label("Plan", role="title"))
        header.addStretch(1)
        header.addWidget(self._headline)
        self._summary = label(wrap=True)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addLayout(header)
        column.addWidget(self._summary)
        column.addLayout(self._steps)
        column.addStretch(1)
        self.show_progress(self._progress)

    @property
    def rows(self) -> list[StepWidget]:
        """The steps shown, in order."""
        return list(self._rows)

    @property
    def headline(self) -> str:
        """How the command stands, in a few words."""
        return self._headline.text()

    def restyle(self, palette: Palette) -> None:
        """Draw the icons in other colours."""
        self._palette = palette
        self.show_progress(self._progress)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the command is."""
        self._progress = progress
        self._show_headline(progress)
        self._summary.setText(_summary(progress))
        self._summary.setVisible(bool(self._summary.text()))
        while len(self._rows) > len(progress.rows):
            last = self._rows.pop()
            self._steps.removeWidget(last)
            last.deleteLater()
        while len(self._rows) < len(progress.rows):
            self._rows.append(StepWidget())
            self._steps.addWidget(self._rows[-1])
        for number, (widget, row) in enumerate(zip(self._rows, progress.rows, strict=True), start=1):
            widget.show_row(number, row, self._palette)

    def _show_headline(self, progress: Progress) -> None:
        text, tone = _HEADLINES.get(progress.phase, progress.note or "Ended"), ""
        if progress.paused:
            text, tone = "Paused", "warn"
        if progress.outcome is not None:
            text, tone = _RESULTS[progress.outcome.result]
        self._headline.setText(text)
        dress(self._headline, "tone", tone)


class StepWidget(QWidget):
    """One step: icon, text, attempt or evidence, and a bar while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = QLabel()
        self._icon.setFixedSize(20, 20)
        self._text = label(wrap=True)
        self._detail = label(role="muted", wrap=True)
        self._bar = bar(100)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._icon, 0, 0)
        grid.addWidget(self._text, 0, 1)
        grid.addWidget(self._bar, 1, 1)
        grid.addWidget(self._detail, 2, 1)
        grid.setColumnStretch(1, 1)
        self.state = StepState.WAITING

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def detail(self) -> str:
        return self._detail.text()

    def show_row(self, number: int, row: StepRow, palette: Palette) -> None:
        """Show one step of the plan."""
        self.state = row.state
        name, role = _ICONS[row.state]
        self._icon.setPixmap(pixmap(name, getattr(palette, role), 20))
        text = step_text(row.step, row.language)
        self._text.setText(f"{number}.  {text}")
        self._bar.setVisible(row.active)
        self._bar.setValue(round(row.progress * 100))
        self._detail.setText(_detail(row))
        self._detail.setVisible(bool(self._detail.text()))
        self.setAccessibleName(f"Step {number}: {text}, {row.state}. {self._detail.text()}")


def _detail(row: StepRow) -> str:
    attempt = f"attempt {row.attempt}" if row.attempt > 1 else ""
    return sentence(", ".join(part for part in (attempt, row.evidence) if part))


def _summary(progress: Progress) -> str:
    if progress.phase is Phase.EMPTY:
        return "What you ask for appears here as steps before anything moves."
    outcome: Outcome | None = progress.outcome
    return sentence(outcome.reason) if outcome is not None else ""
