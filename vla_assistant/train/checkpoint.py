"""Training state on disk, as safetensors: a run that was stopped goes on exactly where it was."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError

NAME = "checkpoint.safetensors"
_TRAINED = "trained"


@dataclass
class Progress:
    """Where the run is, over all sessions.

    Attributes:
        step: Optimizer steps made.
        frames: Frames seen.
        seconds: Time spent.
        best: Best score of a validation so far, the smaller the better.
        waited: Validations since then.
        held_out: Frames that validations measured then; 0 when that does not matter or is unknown.
    """

    step: int = 0
    frames: int = 0
    seconds: float = 0.0
    best: float = math.inf
    waited: int = 0
    held_out: int = 0


def save_checkpoint(
    folder: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write everything that `load_checkpoint` needs; the file appears whole."""
    from safetensors.torch import save_file

    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items()}
    header = {name: repr(value) for name, value in vars(progress).items()} | {_TRAINED: json.dumps(_trained(network))}
    packed = {name: value.detach().clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / NAME, lambda draft: save_file(packed, draft, metadata=header))


def load_checkpoint(
    folder: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer | None
) -> Progress | None:
    """Put the saved state back; None when there is none. Without an optimizer only the networks are loaded.

    Raises:
        WeightsError: The checkpoint is damaged or of another network, or other parts of it were trained.
    """
    from safetensors import SafetensorError, safe_open

    path = folder / NAME
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        network.load_state_dict(_under(tensors, "network."))
        average.load_state_dict(_under(tensors, "average."))
        if optimizer is not None:
            _require_same(path, header.get(_TRAINED), network)
            _load_optimizer(optimizer, _under(tensors, "optimizer."))
        return _progress(header)
    except (SafetensorError, RuntimeError, LookupError, ValueError) as error:
        raise WeightsError(
            f"The checkpoint {path} cannot be continued from ({str(error).splitlines()[0]}).",
            "It is damaged or of another preset; train into an empty folder.",
        ) from error


def steps_made(folder: Path) -> int | None:
    """How far the run in this folder is; None when there is none that `load_checkpoint` could continue."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / NAME, framework="pt") as file:
            return int(file.metadata()["step"])
    except (SafetensorError, OSError, LookupError, ValueError):
        return None


def _trained(network: nn.Module) -> list[str]:
    """Names of the parameters that are not frozen; the optimizer's state is numbered in their order."""
    return [name for name, weight in network.named_parameters() if weight.requires_grad]


def _require_same(path: Path, before: str | None, network: nn.Module) -> None:
    """Raises WeightsError when other parameters are trained than those of the checkpoint, if it names them."""
    if before is not None and json.loads(before) != _trained(network):
        raise WeightsError(
            f"The checkpoint {path} cannot be continued from: other parts of the network were trained until now.",
            "Name the same --freeze as before; to train other parts, --start-from this run with another --out.",
        )


def _progress(header: dict[str, str]) -> Progress:
    whole = {name: int(header[name]) for name in ("step", "frames", "waited", "held_out") if name in header}
    progress = Progress(**whole)
    progress.seconds, progress.best = float(header["seconds"]), float(header.get("best", "inf"))
    return progress


def read_average(folder: Path) -> dict[str, Tensor]:
    """The averaged weights of the run in this folder.

    Raises:
        WeightsError: There is no run, or its checkpoint is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return _under(load_file(folder / NAME), "average.")
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"There is no run in {folder} to start from ({error}).", "Name the folder of a run, or a weights file."
        ) from error


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Moments take the memory layout of their parameter: the fused step pairs them element by element in memory."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    states: dict[int, dict[str, Any]] = {}
    for name, value in tensors.items():
        index, _, field = name.partition(".")
        like = parameters[int(index)]
        laid_out = torch.empty_like(like).copy_(value) if value.shape == like.shape else value
        states.setdefault(int(index), {})[field] = laid_out
    optimizer.load_state_dict(optimizer.state_dict() | {"state": states})
