"""What is drawn on a camera picture: heat maps, markers and labels, from fractions of the picture to pixels."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from vla_assistant.types import FloatArray, Grounding, Reference, SeenThing

NAMED_COLOURS = ("#35d7ff", "#ffb52e", "#d59bff", "#8dff75")
"""One per named thing, in the order of the plan."""

_SEEN_COLOUR = "#ffffff"
_HEAT_OPACITY = 0.62
_UNSURE = 0.5


@dataclass(frozen=True)
class Mark:
    """A point (u right, v down, 0-1) with a label; `named` things are part of the plan, others are only seen."""

    u: float
    v: float
    label: str
    colour: str
    named: bool
    unsure: bool = False


@dataclass(frozen=True, eq=False)
class Heat:
    """A heat map as a translucent picture over the whole camera picture."""

    image: QImage


def marks_of(
    camera: str, groundings: Iterable[Grounding], seen: Iterable[SeenThing], gone: Collection[Reference] = ()
) -> tuple[Mark, ...]:
    """Marks for one camera: what the plan names, but for what has been moved away (`gone`), then what else is seen."""
    named = [
        Mark(g.point.u, g.point.v, f"{g.reference}  {g.point.confidence:.0%}", _colour(i), True,
             g.point.confidence < _UNSURE)
        for i, g in enumerate(groundings)
        if g.point.camera == camera and g.reference not in gone
    ]  # fmt: skip
    taken = [(mark.u, mark.v) for mark in named]
    other = [
        Mark(t.point.u, t.point.v, str(t.reference), _SEEN_COLOUR, False)
        for t in seen
        if t.point.camera == camera and not _near(t.point.u, t.point.v, taken)
    ]
    return (*named, *other)


def heats_of(camera: str, groundings: Iterable[Grounding]) -> tuple[Heat, ...]:
    """The heat maps of one camera in the colours of their marks."""
    return tuple(Heat(heat_image(g.heat, _colour(i))) for i, g in enumerate(groundings) if g.camera == camera)


def heat_image(heat: FloatArray, colour: str) -> QImage:
    """A heat map (h, w) as a picture in one colour whose opacity follows the heat; the hottest spot is the densest."""
    top = float(heat.max()) if heat.size else 0.0
    share = np.clip(heat / top, 0.0, 1.0) if top > 0 else np.zeros_like(heat)
    alpha = (share**0.7 * (share > 0.04) * _HEAT_OPACITY * 255).astype(np.uint32)
    tint = QColor(colour)
    red, green, blue = ((alpha * channel) // 255 for channel in (tint.red(), tint.green(), tint.blue()))
    pixels = np.ascontiguousarray((alpha << 24) | (red << 16) | (green << 8) | blue)
    height, width = pixels.shape
    view = QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return view.copy()


def draw(painter: QPainter, area: QRectF, heats: Iterable[Heat], marks: Iterable[Mark]) -> None:
    """Draw heat maps and marks on the picture that fills `area`."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    for heat in heats:
        painter.drawImage(area, heat.image)
    taken: list[QRectF] = []
    for mark in marks:
        spot = QPointF(area.left() + mark.u * area.width(), area.top() + mark.v * area.height())
        if mark.named:
            _ring(painter, spot, QColor(mark.colour), dashed=mark.unsure)
        else:
            _dot(painter, spot)
        _label(painter, area, spot, mark, taken)


def _ring(painter: QPainter, spot: QPointF, colour: QColor, dashed: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor(0, 0, 0, 170), 4.5), QPen(colour, 2.4)):
        if dashed:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawEllipse(spot, 13, 13)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(spot + QPointF(dx * 9, dy * 9), spot + QPointF(dx * 17, dy * 17))


def _dot(painter: QPainter, spot: QPointF) -> None:
    painter.setPen(QPen(QColor(0, 0, 0, 160), 1))
    painter.setBrush(QColor(255, 255, 255, 215))
    painter.drawEllipse(spot, 2.8, 2.8)


def _label(painter: QPainter, area: QRectF, spot: QPointF, mark: Mark, taken: list[QRectF]) -> None:
    font = painter.font()
    font.setPixelSize(13 if mark.named else 11)
    font.setBold(mark.named)
    painter.setFont(font)
    text = f"{mark.label}  unsure" if mark.unsure else mark.label
    box = _free_place(area, spot, QFontMetricsF(font).horizontalAdvance(text), mark.named, taken)
    taken.append(box)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(10, 14, 20, 215 if mark.named else 130))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(mark.colour))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _free_place(area: QRectF, spot: QPointF, width: float, named: bool, taken: list[QRectF]) -> QRectF:
    """A box for a label: below its spot or above it, further away while another label is in the way."""
    height, gap = (20.0, 20.0) if named else (16.0, 6.0)
    wide = width + 12
    left = min(max(spot.x() - wide / 2, area.left() + 2), area.right() - wide - 2)
    below = [spot.y() + gap + i * (height + 2) for i in range(3)]
    above = [spot.y() - gap - height - i * (height + 2) for i in range(3)]
    tops = [top for pair in zip(below, above, strict=True) for top in pair]
    boxes = [QRectF(left, top, wide, height) for top in tops]
    inside = [box for box in boxes if area.contains(box)] or boxes
    return next((box for box in inside if not any(box.intersects(other) for other in taken)), inside[0])


def _colour(index: int) -> str:
    return NAMED_COLOURS[index % len(NAMED_COLOURS)]


def _near(u: float, v: float, points: list[tuple[float, float]]) -> bool:
    return any((u - pu) ** 2 + (v - pv) ** 2 < 0.04**2 for pu, pv in points)
