"""Parts of the model family: reading words, moments, depth, heads, grounding, masks."""

from __future__ import annotations

from typing import Any

import pytest

from vla_assistant.errors import InputError
from vla_assistant.networks.family.config import ActionConfig, FamilyConfig
from vla_assistant.networks.family.reading import split, vocabulary_words


def test_words_come_from_the_vocabulary_and_others_are_unknown() -> None:
    from vla_assistant.networks.family.reading import FIRST, PAD, UNKNOWN, WordReader

    words = vocabulary_words()
    assert {"pick", "red", "cube", "block", "bowl"} <= set(words)
    read = WordReader(words, 6)(["Pick up the RED cube, don't!", "frobnicate"])
    assert split("Don't, now") == ["dont", "now"]
    assert read.ids.shape == (2, 6)
    assert read.ids[1].tolist() == [FIRST, UNKNOWN, PAD, PAD, PAD, PAD]
    assert UNKNOWN not in read.ids[0].tolist()
    assert read.mask.sum(1).tolist() == [6, 2]


@pytest.mark.parametrize(("given", "kept"), [(3, [0, 1, 2]), (10, list(range(10))), (19, list(range(0, 19, 2)))])
def test_frames_are_sampled_uniformly_and_end_now(given: int, kept: list[int]) -> None:
    import torch

    from vla_assistant.networks.family.frames import sampled

    moments = torch.arange(given)[None]
    assert sampled(moments, 10).tolist() == [kept]
    assert sampled(moments, 1).tolist() == [[given - 1]]


def test_attention_over_time_weighs_and_the_mean_does_not() -> None:
    import torch

    from vla_assistant.networks.family.frames import FramePooling

    torch.manual_seed(0)
    pooled, patches = torch.randn(2, 3, 16), torch.randn(2, 3, 16, 2, 2)
    small = {"vision": {"width": 16}, "frames": 4}
    mean = FramePooling(FamilyConfig.model_validate(small))(pooled, patches)
    torch.testing.assert_close(mean[1], patches.mean(1))
    attending = FramePooling(FamilyConfig.model_validate(small | {"frame_pooling": "attention"}))
    whole, map_ = attending(pooled, patches)
    assert (whole.shape, map_.shape) == ((2, 16), (2, 16, 2, 2))
    assert not torch.allclose(whole, mean[0])
    still = attending(pooled[:, :1].expand(-1, 3, -1), patches[:, :1].expand(-1, 3, -1, -1, -1))[0]
    torch.testing.assert_close(still, pooled[:, 0])


def test_depth_adds_nothing_at_first_then_counts_and_must_be_given() -> None:
    import torch

    from vla_assistant.networks.family.frames import Cameras
    from vla_assistant.networks.family.vision import vision_tower

    small: dict[str, Any] = {"vision": {"size": 32, "stem": 8, "channels": 8, "width": 16}, "cameras": ["front"]}
    config = FamilyConfig.model_validate(small | {"depth": True})
    cameras = Cameras(config, vision_tower(config.vision)).eval()
    pictures = {"front": torch.rand(2, 1, 3, 32, 32)}
    near, far = ({"front": torch.full((2, 1, 1, 40, 40), metres)} for metres in (0.3, 1.5))
    torch.testing.assert_close(cameras(pictures, near).latest[0], cameras(pictures, far).latest[0])
    torch.nn.init.normal_(cameras.depth.out.weight)
    assert not torch.allclose(cameras(pictures, near).latest[0], cameras(pictures, far).latest[0])
    assert cameras(pictures, {"front": near["front"] * torch.nan}).latest[0].isfinite().all()
    with pytest.raises(InputError, match="needs a depth picture of the front camera"):
        cameras(pictures, None)


def test_action_tokens_there_and_back() -> None:
    import torch

    from vla_assistant.networks.family.heads import Binned

    head = Binned(8, ActionConfig(kind="tokens", bins=64))
    actions = torch.rand(4, 8, 7) * 2 - 1
    back = head.decode(head.encode(actions))
    assert (back - actions).abs().max() <= 1 / 63 + 1e-6
    assert head.decode(head.encode(torch.tensor([-3.0, -1.0, 1.0, 3.0]))).tolist() == [-1, -1, 1, 1]


