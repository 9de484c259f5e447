"""The large stop, always live, and the resume beside it that lights up once the stop has latched."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from vla_assistant.events import Event, Resumed, Stopped
from vla_assistant.gui.elements import button, dress, label
from vla_assistant.gui.icons import icon
from vla_assistant.gui.theme import Palette


class StopBar(QWidget):
    """Stop acts when the mouse goes down, not when it comes up, and calls the assistant directly."""

    def __init__(self, palette: Palette, stop: Callable[[], None], resume: Callable[[], None]) -> None:
        super().__init__()
        self._stop = stop
        self._latched = False
        self.stop_button = button("STOP", "Stop the arm")
        self.stop_button.setObjectName("stop")
        self.stop_button.setToolTip("Stop the arm at once: a click here, the Space key, or the word “stop”")
        self.stop_button.setMinimumSize(200, 84)
        self.stop_button.setIconSize(QSize(32, 32))
        self.stop_button.pressed.connect(self._stop)
        self.resume_button = button("Resume", "Resume after a stop")
        self.resume_button.setObjectName("resume")
        self.resume_button.setToolTip("Clears the stop. Nothing moves by that.")
        self.resume_button.clicked.connect(resume)
        self.resume_button.setMinimumWidth(112)
        self._words = label("Space stops the arm", role="muted")
        for each in (self.stop_button, self.resume_button):
            each.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.stop_button, 0, 0)
        grid.addWidget(self.resume_button, 0, 1)
        grid.addWidget(self._words, 1, 0, 1, 2, Qt.AlignmentFlag.AlignCenter)
        self.restyle(palette)
        self.show_latched(False)

    @property
    def words(self) -> str:
        """What stands under the buttons."""
        return self._words.text()

    @property
    def latched(self) -> bool:
        """The arm is stopped and stays so until resume."""
        return self._latched

    def restyle(self, palette: Palette) -> None:
        """Draw the icons in the colours of another palette."""
        self._palette = palette
        self.stop_button.setIcon(icon("stop", palette.on_stop))
        self.resume_button.setIcon(icon("resume", palette.on_good if self._latched else palette.muted))

    def handle(self, event: Event) -> None:
        """Follow the latch."""
        match event:
            case Stopped(still=still):
                self.show_latched(True)
                self._words.setText("Stopped: the arm stands still" if still else "Stopping ...")
            case Resumed():
                self.show_latched(False)

    def show_latched(self, latched: bool) -> None:
        """Make resume prominent while the stop is latched, and dead otherwise."""
        if latched == self._latched and self.resume_button.isEnabled() == latched:
            return
        self._latched = latched
        self.resume_button.setEnabled(latched)
        dress(self.resume_button, "latched", latched)
        self._words.setText("Stopped" if latched else "Space stops the arm")
        self.restyle(self._palette)
