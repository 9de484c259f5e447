"""The window's icons: our own SVG drawings from assets/icons, tinted with a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PyQt6.QtCore import QByteArray, QSize, Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap
from PyQt6.QtSvg import QSvgRenderer

from vla_assistant import paths

_SIZES = (16, 24, 48, 96)


@lru_cache(maxsize=128)
def icon(name: str, colour: str = "#000000") -> QIcon:
    """The icon `assets/icons/NAME.svg`, its `currentColor` replaced; an empty icon when the file is missing."""
    result = QIcon()
    for size in _SIZES:
        picture = pixmap(name, colour, size)
        if not picture.isNull():
            result.addPixmap(picture)
    return result


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """The same as a square picture of `size` pixels."""
    file = paths.assets() / "icons" / f"{name}.svg"
    if not file.is_file():
        return QPixmap()
    drawing = file.read_bytes().replace(b"currentColor", colour.encode())
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(drawing)).render(painter)
    painter.end()
    return picture
