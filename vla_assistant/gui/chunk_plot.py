"""The predicted action chunk as curves: seven named axes with their units over the time they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from vla_assistant.events import Acting, Event, Proposed, Resumed, RunEnded, Stopped, Withdrawn
from vla_assistant.gui.elements import label
from vla_assistant.gui.theme import Palette
from vla_assistant.types import ActionChunk

if TYPE_CHECKING:
    from vla_assistant.gui.curves import Curves

_EMPTY = "the next actions of the arm appear here"


class ChunkPlot(QFrame):
    """A card with the curves, which are made by `prepare` once the window stands, or when first needed."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setAccessibleName("Predicted actions")
        self._palette = palette
        self._curves: Curves | None = None
        self._about = label(_EMPTY, role="muted")
        header = QHBoxLayout()
        header.addWidget(label("Predicted actions", role="title"))
        header.addStretch(1)
        header.addWidget(self._about)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 6)
        self._column.setSpacing(4)
        self._column.addLayout(header)
        self._column.addStretch(1)
        self.setMinimumHeight(160)

    @property
    def about(self) -> str:
        """What the curves cover, in words."""
        return self._about.text()

    def prepare(self) -> Curves:
        """Make the plots if they are not there yet."""
        if self._curves is None:
            from vla_assistant.gui.curves import Curves

            self._curves = Curves(self._palette)
            self._column.addWidget(self._curves, 100)
        return self._curves

    def handle(self, event: Event) -> None:
        """Show the newest prediction; nothing when none is in force."""
        match event:
            case Proposed(proposal=proposal):
                self.show_chunk(proposal.first_chunk)
            case Acting(chunk=chunk):
                self.show_chunk(chunk)
            case Withdrawn() | Stopped() | Resumed() | RunEnded():
                self.show_chunk(None)

    def show_chunk(self, chunk: ActionChunk | None) -> None:
        """Draw a chunk; None empties the plots."""
        if chunk is None:
            self._about.setText(_EMPTY)
        else:
            count, step_s = len(chunk.actions), chunk.step_s
            self._about.setText(f"{count} actions of {step_s * 1000:.0f} ms: the next {count * step_s:.1f} s")
        if chunk is not None or self._curves is not None:
            self.prepare().show_chunk(chunk)

    def restyle(self, palette: Palette) -> None:
        """Use the colours of this palette."""
        self._palette = palette
        if self._curves is not None:
            self._curves.restyle(palette)
