"""Towers of the real classes in the model family: vision and language, frozen, and those that cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from vla_assistant.errors import WeightsError
from vla_assistant.networks.family.config import FamilyConfig, LanguageConfig, VisionConfig


def vision(kind: str, folder: Path, **more: Any) -> Any:
    from vla_assistant.networks.family.vision import vision_tower

    return vision_tower(VisionConfig(kind=kind, name_or_folder=str(folder), **more)).eval()  # type: ignore[arg-type]


def language(kind: str, folder: Path, **more: Any) -> Any:
    from vla_assistant.networks.family.language import language_tower

    return language_tower(LanguageConfig(kind=kind, name_or_folder=str(folder), **more)).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "toy", "size", "rows"),
    [
        ("clip", "clip", 0, 4),
        ("clip", "clip", 64, 8),
        ("dinov2", "dinov2", 0, 4),
        ("dinov2", "dinov2", 90, 6),
        ("auto", "siglip", 0, 4),
        ("auto", "clip", 0, 4),
        ("auto", "swin", 0, 4),
        ("auto", "resnet", 0, 8),
    ],
)
def test_vision_towers_of_the_real_classes(kind: str, toy: str, size: int, rows: int, towers: dict[str, Path]) -> None:
    import torch

    from vla_assistant.networks.family.vision import vision_tower

    tower = vision(kind, towers[toy], size=size, width=20)
    pictures = torch.rand(3, 3, 50, 40)
    features = tower(pictures)
    assert features.pooled.shape == (3, 20)
    assert features.patches.shape == (3, 20, rows, rows)
    again = vision_tower(VisionConfig(kind=kind, name_or_folder="gone", width=20), tower.description())  # type: ignore[arg-type]
    again.load_state_dict(tower.state_dict())
    torch.testing.assert_close(again.eval()(pictures).patches, features.patches)


@pytest.mark.parametrize("toy", ["siglip", "swin", "resnet"])
def test_a_tower_without_a_class_token_gives_the_mean_of_its_patches(toy: str, towers: dict[str, Path]) -> None:
    import torch

    features = vision("auto", towers[toy], width=20)(torch.rand(3, 3, 50, 40))
    torch.testing.assert_close(features.pooled, features.patches.mean((2, 3)))


def test_clip_answers_as_the_library_does(towers: dict[str, Path]) -> None:
    import torch
    from transformers import CLIPModel, CLIPTokenizer

    library = CLIPModel.from_pretrained(towers["clip"]).eval()
    seen, said = vision("clip", towers["clip"], width=12), language("clip", towers["clip"], width=12)
    pictures = torch.rand(2, 3, 32, 32)
    mean, std = torch.tensor([0.4, 0.5, 0.6]).view(3, 1, 1), torch.tensor([0.2, 0.3, 0.4]).view(3, 1, 1)
    texts = ["red cup", "a blue cube"]
    tokens = CLIPTokenizer.from_pretrained(towers["clip"])(texts, padding=True, return_tensors="pt")
    out = library(pixel_values=(pictures - mean) / std, **tokens)
    unit = torch.nn.functional.normalize
    torch.testing.assert_close(unit(seen(pictures).pooled), out.image_embeds, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(unit(said(texts).pooled), out.text_embeds, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ["clip", "t5", "bert"])
def test_language_towers_of_the_real_classes(kind: str, towers: dict[str, Path]) -> None:
    import torch

    tower = language(kind, towers[kind], width=20)
    long = "red cup " * 20
    features = tower([long, "red cup"])
    assert features.pooled.shape == (2, 20)
    assert features.tokens.shape == (2, features.mask.shape[1], 20)
    assert features.mask[0].all()
    assert not features.mask[1].all()
    torch.testing.assert_close(tower(["red cup"]).pooled[0], features.pooled[1], atol=1e-5, rtol=1e-4)


def test_frozen_towers_keep_their_weights_and_have_no_dropout(towers: dict[str, Path]) -> None:
    from vla_assistant.networks.family.model import VisionLanguageActionModel

    parts: dict[str, Any] = {"vision": {"frozen": True}}
    parts["language"] = {"kind": "bert", "name_or_folder": str(towers["bert"]), "frozen": True}
    network = VisionLanguageActionModel(FamilyConfig.model_validate(parts)).train()
    assert not network.language.own.training
    assert not network.cameras.tower.training
    assert network.language.project.weight.requires_grad
    assert not any(p.requires_grad for part in (network.language.own, network.cameras.tower) for p in part.parameters())


def test_towers_that_cannot_be_used_are_told_in_sentences(towers: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no clip vision tower nobody/nothing on this machine") as absent:
        vision("clip", Path("nobody/nothing"))
    assert "local_files_only = false" in absent.value.hint
    with pytest.raises(WeightsError, match=r"model of type 'bert'; a t5 text tower needs t5"):
        language("t5", towers["bert"])
    bare = tmp_path / "bare"
    shutil.copytree(towers["bert"], bare)
    (bare / "model.safetensors").unlink()
    (bare / "pytorch_model.bin").write_bytes(b"\x80\x04N.")
    with pytest.raises(WeightsError, match="no bert text tower"):
        language("bert", bare)


def test_a_tower_that_is_not_whole_is_refused(towers: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    part = tmp_path / "part"
    shutil.copytree(towers["dinov2"], part)
    tensors = load_file(part / "model.safetensors")
    tensors.pop("layernorm.weight")
    save_file(tensors, part / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=r"no whole dinov2 vision tower: 1 weights are missing \(layernorm.weight\)"):
        vision("dinov2", part)
