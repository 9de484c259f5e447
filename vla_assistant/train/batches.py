"""Batches for the network: pictures with slight changes of light, steps with some words left out."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vla_assistant.data.cache import FrameStore
from vla_assistant.data.targets import make_targets
from vla_assistant.networks import tokens
from vla_assistant.networks.compact import CAMERAS
from vla_assistant.networks.learnt import Learnt, learnt_from
from vla_assistant.networks.tokens import Codes
from vla_assistant.train.augment import as_input, shifted
from vla_assistant.train.preset import Preset
from vla_assistant.train.queries import Kinds


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors of `Targets` with the pictures and the queries; see there for shapes.

    Attributes:
        pictures: Front and wrist (b, 3, s, s) in [-1, 1], channels last in memory.
        queries: Things to look for (b, q, 2), see `queries.Kinds`.
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
    scene_weight: Tensor
    success_weight: Tensor
    place: Tensor
    place_uv: Tensor
    place_weight: Tensor
    place_uv_weight: Tensor


class Batches:
    """Draws batches from a decoded dataset; batch `index` of a seed is always the same."""

    def __init__(self, store: FrameStore, preset: Preset, seed: int) -> None:
        """Targets of all frames of the store.

        Raises:
            InputError: The recordings are from another version.
        """
        self._store, self._preset, self._seed = store, preset, seed
        self._targets = make_targets(store.columns, preset.network.horizon)
        useful = self._targets.action_weight[:, 0] > 0
        self._frames = np.flatnonzero(useful)
        self._kinds = Kinds(self._targets.things)

    def __len__(self) -> int:
        """Frames that can be drawn."""
        return len(self._frames)

    def part(self, frames: NDArray[np.bool_], preset: Preset) -> Batches:
        """Only those of these frames (n,), under another preset; the decoded dataset is shared."""
        part = copy.copy(self)
        part._preset, part._frames = preset, self._frames[frames[self._frames]]
        return part

    @property
    def learnt(self) -> Learnt:
        """What a network can learn from these recordings."""
        return learnt_from(self._targets.step, self._targets.things, names_by_colour=self._preset.shape_dropout > 0)

    def draw(self, index: int) -> Batch:
        """The batch with this number."""
        rng = np.random.default_rng([self._seed, index])
        return self._make(np.sort(self._chosen(rng)), rng)

    def _chosen(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Frames of a batch (b,): from everywhere, and a share from those that were recorded last."""
        preset = self._preset
        newest = self._frames[-preset.newest_frames :] if preset.newest_frames else self._frames[:0]
        extra = round(preset.newest_share * preset.batch) if len(newest) else 0
        return np.concatenate([rng.choice(self._frames, preset.batch - extra), rng.choice(newest, extra)])

    def _make(self, frames: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        targets, preset = self._targets.take(frames), self._preset
        step = drop_shapes(targets.step, targets.things, preset.shape_dropout, rng)
        targets = replace(targets, step=drop_colours(step, targets.things, preset.colour_dropout, rng))
        sizes = (preset.network.front_size, preset.network.wrist_size)
        pictures = [
            self._store.policy_pictures(camera, frames, size) for camera, size in zip(CAMERAS, sizes, strict=True)
        ]
        if preset.shift_pixels:
            pictures[0], targets = shifted(pictures[0], targets, preset.shift_pixels, rng)
        front, wrist = (as_input(some, preset, rng) for some in pictures)
        rest = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in vars(targets).items()}
        return Batch((front, wrist), torch.from_numpy(self._kinds.queries(targets.things, rng)), **rest)


def drop_colours(step: Codes, things: Codes, share: float, rng: np.random.Generator) -> Codes:
    """Step codes (b, 8) in which some colours are left out where the shape alone says what is meant."""
    step = step.copy()
    for colour, shape in zip(tokens.NAMED_COLOURS, tokens.NAMED_SHAPES, strict=True):
        alike = (things[..., 1] == step[:, shape, None]).sum(axis=1)
        dropped = (alike == 1) & (rng.random(len(step)) < share)
        step[dropped, colour] = tokens.ANY_COLOUR
    return step


def drop_shapes(step: Codes, things: Codes, share: float, rng: np.random.Generator) -> Codes:
    """Step codes (b, 8) in which some shapes become "thing" where the colour alone says what is meant.

    The drawer, which has no colour, keeps its name.
    """
    step = step.copy()
    for colour, shape in zip(tokens.NAMED_COLOURS, tokens.NAMED_SHAPES, strict=True):
        coloured = step[:, colour] != tokens.ANY_COLOUR
        alike = (things[..., 0] == step[:, colour, None]).sum(axis=1)
        dropped = coloured & (alike == 1) & (rng.random(len(step)) < share)
        step[dropped, shape] = tokens.THING
    return step