@pytest.mark.parametrize("kind", ["l1", "mse", "flow", "tokens"])
def test_heads_learn_two_chunks_and_ignore_what_is_masked(kind: str) -> None:
    import torch

    from vla_assistant.networks.family.heads import ACTION_HEADS

    torch.manual_seed(3)
    head = ACTION_HEADS[kind](4, ActionConfig(kind=kind, horizon=2, hidden=64, bins=16))  # type: ignore[arg-type]
    feature = torch.eye(4)[:2].repeat(16, 1)
    wanted = torch.tensor([0.8, -0.8]).view(2, 1, 1).expand(2, 2, 7).repeat(16, 1, 1).clone()
    wanted[:, 1] = torch.nan
    weight = torch.tensor([1.0, 0.0]).expand(32, 2)
    optimizer = torch.optim.Adam(head.parameters(), lr=3e-3)
    for _ in range(400):
        optimizer.zero_grad()
        head.loss(feature, wanted, weight).backward()
        optimizer.step()
    said = head(feature[:2])[:, 0]
    assert (said - wanted[:2, 0]).abs().mean() < 0.2
    assert torch.equal(head(feature[:2]), head(feature[:2]))


def test_missing_supervision_teaches_nothing(batch: dict[str, Any]) -> None:
    import torch

    from vla_assistant.networks.family.model import VisionLanguageActionModel

    small = {"vision": {"size": 32, "stem": 8, "channels": 8, "width": 16}, "fusion": {"width": 16, "heads": 2}}
    network = VisionLanguageActionModel(FamilyConfig.model_validate(small))
    for key in ("plan", "done", "phrases", "points", "seen"):
        del batch[key]
    batch["progress"] = torch.full((2,), torch.nan)
    loss, parts = network.loss(batch)
    loss.backward()
    assert set(parts) == {"action", "progress", "success"}
    assert parts["progress"] == 0
    names = ("action", "plan", "progress", "success")
    assert [name for name in names if network.has_learnt(name)] == ["action", "success"]
    gradient = network.status.weight.grad
    assert gradient is not None
    assert not gradient[:2].any()
    assert gradient[2].any()


def test_plan_tokens_are_learnt_where_they_are_known(batch: dict[str, Any]) -> None:
    import torch

    from vla_assistant.networks.family.model import VisionLanguageActionModel

    small = {"vision": {"size": 32, "stem": 8, "channels": 8, "width": 16}, "fusion": {"width": 16, "heads": 2}}
    network = VisionLanguageActionModel(FamilyConfig.model_validate(small | {"plan": {"tokens": 3, "vocabulary": 8}}))
    batch["plan"] = torch.tensor([[1, 2, -100], [3, -100, -100]])
    _, parts = network.loss(batch)
    assert network.has_learnt("plan_tokens")
    logits = network(**{key: batch[key] for key in ("pictures", "texts", "state")}).plan_logits
    assert logits.shape == (2, 3, 8)
    assert parts["plan_tokens"] > 0


def test_grounding_learns_where_named_things_are() -> None:
    import torch

    from vla_assistant.networks.family.model import VisionLanguageActionModel

    torch.manual_seed(5)
    small = {"vision": {"size": 32, "stem": 8, "channels": 16, "width": 32}, "fusion": {"width": 16, "heads": 2}}
    network = VisionLanguageActionModel(FamilyConfig.model_validate(small | {"cameras": ["front"]}))
    picture = torch.zeros(2, 1, 3, 32, 32)
    picture[0, 0, 0, 4:8, 4:8] = picture[1, 0, 0, 20:24, 24:28] = 1  # red
    picture[0, 0, 2, 20:24, 4:8] = 1  # blue
    red, blue = (torch.tensor([[6.0, 6.0], [26.0, 22.0]]) / 32, torch.tensor([[6.0, 22.0], [0.0, 0.0]]) / 32)
    batch = {
        "pictures": {"front": picture},
        "texts": ["", ""],
        "state": torch.zeros(2, 17),
        "phrases": [["red cube", "blue cube"]] * 2,
        "points": {"front": torch.stack([red, blue], dim=1)},
        "seen": {"front": torch.tensor([[1.0, 1.0], [1.0, 0.0]])},
    }
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        network.loss(batch)[0].backward()
        optimizer.step()
    with torch.inference_mode():
        sight = network.eval().ground(network.encode_image(batch["pictures"]), batch["phrases"])["front"]
    assert sight.logits.shape == (2, 2, 8, 8)
    assert (sight.uv[:, 0] - red).abs().max() < 0.1
    assert (sight.visible > 0).tolist() == [[True, True], [True, False]]
