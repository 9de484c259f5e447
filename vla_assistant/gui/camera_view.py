"""One camera picture with what is drawn on it, and a plain warning when the picture is old."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from vla_assistant.gui import overlay
from vla_assistant.gui.theme import PICTURE_BACKGROUND
from vla_assistant.types import Frame

STALE_S = 1.0
_RADIUS = 8.0


class CameraView(QWidget):
    """Shows the newest frame of one camera as large as it fits, and its age."""

    clicked = pyqtSignal(str)

    def __init__(self, camera: str, now: Callable[[], float]) -> None:
        super().__init__()
        self.camera = camera
        self._now = now
        self._frame: Frame | None = None
        self._picture: QImage | None = None
        self._badge = ""
        self._heats: tuple[overlay.Heat, ...] = ()
        self._marks: tuple[overlay.Mark, ...] = ()
        self.setMinimumSize(96, 72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"Picture of the {camera} camera")

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    @property
    def frame_id(self) -> int | None:
        """Of the frame shown."""
        return None if self._frame is None else self._frame.id

    @property
    def marks(self) -> tuple[overlay.Mark, ...]:
        """What is marked on the picture."""
        return self._marks

    @property
    def age_s(self) -> float | None:
        """Age of the frame shown [s]; None before the first."""
        return None if self._frame is None else max(0.0, self._now() - self._frame.time_s)

    @property
    def proportion(self) -> float:
        """Width of the picture by its height."""
        return 4 / 3 if self._picture is None else self._picture.width() / self._picture.height()

    @property
    def stale(self) -> bool:
        """The picture is too old to be trusted."""
        return self.age_s is not None and self.age_s > STALE_S

    def show_frame(self, frame: Frame | None) -> None:
        """Show this frame when it is new; the pixels are copied, so the camera may reuse its buffer."""
        if frame is not None and (self._frame is None or frame.id != self._frame.id):
            self._frame = frame
            self._picture = _to_image(frame.image)
            self.update()
        badge = self._badge_text()
        if badge != self._badge:
            self._badge = badge
            self.update()

    def show_marks(self, heats: tuple[overlay.Heat, ...], marks: tuple[overlay.Mark, ...]) -> None:
        """Draw these over the picture from now on."""
        self._heats, self._marks = heats, marks
        self.update()

    def _badge_text(self) -> str:
        age = self.age_s
        if age is None:
            return f"{self.camera} · no picture yet"
        if age > STALE_S:
            return f"{self.camera} · {age:.0f} s old"
        return f"{self.camera} · {max(50, round(age * 20) * 50)} ms"

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = self._picture_area()
        shape = QPainterPath()
        shape.addRoundedRect(area, _RADIUS, _RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(area, QColor(PICTURE_BACKGROUND))
        if self._picture is not None:
            painter.drawImage(area, self._picture)
            overlay.draw(painter, area, self._heats, self._marks)
        if self.stale:
            painter.fillRect(area, QColor(13, 17, 23, 120))
        self._draw_badge(painter, area)
        painter.end()

    def _picture_area(self) -> QRectF:
        """The largest rectangle of the picture's proportions inside the widget, at its upper left."""
        height = min(self.height(), self.width() / self.proportion)
        return QRectF(0, 0, height * self.proportion, height)

    def _draw_badge(self, painter: QPainter, area: QRectF) -> None:
        font = painter.font()
        font.setBold(self.stale)
        font.setPixelSize(13 if self.stale else 11)
        painter.setFont(font)
        box = painter.boundingRect(area, 0, self._badge_text()).adjusted(0, 0, 16, 8)
        box.moveTopLeft(area.topLeft() + QPointF(8, 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#f2b85a") if self.stale else QColor(10, 14, 20, 170))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor("#1b1200") if self.stale else QColor("#e8edf4"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._badge_text())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.clicked.emit(self.camera)


def _to_image(pixels: np.ndarray) -> QImage:
    """An own copy of an RGB picture (h, w, 3) as a QImage."""
    height, width, _ = pixels.shape
    rows = np.ascontiguousarray(pixels)
    return QImage(rows.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
