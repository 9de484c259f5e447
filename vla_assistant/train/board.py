"""Curves for TensorBoard, when it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"


class Board:
    """Draws the figures of a run; without a writer it draws nothing."""

    def __init__(self, writer: SummaryWriter | None = None) -> None:
        self._writer = writer

    def add(self, step: int, figures: Mapping[str, float]) -> None:
        """One point of each curve."""
        if self._writer is not None:
            for name, value in figures.items():
                self._writer.add_scalar(name, value, step)
            self._writer.flush()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def is_installed() -> bool:
    """Whether curves can be drawn."""
    return find_spec("tensorboard") is not None


def open_board(out: Path, wanted: bool, step: int) -> Board:
    """The curves of the run in `out`; points after `step`, which a kill undid, are hidden."""
    if not (wanted and is_installed()):
        return Board()
    from torch.utils.tensorboard import SummaryWriter

    return Board(SummaryWriter(str(out / FOLDER), purge_step=step))
