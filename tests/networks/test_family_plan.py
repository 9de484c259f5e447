"""The plan head of the model family learns only from what is known."""

from __future__ import annotations

from typing import Any

from vla_assistant.networks.family.config import FamilyConfig


def test_plan_tokens_that_nobody_knows_or_that_it_lacks_teach_nothing(batch: dict[str, Any]) -> None:
    import torch

    from vla_assistant.networks.family.model import VisionLanguageActionModel

    small = {"vision": {"size": 32, "stem": 8, "channels": 8, "width": 16}, "fusion": {"width": 16, "heads": 2}}
    network = VisionLanguageActionModel(FamilyConfig.model_validate(small))
    batch["plan"] = torch.full((2, 8), -100)
    assert network.loss(batch)[1]["plan_tokens"] == 0
    assert not network.has_learnt("plan_tokens")
    bare = VisionLanguageActionModel(FamilyConfig.model_validate(small | {"plan": {"tokens": 0}}))
    batch["plan"] = torch.zeros(2, 8, dtype=torch.long)
    assert not {"plan", "plan_tokens"} & set(bare.loss(batch)[1])
