"""Every preset of the model family with toy towers of the real classes: it learns, answers, is saved and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vla_assistant.errors import ConfigError, InputError, WeightsError
from vla_assistant.networks.family.config import FamilyConfig, load_family

PRESETS = ("clip-concat", "clip-transformer", "clip-cross-attention", "clip-frames", "dinov2-t5")
TINY = {
    "vision": {"size": 32, "stem": 8, "channels": 8, "width": 16},
    "language": {"width": 16, "layers": 1},
    "fusion": {"width": 16, "hidden": 32, "heads": 2, "layers": 1, "queries": 4, "grid": 2, "dropout": 0.0},
    "action": {"hidden": 32},
}


def tiny(**parts: Any) -> FamilyConfig:
    """A model of our own towers that is as small as can be."""
    merged = {key: TINY.get(key, {}) | parts.pop(key, {}) for key in TINY}
    return FamilyConfig.model_validate(merged | parts)


def model(config: FamilyConfig) -> Any:
    import torch

    from vla_assistant.networks.family.model import VisionLanguageActionModel

    torch.manual_seed(2)
    return VisionLanguageActionModel(config)


def given(batch: dict[str, Any]) -> dict[str, Any]:
    """What a running policy knows of a batch."""
    return {key: batch[key] for key in ("pictures", "texts", "state", "history")}


def trained(network: Any, batch: dict[str, Any], steps: int, rate: float = 1e-3) -> list[float]:
    import torch

    weights = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(weights, lr=rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss, _ = network.loss(batch)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def assert_same_answers_after_saving(network: Any, batch: dict[str, Any], folder: Path) -> None:
    import torch

    from vla_assistant.networks.family.storage import from_folder, read_card, save_model

    said = network.predict(**given(batch))
    file = save_model(folder, network, {"preset": "toy"})
    again = from_folder(folder).predict(**given(batch))
    for name, value in said._asdict().items():
        assert value is getattr(again, name) or torch.equal(value, getattr(again, name)), name
    assert read_card(file) == {"preset": "toy"}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_learns_answers_and_is_read_again_without_its_towers(
    name: str, towers: dict[str, Path], batch: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from vla_assistant.networks.family import pretrained

    preset = load_family(name)
    assert preset is not None
    network = model(preset.with_towers(vision=towers[preset.vision.kind], language=towers[preset.language.kind]))
    before = {key: value.clone() for key, value in network.state_dict().items()}
    trained(network, batch, steps=1)
    moved = {key.split(".")[0] for key, value in network.state_dict().items() if not torch.equal(value, before[key])}
    assert {"fusion", "action", "plan", "status", "grounding"} <= moved
    frozen = [key for key in before if ".model." in key]
    assert frozen
    assert all(torch.equal(network.state_dict()[key], before[key]) for key in frozen)
    monkeypatch.setattr(pretrained, "read_model", None)  # the folders are not needed again
    assert_same_answers_after_saving(network, batch, tmp_path)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_has_the_published_shape(name: str, towers: dict[str, Path], batch: dict[str, Any]) -> None:
    preset = load_family(name)
    assert preset is not None
    network = model(preset.with_towers(vision=towers[preset.vision.kind], language=towers[preset.language.kind]))
    out = network.predict(**given(batch))
    width = {"clip-frames": 128}.get(name, 512)
    assert out.feature.shape == (2, width)
    assert (out.actions.shape, out.plan.shape) == ((2, 8, 7), (2, 128))
    assert out.done.shape == out.progress.shape == out.success.shape == (2,)
    assert ((out.success > 0) & (out.success < 1)).all()
    shapes = {tuple(weight.shape) for weight in network.fusion.parameters()}
    wanted = {
        "clip-concat": {(1024, 512 + 512), (512, 1024)},
        "clip-transformer": {(3 * 512, 512), (2048, 512)},
        "clip-cross-attention": {(3 * 512, 512), (8, 512)},
        "clip-frames": {(128, 512)},
        "dinov2-t5": {(2 * 512, 512), (16, 512)},
    }
    assert wanted[name] <= shapes
    layers = {"clip-transformer": 6, "clip-cross-attention": 2, "dinov2-t5": 4}
    if name in layers:
        found = network.fusion.layers
        assert len(getattr(found, "layers", found)) == layers[name]
    assert preset.frames == (10 if name == "clip-frames" else 1)


@pytest.mark.parametrize(
    ("fusion", "action"),
    [("concat", "mse"), ("transformer", "tokens"), ("cross_attention", "l1"), ("resampler", "flow")],
)
def test_own_towers_with_every_fusion_and_head(fusion: str, action: str, batch: dict[str, Any], tmp_path: Path) -> None:
    config = tiny(fusion={"kind": fusion}, action={"kind": action, "bins": 32}, history=3, frames=2)
    network = model(config)
    losses = trained(network, batch, steps=10, rate=3e-3)
    assert sum(losses[-3:]) < sum(losses[:3])
    assert all(network.has_learnt(part) for part in ("action", "plan", "done", "progress", "success", "grounding"))
    assert_same_answers_after_saving(network, batch, tmp_path)


@pytest.mark.parametrize("fusion", ["concat", "transformer", "cross_attention", "resampler"])
def test_words_pictures_state_and_history_all_count(fusion: str, batch: dict[str, Any]) -> None:
    import torch

    network = model(tiny(fusion={"kind": fusion}, history=3))
    said = network.predict(**given(batch)).feature
    other = {
        "texts": ["push the green ball", "go home"],
        "pictures": {name: value.flip(-1) for name, value in batch["pictures"].items()},
        "state": -batch["state"],
        "history": -batch["history"],
    }
    for name, value in other.items():
        assert not torch.allclose(said, network.predict(**(given(batch) | {name: value})).feature), name


def test_padding_of_texts_changes_nothing(batch: dict[str, Any]) -> None:
    import torch

    network = model(tiny(fusion={"kind": "transformer"}))
    both = network.predict(**given(batch)).feature[1]
    pictures = {name: value[1:] for name, value in batch["pictures"].items()}
    alone = network.predict(pictures, batch["texts"][1:], batch["state"][1:]).feature[0]
    torch.testing.assert_close(alone, both, atol=1e-5, rtol=1e-4)


def test_damaged_and_foreign_files_are_told_apart(tmp_path: Path) -> None:
    from vla_assistant.networks.family.storage import from_folder, save_model

    file = save_model(tmp_path / "toy.safetensors", model(tiny()))
    whole = file.read_bytes()
    cases = {
        "no weights of the model family in": None,
        "damaged": whole[: len(whole) // 2],
        "format version 9": whole.replace(b'"version":"1"', b'"version":"9"'),
        "holds no weights of the model family": whole.replace(b"vla-assistant/family", b"vla-assistant/kinship"[:20]),
        "other units": whole.replace(b"plan_tokens", b"plan_points"),
    }
    for sentence, content in cases.items():
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(WeightsError, match=sentence) as error:
            from_folder(file)
        assert "docs/models.md" in error.value.hint


def test_half_precision_is_half_the_size_and_nearly_the_same(batch: dict[str, Any], tmp_path: Path) -> None:
    import torch

    from vla_assistant.networks.family.storage import from_folder, save_model

    network = model(tiny())
    whole = save_model(tmp_path / "whole.safetensors", network)
    half = save_model(tmp_path / "half.safetensors", network, half=True)
    assert half.stat().st_size < 0.75 * whole.stat().st_size
    said, again = network.predict(**given(batch)), from_folder(half).predict(**given(batch))
    torch.testing.assert_close(said.actions, again.actions, atol=1e-2, rtol=0)


def test_missing_camera_and_text_are_told(batch: dict[str, Any]) -> None:
    network = model(tiny())
    with pytest.raises(InputError, match="wrist camera.*Pictures given: front"):
        network.encode_image({"front": batch["pictures"]["front"]})
    with pytest.raises(InputError, match="no text"):
        network.encode_text([])


def test_presets_of_other_networks_and_mistakes_are_told_apart(tmp_path: Path) -> None:
    assert load_family("compact") is None
    with pytest.raises(ConfigError, match=r"no preset 'clip-nothing'.*clip-concat"):
        load_family("clip-nothing")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[family.vision]\nkind = "clip"\n', "utf-8")
    with pytest.raises(ConfigError, match="name_or_folder"):
        load_family(str(wrong))
    wrong.write_text('[family.fusion]\nkind = "cross_attention"\n', "utf-8")
    with pytest.raises(ConfigError, match="history must be at least 1"):
        load_family(str(wrong))
