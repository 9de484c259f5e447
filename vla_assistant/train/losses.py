"""What the network is trained towards: one number, and its parts for the log."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from vla_assistant.networks import tokens
from vla_assistant.networks.compact import Output
from vla_assistant.networks.heat import wanted_heat
from vla_assistant.networks.seeing import Sight
from vla_assistant.networks.tokens import NAMED
from vla_assistant.train.batches import Batch
from vla_assistant.train.preset import LossWeights

TURN = 5
"""Axis of an action about which the hand turns on its way. It turns in few frames, so that the median of what is
wanted, towards which an absolute error leads, is not to turn at all: the square leads towards the mean."""
AIM_SPREAD = 0.044
"""Of the wanted heat where something is to come to lie, see `networks.heat`: 0.7 patches of 16."""


def total_loss(output: Output, batch: Batch, weights: LossWeights) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum, and each part unweighted."""
    parts = {
        **_grounding(output, batch),
        "position": _position(output, batch),
        **_actions(output, batch, weights.first),
        **_aim(output, batch),
        "done": _binary(output.done, batch.done),
        "progress": _binary(output.progress, batch.progress),
        "success": _binary(output.success, batch.success, batch.success_weight),
    }
    return torch.stack([getattr(weights, name) * part for name, part in parts.items()]).sum(), parts


def matches(queries: Tensor, things: Tensor) -> Tensor:
    """Which things a query can mean: (b, q, 2) and (b, k, 2) -> (b, q, k) of 0 and 1.

    ANY_COLOUR means every colour, and the shape "thing" everything but the drawer, which is furniture.
    """
    colour, shape = queries[:, :, None].unbind(-1)
    there_colour, there_shape = things[:, None].unbind(-1)
    same_colour = (colour == there_colour) | (colour == tokens.ANY_COLOUR)
    loose = (there_shape >= 0) & (there_shape != tokens.DRAWER)
    same_shape = (shape == there_shape) | ((shape == tokens.THING) & loose)
    return (same_colour & same_shape).float()


def _grounding(output: Output, batch: Batch) -> dict[str, Tensor]:
    queries = torch.cat([batch.step[:, 2:].view(-1, NAMED, 2), batch.queries], dim=1)
    asked = (queries[..., 1] != tokens.NO_SHAPE).float() * batch.scene_weight[:, None]
    fits = matches(queries, batch.things)
    heat = visible = batch.uv.new_zeros(())
    for camera, sight in enumerate(output.sights):
        seen = fits * batch.seen[:, None, :, camera]  # (b, q, k)
        heat = heat + _heat(sight, seen, batch.uv[:, :, camera])
        label = (seen.sum(-1) > 0).float()
        loss = functional.binary_cross_entropy_with_logits(sight.visible, label, reduction="none")
        visible = visible + _mean(loss, asked)
    return {"grounding": heat, "visible": visible}


def _heat(sight: Sight, seen: Tensor, uv: Tensor) -> Tensor:
    """Cross entropy between the heat and the wanted heat of all things that the query can mean."""
    rows, columns = sight.logits.shape[-2:]
    count = seen.sum(-1, keepdim=True)
    target = torch.bmm(seen / count.clamp(min=1), wanted_heat(uv, rows, columns))
    return _mean(_entropy(sight.logits.flatten(2), target), (count.squeeze(-1) > 0).float())


def _position(output: Output, batch: Batch) -> Tensor:
    error = (output.position - batch.position).abs().mean(-1) / 0.1
    return _mean(error, batch.position_weight)


def _actions(output: Output, batch: Batch, first: float) -> dict[str, Tensor]:
    """The first action is what is carried out before the next look; the later ones only bridge a delay."""
    weight = batch.action_weight.clone()
    weight[:, 0] *= first
    error = output.actions[..., :6] - batch.actions[..., :6]
    motion, turn = error.abs().mean(-1), error[..., TURN].abs() + 2 * error[..., TURN] ** 2
    opening = ((batch.actions[..., 6] + 1) / 2).clamp(0, 1)  # a share where the fingers open in part
    gripper = functional.binary_cross_entropy_with_logits(output.actions[..., 6], opening, reduction="none")
    parts = {"action": motion, "turn": turn, "gripper": gripper}
    return {name: _mean(part, weight) for name, part in parts.items()}


def _aim(output: Output, batch: Batch) -> dict[str, Tensor]:
    """Nothing for a network that does not search."""
    if output.aim is None:
        return {}
    off = (output.aim.place - batch.place).abs().mean(-1) / 0.1
    logits, (rows, columns) = output.aim.logits.flatten(1), output.aim.logits.shape[-2:]
    wanted = wanted_heat(batch.place_uv[:, None], rows, columns, AIM_SPREAD)[:, 0]
    heat = _mean(_entropy(logits, wanted), batch.place_uv_weight)
    return {"aim": _mean(off, batch.place_weight), "aim_heat": heat}


def _binary(logit: Tensor, label: Tensor, weight: Tensor | None = None) -> Tensor:
    if weight is None:
        return functional.binary_cross_entropy_with_logits(logit, label)
    loss = functional.binary_cross_entropy_with_logits(logit, label, reduction="none")
    return _mean(loss, weight)


def _entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross entropy between a heat (..., patches) and the wanted one."""
    return torch.logsumexp(logits, -1) - (wanted * logits).sum(-1)


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    """Over what counts; 0 where nothing does."""
    return (values * weight).sum() / weight.sum().clamp(min=1)
