"""Training only a part of a network: frozen towers, or small low-rank additions (LoRA) to linear layers.

Source: Hu et al. 2021, LoRA, arXiv:2106.09685; the additions are those of the package peft.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from vla_assistant.errors import BackendError, ConfigError
from vla_assistant.networks.compact import CompactVLA

COMPACT_PARTS = {
    "vision": ("trunks",),
    "language": ("colour", "shape", "skill", "direction"),
    "grounding": ("groundings", "locate"),
    "action": ("glance", "act"),
    "judgement": ("success",),
}
"""What the parts of the compact network are called; any module may be named as well."""


def freeze(network: nn.Module, names: Sequence[str]) -> None:
    """Keep these parts as they are: no gradient, no change of running statistics (see `keep_still`).

    Raises:
        ConfigError: The network has no part of such a name.
    """
    modules = dict(network.named_modules())
    known = COMPACT_PARTS if isinstance(network, CompactVLA) else {}
    for name in names:
        wanted = known.get(name, (name,))
        if name == "" or any(module not in modules for module in wanted):
            parts = ", ".join([*known, *(child for child, _ in network.named_children() if child not in known)])
            raise ConfigError(f"The network has no part {name!r} that could be frozen.", f"Its parts are {parts}.")
        for module in wanted:
            modules[module].requires_grad_(False)


def keep_still(network: nn.Module) -> None:
    """Put what has no trainable weight into evaluation mode, so that batch norm does not drift there either."""
    for module in network.modules():
        weights = list(module.parameters())
        if weights and not any(weight.requires_grad for weight in weights):
            module.eval()


def add_lora(network: nn.Module, rank: int, layers: Sequence[str] = ()) -> None:
    """Freeze the network and add matrices of this rank to its linear layers, in place.

    Args:
        network: Any network.
        rank: Width of the additions.
        layers: Names of linear layers, or of parts that contain them; all when empty.

    Raises:
        BackendError: peft is not installed.
        ConfigError: No linear layer has such a name.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        raise BackendError("LoRA needs the package peft.", "Install it: pip install peft.") from error
    linear = [name for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    chosen = [name for name in linear if not layers or any(f".{part}." in f".{name}." for part in layers)]
    if not chosen:
        raise ConfigError(f"No linear layer is called {', '.join(layers)}.", f"There are {', '.join(linear)}.")
    pattern = "|".join(name.replace(".", r"\.") for name in chosen)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=f"({pattern})", bias="none")
    inject_adapter_in_model(config, network)


@contextmanager
def additions_counted() -> Iterator[None]:
    """While it lasts, transformer layers in evaluation mode answer with what was added to their linear layers.

    Torch's fast path for `nn.TransformerEncoderLayer` takes `linear1.weight`, which in a layer of peft is the frozen
    weight alone, in place of calling the layer. Towers that are frozen are in evaluation mode in training too.
    """
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def plain_state(network: nn.Module) -> dict[str, Tensor]:
    """The state with all additions merged: that of an ordinary network."""
    if not any(".lora_" in name for name in network.state_dict()):
        return network.state_dict()
    from peft.tuners.lora import LoraLayer

    merged = copy.deepcopy(network)
    with torch.no_grad():
        for module in merged.modules():
            if isinstance(module, LoraLayer):
                module.merge()
    state = merged.state_dict()
    return {name.replace(".base_layer.", "."): value for name, value in state.items() if ".lora_" not in name}
