"""What a training run minimises, and how its network is read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError
from vla_assistant.networks.compact import CompactVLA
from vla_assistant.networks.learnt import Learnt
from vla_assistant.networks.weights import load_weights, save_weights
from vla_assistant.train.batches import Batch
from vla_assistant.train.losses import total_loss
from vla_assistant.train.preset import LossWeights

State = Mapping[str, Tensor]
WEIGHTS_NAME = "compact.safetensors"


@runtime_checkable
class Trainable(Protocol):
    """What any network needs for the trainer: the loss of a batch, and its parts for the log."""

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, Tensor]]:
        """The number to be made small, and named parts of it."""
        ...


class Objective(nn.Module):
    """A network with its loss as `forward`, which is what processes average gradients of."""

    WEIGHTS_NAME = "weights.safetensors"

    def __init__(self, network: nn.Module, half_precision: bool = False) -> None:
        """`half_precision`: compute the loss in bfloat16 where that is safe (autocast)."""
        super().__init__()
        self.network, self._half_precision = network, half_precision

    def forward(self, batch: Any) -> tuple[Tensor, dict[str, Tensor]]:
        assert isinstance(self.network, Trainable)
        device = next(self.network.parameters()).device
        with torch.autocast(device.type, torch.bfloat16, enabled=self._half_precision):
            return self.network.loss(batch)

    def read(self, path: Path) -> State:
        """The state in a weights file that `write` made.

        Raises:
            WeightsError: It cannot be read.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return {name: value.float() for name, value in load_file(path).items()}
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"The weights {path} cannot be read ({error}).") from error

    def write(self, path: Path, state: State, card: Mapping[str, Any]) -> None:
        """Write a state as float16; what the card says travels along."""
        from safetensors.torch import save_file

        packed = {
            name: (value.half() if value.is_floating_point() else value).cpu().contiguous()
            for name, value in state.items()
        }
        header = {name: str(value) for name, value in card.items()}
        write_whole(path, lambda draft: save_file(packed, draft, metadata=header))


class CompactObjective(Objective):
    """The compact network, which computes its convolutions in half precision by itself."""

    WEIGHTS_NAME = WEIGHTS_NAME
    network: CompactVLA

    def __init__(self, network: CompactVLA, weights: LossWeights, learnt: Callable[[], Learnt]) -> None:
        """`learnt`: what the network can have learnt by now from its recordings."""
        super().__init__(network)
        self._weights, self._learnt = weights, learnt

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        output = self.network(batch.pictures, batch.state, batch.step, batch.queries)
        return total_loss(output, batch, self._weights)

    def read(self, path: Path) -> State:
        return load_weights(path).state_dict()

    def write(self, path: Path, state: State, card: Mapping[str, Any]) -> None:
        save_weights(path, self.network.config, state, card, self._learnt())
