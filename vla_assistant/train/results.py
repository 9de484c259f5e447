"""What a run leaves behind: its weights, the best ones so far, and the checkpoint from which it goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from vla_assistant.train.adaptation import plain_state
from vla_assistant.train.checkpoint import Progress, save_checkpoint
from vla_assistant.train.objective import Objective
from vla_assistant.train.team import Team

BEST_NAME = "best.safetensors"
CANDIDATE_NAME = ".candidate.safetensors"

Score = Callable[[Path], float]
"""Judges a weights file; the smaller the better."""


class Results:
    """Writes into the folder of a run; of several processes only the first does."""

    def __init__(
        self, out: Path, preset: str, objective: Objective, average: Objective,
        optimizer: torch.optim.Optimizer, progress: Progress, team: Team,
    ) -> None:  # fmt: skip
        self._out, self._preset = out, preset
        self._objective, self._average, self._optimizer = objective, average, optimizer
        self._progress, self._team = progress, team

    def save(self) -> None:
        """Checkpoint and averaged weights as they are now."""
        if self._team.is_first:
            networks = self._objective.network, self._average.network
            save_checkpoint(self._out, *networks, self._optimizer, self._progress)
            self._write(self._out / self._objective.WEIGHTS_NAME)

    def judge(self, validation: float | None, score: Score | None, held_out: int = 0) -> None:
        """Keep the averaged weights if they are the best so far: by `score`, else by the loss of the validation.

        Losses on other held-out episodes, of which there are so many frames now, say nothing about this one.
        """
        if validation is None and score is None:
            return
        candidate = self._out / CANDIDATE_NAME
        value = validation
        if self._team.is_first:
            self._write(candidate)
        if score is None:
            self._begin_anew_if_other(held_out)
        else:
            value = self._team.first(score(candidate) if self._team.is_first else 0.0)
        is_best = value is not None and value < self._progress.best
        if is_best:
            assert value is not None
            self._progress.best, self._progress.waited = value, 0
        elif value is not None:
            self._progress.waited += 1
        if self._team.is_first and is_best:
            candidate.replace(self._out / BEST_NAME)
        elif self._team.is_first:
            candidate.unlink()

    def _begin_anew_if_other(self, held_out: int) -> None:
        """In all processes at once, though the first may have seen new recordings before the others."""
        progress, held_out = self._progress, round(self._team.first(held_out))
        if progress.held_out and held_out != progress.held_out:
            progress.best, progress.waited = math.inf, 0
        progress.held_out = held_out

    def _write(self, path: Path) -> None:
        self._average.write(path, plain_state(self._average.network), self._card())

    def _card(self) -> dict[str, Any]:
        progress = self._progress
        card = {"preset": self._preset, "steps": progress.step, "frames": progress.frames}
        return card | {"minutes": round(progress.seconds / 60), "processes": self._team.count}
