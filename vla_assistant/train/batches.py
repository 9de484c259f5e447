"""Batches for the network: pictures with slight changes of light, steps with some colour words left out."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vla_assistant.data.cache import FrameStore
from vla_assistant.data.features import picture_key
from vla_assistant.data.targets import Targets, make_targets
from vla_assistant.networks import tokens
from vla_assistant.networks.compact import CAMERAS
from vla_assistant.train.preset import Preset
from vla_assistant.types import ImageArray


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors of `Targets` with the pictures and the queries; see there for shapes.

    Attributes:
        pictures: Front and wrist (b, 3, s, s) in [-1, 1], channels last in memory.
        queries: Things to look for (b, q, 2): everything on the table, some that are not, and each shape in any colour.
    """

    pictures: tuple[Tensor, Tensor]
    queries: Tensor
    state: Tensor
    step: Tensor
    actions: Tensor
    action_weight: Tensor
    position: Tensor
    position_weight: Tensor
    done: Tensor
    progress: Tensor
    success: Tensor
    things: Tensor
    uv: Tensor
    seen: Tensor


class Batches:
    """Draws batches from a decoded dataset; batch `index` of a seed is always the same."""

    def __init__(self, store: FrameStore, preset: Preset, seed: int) -> None:
        self._store, self._preset, self._seed = store, preset, seed
        self._targets = make_targets(store.columns, preset.network.horizon)
        useful = self._targets.action_weight[:, 0] > 0
        self._frames = np.flatnonzero(useful)

    def __len__(self) -> int:
        """Frames that can be drawn."""
        return len(self._frames)

    def part(self, frames: NDArray[np.bool_], preset: Preset) -> Batches:
        """Only those of these frames (n,), under another preset; the decoded dataset is shared."""
        part = copy.copy(self)
        part._preset, part._frames = preset, self._frames[frames[self._frames]]
        return part

    def draw(self, index: int) -> Batch:
        """The batch with this number."""
        rng = np.random.default_rng([self._seed, index])
        frames = np.sort(rng.choice(self._frames, self._preset.batch))
        return self._make(frames, rng)

    def _make(self, frames: np.ndarray, rng: np.random.Generator) -> Batch:
        targets = self._targets.take(frames)
        front, wrist = (
            _as_input(self._store.pictures(picture_key(camera), frames), rng, self._preset) for camera in CAMERAS
        )
        step = drop_colours(targets, self._preset.colour_dropout, rng)
        rest = {
            name: torch.from_numpy(np.ascontiguousarray(value))
            for name, value in vars(targets).items()
            if name != "step"
        }
        return Batch((front, wrist), torch.from_numpy(make_queries(targets.things, rng)), step=step, **rest)


def _as_input(pictures: ImageArray, rng: np.random.Generator, preset: Preset) -> Tensor:
    """Pictures (b, s, s, 3) uint8 -> (b, 3, s, s) in about [-1, 1], each a little brighter, darker or tinted."""
    count = len(pictures)
    gain = 1 + rng.uniform(-preset.brightness, preset.brightness, (count, 1, 1, 1))
    gain = gain * (1 + rng.uniform(-preset.tint, preset.tint, (count, 1, 1, 3)))
    scale = torch.from_numpy((gain / 127.5).astype(np.float32))
    return torch.from_numpy(pictures).float().mul_(scale).sub_(1.0).clamp_(max=1.0).permute(0, 3, 1, 2)


def drop_colours(targets: Targets, share: float, rng: np.random.Generator) -> Tensor:
    """Step codes in which some colours are left out where the shape alone says what is meant, (b, 6)."""
    step = targets.step.copy()
    for colour, shape in (
        (tokens.OBJECT_COLOUR, tokens.OBJECT_SHAPE),
        (tokens.DESTINATION_COLOUR, tokens.DESTINATION_SHAPE),
    ):
        alike = (targets.things[..., 1] == step[:, shape, None]).sum(axis=1)
        dropped = (alike == 1) & (rng.random(len(step)) < share)
        step[dropped, colour] = tokens.ANY_COLOUR
    return torch.from_numpy(step)


def make_queries(things: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Everything on the table, random things in the places left free, and each shape in any colour (b, k + 6, 2)."""
    count, places = things.shape[:2]
    random = np.stack(
        [rng.integers(0, len(tokens.COLOURS), (count, places)), rng.integers(0, len(tokens.SHAPES), (count, places))],
        axis=-1,
    )
    exact = np.where(things >= 0, things, random)
    shapes = np.arange(len(tokens.SHAPES))
    loose = np.stack([np.full_like(shapes, tokens.ANY_COLOUR), shapes], axis=-1)
    return np.concatenate([exact, np.broadcast_to(loose, (count, *loose.shape))], axis=1)
