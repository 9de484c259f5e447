"""One lamp for each part of the program: its state at a glance, the sentence behind it on hovering or clicking."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QToolTip, QWidget

from vla_assistant.events import Event, Part, PartChanged, PartState
from vla_assistant.gui.elements import dress
from vla_assistant.gui.theme import Palette

_NAMES = {
    Part.MICROPHONE: "Microphone",
    Part.RECOGNIZER: "Recognizer",
    Part.SPEAKER: "Voice",
    Part.CAMERA: "Camera",
    Part.POLICY: "Policy",
    Part.ARM: "Arm",
}
_ROLES = {
    PartState.OFF: "border",
    PartState.LOADING: "accent",
    PartState.READY: "good",
    PartState.WARNING: "warn",
    PartState.FAILED: "bad",
}
_WORDS = {
    PartState.OFF: "off",
    PartState.LOADING: "loading",
    PartState.READY: "ready",
    PartState.WARNING: "works with a limit",
    PartState.FAILED: "failed",
}


class PartLamps(QWidget):
    """A row of lamps."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._lamps = {part: Lamp(name, palette) for part, name in _NAMES.items()}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for lamp in self._lamps.values():
            row.addWidget(lamp)

    @property
    def lamps(self) -> dict[Part, Lamp]:
        """The lamps by part."""
        return dict(self._lamps)

    def handle(self, event: Event) -> None:
        """Follow the parts."""
        if isinstance(event, PartChanged) and event.part in self._lamps:
            self._lamps[event.part].show_state(event.state, event.detail, event.progress)

    def restyle(self, palette: Palette) -> None:
        """Use the colours of this palette."""
        for lamp in self._lamps.values():
            lamp.restyle(palette)


class Lamp(QToolButton):
    """A dot and a name; while a part loads, the dot fills like a pie and the share stands beside it."""

    def __init__(self, name: str, palette: Palette) -> None:
        super().__init__()
        self._name = name
        self._palette = palette
        self.state = PartState.OFF
        self._progress: float | None = None
        self.setProperty("kind", "lamp")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(12, 12))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._tell)
        self.show_state(PartState.OFF, "", None)

    def show_state(self, state: PartState, detail: str, progress: float | None) -> None:
        """Show what the part is doing."""
        self.state, self._progress = state, progress
        share = f" {progress:.0%}" if state is PartState.LOADING and progress is not None else ""
        self.setText(self._name + share)
        self.setToolTip(f"{self._name}: {_WORDS[state]}{share}" + (f"\n{detail}" if detail else ""))
        self.setAccessibleName(self.toolTip().replace("\n", ". "))
        dress(self, "state", str(state))
        self.restyle(self._palette)

    def restyle(self, palette: Palette) -> None:
        """Draw the dot in the colours of this palette."""
        self._palette = palette
        share = 1.0 if self.state is not PartState.LOADING else (self._progress or 0.0)
        self.setIcon(_dot(getattr(palette, _ROLES[self.state]), palette.border, share))

    def _tell(self) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, -48)), self.toolTip(), self)


def _dot(colour: str, ground: str, share: float) -> QIcon:
    """A disc of which `share` (0-1) is filled."""
    picture = QPixmap(24, 24)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawEllipse(3, 3, 18, 18)
    painter.setBrush(QColor(colour))
    painter.drawPie(3, 3, 18, 18, 90 * 16, -round(360 * 16 * max(share, 0.08)))
    painter.end()
    return QIcon(picture)
