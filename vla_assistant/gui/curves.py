"""Three small plots side by side for the curves of an action chunk.

This file imports pyqtgraph, which takes a third of a second; `chunk_plot` reads it when the window stands already.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QWidget

from vla_assistant.gui.theme import Palette
from vla_assistant.types import ActionChunk


@dataclass(frozen=True)
class Axis:
    """One curve: column of the chunk, name in the legend, factor into the unit shown, colours for light and dark."""

    column: int
    name: str
    scale: float
    colours: tuple[str, str]


@dataclass(frozen=True)
class Group:
    """Curves of one unit, drawn together; `least` is the smallest range shown, so that noise does not fill the plot."""

    title: str
    axes: tuple[Axis, ...]
    least: tuple[float, float]


_RED, _GREEN, _BLUE = ("#c2272d", "#ff8078"), ("#1c7c45", "#5fd694"), ("#1f5fd0", "#7ab0ff")
_DEGREES = 180 / np.pi
GROUPS = (
    Group("Move [mm]", (Axis(0, "dx", 1000, _RED), Axis(1, "dy", 1000, _GREEN), Axis(2, "dz", 1000, _BLUE)), (-5, 5)),
    Group("Turn [°]", (Axis(3, "rx", _DEGREES, _RED), Axis(4, "ry", _DEGREES, _GREEN), Axis(5, "rz", _DEGREES, _BLUE)),
          (-2, 2)),
    Group("Gripper [% open]", (Axis(6, "gripper", 100, ("#8a5300", "#f2b85a")),), (0, 100)),
)  # fmt: skip


class Curves(QWidget):
    """Displacements, rotations, gripper; one value for each action of the chunk."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._plots = [_plot() for _ in GROUPS]
        self._curves = {
            axis.name: _curve(plot) for plot, group in zip(self._plots, GROUPS, strict=True) for axis in group.axes
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for plot, group in zip(self._plots, GROUPS, strict=True):
            row.addWidget(plot, 1)
            _frame(plot, group.least, 1.0)
        self.restyle(palette)

    def values(self, name: str) -> np.ndarray | None:
        """The values shown for one axis, in its unit."""
        return self._curves[name].getData()[1]

    def show_chunk(self, chunk: ActionChunk | None) -> None:
        """Draw the actions as steps over time [s]; None empties the plots."""
        if chunk is None:
            for curve in self._curves.values():
                curve.setData([], [])
            return
        times = np.arange(len(chunk.actions) + 1) * chunk.step_s
        for plot, group in zip(self._plots, GROUPS, strict=True):
            values = [chunk.actions[:, axis.column] * axis.scale for axis in group.axes]
            for axis, value in zip(group.axes, values, strict=True):
                self._curves[axis.name].setData(times, value)
            low = min(group.least[0], *(float(v.min()) for v in values))
            high = max(group.least[1], *(float(v.max()) for v in values))
            _frame(plot, (low, high), float(times[-1]))

    def restyle(self, palette: Palette) -> None:
        """Use the colours of this palette."""
        dark = int(_is_dark(palette))
        for plot, group in zip(self._plots, GROUPS, strict=True):
            plot.setBackground(palette.surface)
            legend = [f'<span style="color:{axis.colours[dark]}">&#9644; {axis.name}</span>' for axis in group.axes]
            title = f'<span style="color:{palette.text}">{group.title}</span>'
            plot.setTitle("&nbsp; ".join([title, *legend]), size="9pt", bold=False)
            for side in ("left", "bottom"):
                axis_item = plot.getAxis(side)
                axis_item.setPen(pg.mkPen(palette.border))
                axis_item.setTextPen(pg.mkPen(palette.muted))
            for axis in group.axes:
                self._curves[axis.name].setPen(pg.mkPen(axis.colours[dark], width=2))


class SecondsAxis(pg.AxisItem):
    """Ticks that carry their unit, so that no label below takes room from the curves."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{text} s" for text in super().tickStrings(values, scale, spacing)]


def _plot() -> pg.PlotWidget:
    """A plot that only shows: no mouse, no menu."""
    plot = pg.PlotWidget(axisItems={"bottom": SecondsAxis("bottom")})
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.showGrid(x=False, y=True, alpha=0.25)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setMinimumHeight(110)
    plot.setFrameShape(QFrame.Shape.NoFrame)
    plot.getAxis("left").setWidth(34)
    plot.getPlotItem().layout.setContentsMargins(0, 0, 4, 0)
    return plot


def _frame(plot: pg.PlotWidget, values: tuple[float, float], seconds: float) -> None:
    """Show this range of values over this time."""
    plot.setYRange(*values, padding=0.08)
    plot.setXRange(0.0, seconds, padding=0.0)


def _curve(plot: pg.PlotWidget) -> pg.PlotDataItem:
    curve = pg.PlotDataItem(stepMode="center", connect="finite", antialias=True)
    plot.addItem(curve)
    return curve


def _is_dark(palette: Palette) -> bool:
    return int(palette.surface[1:3], 16) < 128
