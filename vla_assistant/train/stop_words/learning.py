"""Learns the classifier from streams: a small network on windows of embeddings, in torch; saved as the shipped
weights are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vla_assistant.speech.stop_words.classifier import FORMAT, WINDOW
from vla_assistant.speech.stop_words.features import WIDTH
from vla_assistant.speech.stop_words.words import CLASSES
from vla_assistant.train.stop_words.streams import UNKNOWN, Labels
from vla_assistant.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor, nn

Features = tuple[FloatArray, Labels]
"""Of one stream: embeddings float32 (n, 96), and their classes int64 (n,)."""
_HIDDEN = (256, 96)
_DROPPED = 0.25
_NOISE = 0.25
"""Added to each normalised embedding: other voices differ from those that were heard."""
_BATCH = 512
_RATE = 2e-3
_HARD_SHARE = 0.5
"""Of the moments without a stop word: the half that the network finds hardest counts, most of the rest is silence."""


def windows(embeddings: FloatArray) -> FloatArray:
    """float32 (n - WINDOW + 1, WINDOW, 96), each with what came before."""
    return np.lib.stride_tricks.sliding_window_view(embeddings, WINDOW, axis=0).transpose(0, 2, 1)


class Learning:
    """A network being trained.

    Args:
        features: Of all streams to learn from.
        seed: Of the network's start and the order of the batches.
    """

    def __init__(self, features: Sequence[Features], seed: int = 0) -> None:
        import torch

        torch.manual_seed(seed)
        self._rng = np.random.default_rng(seed)
        inputs = np.concatenate([windows(values) for values, _ in features])
        labels = np.concatenate([classes[WINDOW - 1 :] for _, classes in features])
        known = labels != UNKNOWN
        self._inputs, self._labels = torch.from_numpy(inputs[known].astype(np.float16)), torch.from_numpy(labels[known])
        every = np.concatenate([values for values, _ in features])
        self.mean, self.scale = every.mean(axis=0), every.std(axis=0) + 1e-3
        self.network = _network()

    def epochs(self, count: int) -> Iterator[float]:
        """Train; yields the mean loss of each epoch."""
        import torch

        steps = count * (len(self._labels) // _BATCH)
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=_RATE, weight_decay=0.05)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
        for _ in range(count):
            losses = []
            self.network.train()
            order = self._rng.permutation(len(self._labels))
            for start in range(0, len(order) - _BATCH + 1, _BATCH):
                loss = self._loss(torch.from_numpy(order[start : start + _BATCH]))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            yield float(np.mean(losses))
        self.network.eval()

    def _loss(self, chosen: Tensor) -> Tensor:
        import torch
        from torch.nn.functional import cross_entropy

        inputs = self._normalised(self._inputs[chosen].float())
        inputs = inputs + _NOISE * torch.randn_like(inputs)
        labels = self._labels[chosen]
        losses = cross_entropy(self.network(inputs.flatten(1)), labels, reduction="none", label_smoothing=0.02)
        other = losses[labels == 0]
        hard = other.topk(max(1, int(_HARD_SHARE * len(other)))).values
        return torch.cat([losses[labels > 0], hard]).mean()

    def _normalised(self, inputs: Tensor) -> Tensor:
        import torch

        return (inputs - torch.from_numpy(self.mean)) / torch.from_numpy(self.scale)

    def save(self, file: Path, card: dict[str, str]) -> None:
        """Write the weights in half precision, with the words in the header."""
        from safetensors.numpy import save_file
        from torch import nn

        tensors: dict[str, Any] = {"mean": self.mean, "scale": self.scale}
        linear = [layer for layer in self.network if isinstance(layer, nn.Linear)]
        for index, layer in enumerate(linear):
            tensors[f"{index}.weight"] = layer.weight.detach().numpy()
            tensors[f"{index}.bias"] = layer.bias.detach().numpy()
        file.parent.mkdir(parents=True, exist_ok=True)
        header = {"format": FORMAT, "classes": ",".join(CLASSES)} | card
        save_file({name: np.ascontiguousarray(value, np.float16) for name, value in tensors.items()}, file, header)


def _network() -> nn.Sequential:
    from torch import nn

    sizes = (WINDOW * WIDTH, *_HIDDEN)
    layers: list[nn.Module] = []
    for width, following in pairwise(sizes):
        layers += [nn.Linear(width, following), nn.ReLU(), nn.Dropout(_DROPPED)]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], len(CLASSES)))
