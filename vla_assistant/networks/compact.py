"""The compact vision-language-action network: two pictures, the arm's state and a step in; an action chunk out.

Things are grounded by a dot product of "colour + shape" with every patch of a picture; where object, destination
and second anchor are seen (and from that, where they are in space) is what the action is computed from.
Source: the design of /shared/RECIPE_VLA.md; action chunks: Zhao et al. 2023, arXiv:2304.13705.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from vla_assistant.networks import tokens
from vla_assistant.networks.aiming import AIM_WIDTH, Aim, Aiming, aims
from vla_assistant.networks.geometry import (
    BEARING_WIDTH,
    PHASE_WIDTH,
    RELATION_WIDTH,
    bearing,
    near_and_far,
    phase,
    push_goals,
    relations,
)
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.networks.seeing import Glance, Grounding, Sight, Trunk, mlp
from vla_assistant.networks.senses import STATE_WIDTH
from vla_assistant.networks.tokens import NAMED
from vla_assistant.types import ACTION_WIDTH, SKILLS

CAMERAS = ("front", "wrist")


class Output(NamedTuple):
    """What the network says.

    Attributes:
        sights: One `Sight` per camera of `CAMERAS`; queries 0 to 2 are `tokens.ROLES`, then those asked for.
        position: Object, destination and second anchor in the base frame, (b, 3, 3) [m].
        actions: Normalised actions (b, horizon, 7); the gripper is a logit.
        done: Logit that the expert would have ended the step, (b,).
        progress: Logit of the share of the step that lies behind, (b,).
        success: Logit that the aim of the step is reached right now, (b,).
        aim: Where what is moved is to come to lie; None for a network that does not search for it.
    """

    sights: tuple[Sight, Sight]
    position: Tensor
    actions: Tensor
    done: Tensor
    progress: Tensor
    success: Tensor
    aim: Aim | None = None


class CompactVLA(nn.Module):
    """The whole network; see `Output` for what it says."""

    def __init__(self, config: CompactConfig) -> None:
        super().__init__()
        self.config = config
        width, embedding, hidden = config.width, config.embedding, config.hidden
        self.trunks = nn.ModuleList(Trunk(config.stem, width) for _ in CAMERAS)
        self.colour = nn.Embedding(len(tokens.COLOURS) + 1, embedding)
        self.shape = nn.Embedding(len(tokens.SHAPES) + 1, embedding)
        self.skill = nn.Embedding(len(SKILLS), embedding)
        self.direction = nn.Embedding(len(tokens.DIRECTIONS), embedding)
        self.groundings = nn.ModuleList(Grounding(width, embedding) for _ in CAMERAS)
        sight = 2 * (width + 3)
        self.locate = mlp(sight + embedding + STATE_WIDTH, hidden // 2, 3, depth=2)
        instruction = (2 + NAMED) * embedding
        self.glance = Glance(width, instruction, hidden // 4)
        features = NAMED * (sight + 9) + STATE_WIDTH + instruction + hidden // 4
        outputs = config.horizon * ACTION_WIDTH + 2
        self._is_told = config.head == "geometric"
        related = RELATION_WIDTH if self._is_told else 0
        aimed = AIM_WIDTH if config.aim else 0
        self.aiming = Aiming(width, instruction, hidden // 4, config.position_centre) if config.aim else None
        self.act_inputs = features + (BEARING_WIDTH + related + PHASE_WIDTH if self._is_told else 0) + aimed
        layers = _normed if self._is_told else mlp
        self.act = layers(self.act_inputs, hidden, outputs)
        self.success = mlp(features + related + aimed, hidden // 2, 1, depth=2)
        self.centre: Tensor
        self.hand_offset: Tensor
        self.hand_scale: Tensor
        self.register_buffer("centre", torch.tensor(config.position_centre), persistent=False)
        self.register_buffer("hand_offset", torch.tensor(config.hand_offset), persistent=False)
        self.register_buffer("hand_scale", torch.tensor(config.hand_scale), persistent=False)
        self.push_goals: Tensor
        self.register_buffer("push_goals", push_goals(config.push_ends), persistent=False)

    def embed_things(self, codes: Tensor) -> Tensor:
        """Embedding of things from (colour, shape) numbers: (..., 2) -> (..., embedding)."""
        return self.colour(codes[..., 0]) + self.shape(codes[..., 1])

    def forward(
        self,
        pictures: tuple[Tensor, Tensor],
        state: Tensor,
        step: Tensor,
        queries: Tensor,
        remembered: Tensor | None = None,
    ) -> Output:
        """Answer for a batch.

        Args:
            pictures: Front and wrist, (b, 3, s, s) in [-1, 1].
            state: Normalised state (b, 17).
            step: Step codes int64 (b, 8), see `tokens.encode_step`.
            queries: Further things to look for, (colour, shape) numbers int64 (b, q, 2); q may be 0.
            remembered: What was seen before of the things that the step names, (b, 3, width + 3), see `memory`; it
                counts for those that the front picture does not show now.
        """
        with self._halved(state):
            maps = [trunk(picture) for trunk, picture in zip(self.trunks, pictures, strict=True)]
        return self.conclude(maps, state, step, queries, remembered)

    def conclude(
        self, maps: Sequence[Tensor], state: Tensor, step: Tensor, queries: Tensor, remembered: Tensor | None = None
    ) -> Output:
        """The answer from the trunks' features of the front and the wrist picture; the rest as in `forward`."""
        named = self.embed_things(step[:, 2:].view(-1, NAMED, 2))
        embedded = torch.cat([named, self.embed_things(queries)], dim=1)
        maps = [features.float() for features in maps]
        front, wrist = (look(features, embedded) for look, features in zip(self.groundings, maps, strict=True))
        from_front = _of_named(front)
        if remembered is not None:
            from_front = torch.where(_hidden(front, remembered), _scaled(remembered), from_front)
        seen = torch.cat([from_front, _of_named(wrist)], dim=-1)  # (b, 3, sight)
        position = self._positions(seen, named, state)
        instruction = torch.cat([self.skill(step[:, 0]), self.direction(step[:, 1]), *named.unbind(1)], dim=-1)
        hand = state[:, None, :3] * self.hand_scale + self.hand_offset
        with self._halved(state):
            glance = self.glance(maps[1], instruction)
        features = torch.cat(
            [
                torch.cat([seen, near_and_far(position - hand), position / 0.1], dim=-1).flatten(1),
                state,
                instruction,
                glance.float(),
            ],
            dim=-1,
        )
        to_act, to_judge = features, features
        if self._is_told:
            related = relations(position, hand[:, 0], state, step, self.push_goals)
            to_act = torch.cat([features, bearing(state), related, phase(state)], dim=-1)
            to_judge = torch.cat([features, related], dim=-1)
        aim = None
        if self.aiming is not None:
            aim = self.aiming(maps[0], from_front[..., -3:], position, instruction)
            way = aims(aim.place, position[:, 0], hand[:, 0], step)
            to_act, to_judge = torch.cat([to_act, way], dim=-1), torch.cat([to_judge, way], dim=-1)
        out, success = self.act(to_act), self.success(to_judge).squeeze(-1)
        actions = out[:, :-2].view(-1, self.config.horizon, ACTION_WIDTH)
        return Output((front, wrist), position, actions, out[:, -2], out[:, -1], success, aim)

    def _halved(self, like: Tensor) -> torch.autocast:
        """Convolutions in bfloat16 while training."""
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self.config.half_precision and self.training)

    def _positions(self, seen: Tensor, named: Tensor, state: Tensor) -> Tensor:
        inputs = torch.cat([seen, named, state[:, None].expand(-1, NAMED, -1)], dim=-1)
        return self.locate(inputs) * 0.1 + self.centre


def _of_named(sight: Sight) -> Tensor:
    """What the picture says of the things that the step names, (b, 3, width + 3)."""
    parts = sight.feature, sight.uv, sight.visible[..., None]
    return _scaled(torch.cat([part[:, :NAMED] for part in parts], dim=-1))


def _scaled(rows: Tensor) -> Tensor:
    """Features, place as a share of the picture, logit of being in view -> as the layers behind take them."""
    return torch.cat([rows[..., :-3], rows[..., -3:-1] * 2 - 1, rows[..., -1:].sigmoid()], dim=-1)


def _hidden(now: Sight, remembered: Tensor) -> Tensor:
    """Which of the named things are not in view but were, (b, 3, 1)."""
    return (now.visible[:, :NAMED, None] < 0) & (remembered[..., -1:] > 0)


def _normed(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Every input counts alike and no unit dies: with plain layers small, rare outputs were never learnt."""
    first = [nn.BatchNorm1d(inputs, affine=False), nn.Linear(inputs, hidden), nn.LayerNorm(hidden), nn.GELU()]
    second = [nn.Linear(hidden, hidden), nn.LayerNorm(hidden), nn.GELU()]
    third = [nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, outputs)]
    return nn.Sequential(*first, *second, *third)
