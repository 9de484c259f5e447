"""Batches to where the network computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


def moved(batch: T, device: torch.device) -> T:
    """The batch with every tensor in it on the device; tuples, mappings and dataclasses are looked into."""
    if device.type == "cpu":
        return batch
    return _moved(batch, device)


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    if is_dataclass(value):
        parts = {field.name: _moved(getattr(value, field.name), device) for field in fields(value)}
        return type(value)(**parts)  # type: ignore[misc]
    if isinstance(value, Mapping):
        return {name: _moved(part, device) for name, part in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_moved(part, device) for part in value)
    return value
