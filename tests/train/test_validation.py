"""Recordings that come in while held-out episodes are measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from vla_assistant.train.loop import Options
from vla_assistant.train.preset import Schedule
from vla_assistant.train.trainer import VLATrainer


class Growing:
    """A source of one's own: the first validation says 1, and meanwhile a recording comes in on which it says 2."""

    def __init__(self) -> None:
        self.frames, self.held_out = 40, 10

    def draw(self, index: int) -> Tensor:
        return torch.ones(1, 1)

    def validation(self) -> Iterator[Tensor]:
        measured, self.held_out = self.held_out, 20
        yield torch.tensor([[measured / 10]])


class Fixed(nn.Module):
    """A network whose loss is the batch, whatever it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        return batch.mean() + 0 * self.weight, {}


def test_a_recording_that_comes_in_during_a_validation_counts_from_the_next_one_on(tmp_path: Path) -> None:
    schedule = Schedule(steps=3, validation_steps=1, log_steps=1)
    reports = list(VLATrainer(Fixed(), Growing(), Options(tmp_path), schedule=schedule).steps())
    assert [report.validation for report in reports] == [1.0, 2.0, 2.0]
    assert [report.best for report in reports] == [1.0, 2.0, 2.0]
