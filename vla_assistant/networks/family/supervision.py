"""What a batch teaches: each part of the loss from what is known, nothing from what is missing.

A batch is a mapping of b samples:

| key | meaning |
|---|---|
| `pictures` | {camera: (b, f, 3, h, w) in [0, 1]}, oldest first, the last is now |
| `depth` | optional {camera: (b, f, 1, h, w)} [m], 0 where unknown |
| `texts` | b instructions |
| `state` | (b, s), normal numbers as `networks.senses.normal_state` makes them |
| `history` | (b, k, 7) earlier actions, the last one last, like `actions` |
| `actions` | optional (b, horizon, 7), normal numbers as `networks.senses.normal_action` makes them |
| `action_weight` | optional (b, horizon): how much each action counts, 0 for unknown |
| `plan` | optional float (b, plan width), NaN unknown, or int64 (b, tokens), -100 unknown, for models with tokens |
| `done`, `progress`, `success` | optional (b,) in [0, 1], NaN for unknown |
| `phrases` | optional b lists of q names of things, "" for none |
| `points` | with phrases: {camera: (b, q, 2)} where each is as fractions (u, v) of the picture |
| `seen` | with phrases: {camera: (b, q)} 1 in view, 0 not, NaN unknown |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vla_assistant.networks.family.config import STATUS
from vla_assistant.networks.family.heads import ActionHead, weighted
from vla_assistant.networks.heat import wanted_heat
from vla_assistant.networks.seeing import Sight
from vla_assistant.networks.tokens import UNKNOWN

Batch = Mapping[str, Any]
NARROWEST = 0.5
"""Patches that the wanted heat around a point is at least wide: maps differ in how fine they are."""


def is_known(part: str, batch: Batch) -> bool:
    """Whether anything in the batch teaches this part of PARTS."""
    if part == "plan_tokens":
        return bool((batch["plan"] != UNKNOWN).any())
    return part not in ("plan", *STATUS) or bool(batch[part].isfinite().any())


def action_part(head: ActionHead, feature: Tensor, batch: Batch) -> Tensor:
    """Loss of the action chunk."""
    actions: Tensor = batch["actions"]
    weight = batch.get("action_weight")
    weight = torch.ones_like(actions[..., 0]) if weight is None else weight
    return head.loss(feature, actions, weight * actions.isfinite().all(-1))


def plan_part(embedding: Tensor, logits: Tensor | None, plan: Tensor) -> Tensor:
    """Squared error of the embedding (b, w), or cross-entropy of the tokens (b, n)."""
    if plan.is_floating_point():
        known = plan.isfinite().all(-1)
        return weighted(((embedding - plan.nan_to_num()) ** 2).mean(-1), known.to(embedding.dtype))
    assert logits is not None, "this model has no plan tokens"
    entropy = functional.cross_entropy(logits.transpose(1, 2), plan, ignore_index=UNKNOWN, reduction="none")
    return weighted(entropy, (plan != UNKNOWN).to(entropy.dtype))


def binary_part(logit: Tensor, label: Tensor) -> Tensor:
    """Cross-entropy of a share or a yes and no; NaN labels count nothing."""
    wanted = label.nan_to_num().to(logit.dtype)
    loss = functional.binary_cross_entropy_with_logits(logit, wanted, reduction="none")
    return weighted(loss, label.isfinite().to(logit.dtype))


def grounding_parts(sights: Mapping[str, Sight], asked: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Where the named things are and whether they are in view, over all cameras; `asked` (b, q) marks real names."""
    heat, visible = [], []
    for camera, sight in sights.items():
        seen = batch["seen"][camera]
        there = torch.where(asked, seen.nan_to_num(), 0.0)
        heat.append(weighted(_heat(sight, batch["points"][camera].nan_to_num()), there))
        visible.append(binary_part(sight.visible, torch.where(asked, seen, torch.nan)))
    return {"grounding": torch.stack(heat).sum(), "visible": torch.stack(visible).sum()}


def _heat(sight: Sight, points: Tensor) -> Tensor:
    """Cross-entropy between heat maps and a small Gaussian around each point (b, q, 2) -> (b, q)."""
    rows, columns = sight.logits.shape[-2:]
    target = wanted_heat(points, rows, columns, narrowest=NARROWEST)
    logits = sight.logits.flatten(2)
    return torch.logsumexp(logits, -1) - (target * logits).sum(-1)
