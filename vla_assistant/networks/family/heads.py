"""Heads: what is read from the fused feature, and what each is trained towards.

Actions are normal numbers in about [-1, 1] as `networks.senses.normal_action` makes them; the gripper is the last.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.networks.family.config import ActionConfig, PlanConfig
from vla_assistant.types import ACTION_WIDTH

TIME_WAVES = 32


class ActionHead(nn.Module):
    """Base of the action heads."""

    def loss(self, feature: Tensor, actions: Tensor, weight: Tensor) -> Tensor:
        """From feature (b, w), wanted actions (b, horizon, 7) and how much each counts (b, horizon), 0 for unknown."""
        raise NotImplementedError

    def forward(self, feature: Tensor, seed: int = 0) -> Tensor:
        """Feature (b, w) -> actions (b, horizon, 7); the same seed gives the same actions."""
        raise NotImplementedError


class Regression(ActionHead):
    """The whole chunk at once, by L1 or MSE. Source: Kim et al. 2025 (OpenVLA-OFT), arXiv:2502.19645."""

    def __init__(self, width: int, config: ActionConfig) -> None:
        super().__init__()
        self.squared = config.kind == "mse"
        self.out = nn.Sequential(_mlp(width, config.hidden, config.horizon * ACTION_WIDTH), _Chunk())

    def loss(self, feature: Tensor, actions: Tensor, weight: Tensor) -> Tensor:
        """See `ActionHead`."""
        error = self.out(feature) - actions.nan_to_num()
        return weighted((error**2 if self.squared else error.abs()).mean(-1), weight)

    def forward(self, feature: Tensor, seed: int = 0) -> Tensor:
        """See `ActionHead`."""
        actions: Tensor = self.out(feature)
        return actions


class Flow(ActionHead):
    """Conditional flow matching: a velocity that carries noise (t = 0) to actions (t = 1) in Euler steps.

    Source: Lipman et al. 2023, arXiv:2210.02747; for actions: Black et al. 2024 (pi0), arXiv:2410.24164.
    """

    def __init__(self, width: int, config: ActionConfig) -> None:
        super().__init__()
        self.steps, self.horizon = config.euler_steps, config.horizon
        chunk = config.horizon * ACTION_WIDTH
        self.velocity = nn.Sequential(_mlp(width + chunk + 2 * TIME_WAVES, config.hidden, chunk), _Chunk())

    def loss(self, feature: Tensor, actions: Tensor, weight: Tensor) -> Tensor:
        """See `ActionHead`; noise and time are drawn anew."""
        actions = actions.nan_to_num()
        noise, time = torch.randn_like(actions), torch.rand(len(actions), device=actions.device)
        between = torch.lerp(noise, actions, time[:, None, None])
        error = self._at(feature, between, time) - (actions - noise)
        return weighted((error**2).mean(-1), weight)

    def forward(self, feature: Tensor, seed: int = 0) -> Tensor:
        """See `ActionHead`."""
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(self.horizon, ACTION_WIDTH, generator=generator).to(feature)
        actions = noise.expand(len(feature), -1, -1)
        for step in range(self.steps):
            time = torch.full((len(feature),), step / self.steps, device=feature.device)
            actions = actions + self._at(feature, actions, time) / self.steps
        return actions

    def _at(self, feature: Tensor, actions: Tensor, time: Tensor) -> Tensor:
        inputs = [feature, actions.flatten(1), _waves(time).to(feature.dtype)]
        velocity: Tensor = self.velocity(torch.cat(inputs, dim=-1))
        return velocity


class Binned(ActionHead):
    """Every axis of every action as one of a few values, all at once. Source: Brohan et al. 2023, arXiv:2212.06817."""

    def __init__(self, width: int, config: ActionConfig) -> None:
        super().__init__()
        self.bins = config.bins
        self.out = nn.Sequential(
            _mlp(width, config.hidden, config.horizon * ACTION_WIDTH * config.bins), _Chunk(config.bins)
        )

    def encode(self, actions: Tensor) -> Tensor:
        """Actions (...) in [-1, 1] -> tokens int64 (...); beyond that the outermost."""
        return ((actions.nan_to_num().clamp(-1, 1) + 1) / 2 * (self.bins - 1)).round().long()

    def decode(self, tokens: Tensor) -> Tensor:
        """Undo `encode`, to half the distance of two values."""
        return tokens.float() / (self.bins - 1) * 2 - 1

    def loss(self, feature: Tensor, actions: Tensor, weight: Tensor) -> Tensor:
        """See `ActionHead`."""
        logits = self.out(feature)  # (b, horizon, 7, bins)
        entropy = functional.cross_entropy(logits.permute(0, 3, 1, 2), self.encode(actions), reduction="none")
        return weighted(entropy.mean(-1), weight)

    def forward(self, feature: Tensor, seed: int = 0) -> Tensor:
        """See `ActionHead`."""
        return self.decode(self.out(feature).argmax(-1))


class PlanHead(nn.Module):
    """The task plan: an embedding, and tokens read from it."""

    def __init__(self, width: int, config: PlanConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Linear(width, config.width)
        self.tokens = nn.Linear(config.width, config.tokens * config.vocabulary) if config.tokens else None

    def forward(self, feature: Tensor) -> tuple[Tensor, Tensor | None]:
        """Feature (b, w) -> embedding (b, plan width) and logits (b, tokens, vocabulary), or None without tokens."""
        embedding = self.embedding(feature)
        if self.tokens is None:
            return embedding, None
        return embedding, self.tokens(embedding).unflatten(1, (self.config.tokens, self.config.vocabulary))


ACTION_HEADS: dict[str, type[Regression | Flow | Binned]] = {
    "l1": Regression,
    "mse": Regression,
    "flow": Flow,
    "tokens": Binned,
}


def weighted(values: Tensor, weight: Tensor) -> Tensor:
    """Mean of values by weight; 0 where nothing counts."""
    return (values * weight).sum() / weight.sum().clamp(min=1e-6)


class _Chunk(nn.Module):
    """(b, horizon * 7 * bins) -> (b, horizon, 7, bins); without bins (b, horizon, 7)."""

    def __init__(self, bins: int = 0) -> None:
        super().__init__()
        self.shape = (-1, ACTION_WIDTH, bins) if bins else (-1, ACTION_WIDTH)

    def forward(self, flat: Tensor) -> Tensor:
        return flat.unflatten(1, self.shape)


def _waves(time: Tensor) -> Tensor:
    """Times (b,) in [0, 1] as sines and cosines, (b, 2 * TIME_WAVES). Source: Vaswani et al. 2017, arXiv:1706.03762."""
    rates = torch.exp(torch.arange(TIME_WAVES, device=time.device) / TIME_WAVES * math.log(1000.0))
    angles = time[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def _mlp(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    layers = [nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs)]
    return nn.Sequential(*layers)
