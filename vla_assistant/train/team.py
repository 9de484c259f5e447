"""The processes that train together: one by itself, or as many as `accelerate launch` or `torchrun` has started.

Each draws its own part of a batch; gradients are averaged between them, so that all hold the same weights all the time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import torch
from torch import nn

from vla_assistant.errors import BackendError

if TYPE_CHECKING:
    from accelerate import Accelerator

LONGEST_WAIT = timedelta(hours=12)
"""The others wait that long while the first process decodes videos or judges weights by simulated commands; by torch's
own measure, 10 minutes between GPUs and 30 between CPUs, they would end the run."""


class Team:
    """One process by itself.

    Attributes:
        rank: Number of this process; the first one, 0, writes the files.
        count: How many there are.
        here: How many of them share this machine.
        device: Where this process computes.
    """

    rank = 0
    count = 1
    here = 1

    def __init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network with its gradients averaged over all processes."""
        return network

    def mean(self, values: Sequence[float]) -> list[float]:
        """Mean over all processes of each value."""
        return list(values)

    def first(self, value: float) -> float:
        """The first process's value, in all of them."""
        return value

    def wait(self) -> None:
        """Until all are here."""

    def leave(self) -> None:
        """The work is done."""


class LaunchedTeam(Team):
    """Several processes, connected by accelerate."""

    def __init__(self, accelerator: Accelerator) -> None:
        self._accelerator = accelerator
        self.rank, self.count = accelerator.process_index, accelerator.num_processes
        self.here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        self.device = accelerator.device if accelerator.device.type != "cpu" else torch.device("cpu")

    def wrap(self, network: nn.Module) -> nn.Module:
        wrapped = self._accelerator.prepare(network)
        assert isinstance(wrapped, nn.Module)
        return wrapped

    def mean(self, values: Sequence[float]) -> list[float]:
        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        total: list[float] = self._accelerator.reduce(tensor, "mean").tolist()
        return total

    def first(self, value: float) -> float:
        from accelerate.utils import broadcast

        tensor = torch.tensor([value], dtype=torch.float64, device=self.device)
        return float(broadcast(tensor).item())

    def wait(self) -> None:
        self._accelerator.wait_for_everyone()

    def leave(self) -> None:
        self._accelerator.end_training()


def join_team(partial: bool = False) -> Team:
    """The processes that were launched together with this one.

    Args:
        partial: A step may leave weights of the network unused.

    Raises:
        BackendError: There are several, and accelerate is not installed.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return Team()
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs, InitProcessGroupKwargs
    except ImportError as error:
        raise BackendError(
            "Training in several processes needs the package accelerate.", "Install it: pip install accelerate."
        ) from error
    unused = DistributedDataParallelKwargs(find_unused_parameters=partial)
    patient = InitProcessGroupKwargs(timeout=LONGEST_WAIT)
    return LaunchedTeam(Accelerator(cpu=not torch.cuda.is_available(), kwargs_handlers=[unused, patient]))
