"""What a run says of itself: a line of its log every some steps, and curves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import Tensor

from vla_assistant.data.files import write_text_whole
from vla_assistant.train.board import Board
from vla_assistant.train.checkpoint import Progress
from vla_assistant.train.preset import Schedule
from vla_assistant.train.team import Team

LOG_NAME = "train.jsonl"


@dataclass(frozen=True)
class TrainProgress:
    """How far a run is, and the mean loss since the last report.

    Attributes:
        share: Of the run that lies behind, 0-1.
        dataset_frames: Frames that can be drawn at present.
        parts: Parts of the loss.
        validation: Latest loss on held-out episodes; None before the first.
        best: Best score so far, the smaller the better; None before the first.
        seconds: Training time over all sessions; `seconds_left` is an estimate.
    """

    step: int
    share: float
    frames_seen: int
    dataset_frames: int
    loss: float
    parts: dict[str, float]
    validation: float | None
    best: float | None
    frames_per_s: float
    learning_rate: float
    seconds: float
    seconds_left: float

    def __str__(self) -> str:
        parts = " ".join(f"{name} {value:.3f}" for name, value in self.parts.items())
        checked = "" if self.validation is None else f"validation {self.validation:.3f}  "
        return (
            f"{100 * self.share:5.1f} %  step {self.step}  loss {self.loss:.3f}  {checked}{parts}  "
            f"{self.frames_per_s:.0f} frames/s  {self.dataset_frames} recorded  {self.seconds_left / 60:.0f} min left"
        )


class Journal:
    """Adds up losses, and writes them into the log and the curves."""

    def __init__(
        self, out: Path, schedule: Schedule, progress: Progress, team: Team, board: Board, clock: Callable[[], float]
    ) -> None:
        self._out, self._schedule, self._progress, self._team = out, schedule, progress, team
        self._board, self._clock = board, clock
        if team.is_first:
            out.mkdir(parents=True, exist_ok=True)
            forget_after(out / LOG_NAME, progress.step)
        self._clear()

    def _clear(self) -> None:
        self.count, self._since = 0, self._clock()
        self._sums: dict[str, Tensor | float] = {}

    def add(self, loss: Tensor, parts: Mapping[str, Tensor]) -> None:
        """One step; nothing is read back from the device yet."""
        self.count += 1
        for name, value in {"loss": loss, **parts}.items():
            self._sums[name] = self._sums.get(name, 0.0) + value.detach()

    def write(self, share: float, rate: float, frames: int, validation: float | None) -> TrainProgress:
        """The report of what was added since the last one, written down by the first process."""
        made = self._make(share, rate, frames, validation)
        if self._team.is_first:
            with (self._out / LOG_NAME).open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(made)) + "\n")
        self._board.add(made.step, _figures(made))
        self._clear()
        return made

    def _make(self, share: float, rate: float, frames: int, validation: float | None) -> TrainProgress:
        progress, elapsed = self._progress, max(self._clock() - self._since, 1e-6)
        means = self._team.mean([float(total) / self.count for total in self._sums.values()])
        parts = {name: round(mean, 4) for name, mean in zip(self._sums, means, strict=True)}
        return TrainProgress(
            step=progress.step,
            share=round(min(share, 1.0), 4),
            frames_seen=progress.frames,
            dataset_frames=frames,
            loss=parts.pop("loss"),
            parts=parts,
            validation=None if validation is None else round(validation, 4),
            best=None if progress.best == float("inf") else round(progress.best, 4),
            frames_per_s=round(self.count * self._schedule.batch / elapsed, 1),
            learning_rate=rate,
            seconds=round(progress.seconds, 1),
            seconds_left=round(progress.seconds * (1 - min(share, 1.0)) / share, 1) if share > 0 else 0.0,
        )


def _figures(progress: TrainProgress) -> dict[str, float]:
    """What is drawn as curves."""
    figures = {f"loss/{name}": value for name, value in progress.parts.items()}
    figures |= {"loss/total": progress.loss, "learning_rate": progress.learning_rate}
    figures["frames_per_s"] = progress.frames_per_s
    further = {"loss/validation": progress.validation, "best": progress.best}
    return figures | {name: value for name, value in further.items() if value is not None}


def forget_after(path: Path, step: int) -> None:
    """Take lines of steps that a kill undid out of a log: they come again."""
    if not path.is_file():
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
    if kept != lines:
        write_text_whole(path, "".join(kept))
