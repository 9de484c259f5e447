"""Toy towers of the real `transformers` classes, with tokenizers of a few words, saved as their folders look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SMALL = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
LETTERS = [chr(code) for code in range(ord("a"), ord("z") + 1)]


def clip(folder: Path) -> None:
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    entries = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{c}</w>" for c in LETTERS), "re", "red</w>"]
    words = {entry: number for number, entry in enumerate(entries)}
    text = SMALL | {"vocab_size": len(words), "max_position_embeddings": 12, "bos_token_id": 0, "eos_token_id": 1}
    text |= {"projection_dim": 12, "pad_token_id": 1}
    vision = SMALL | {"image_size": 32, "patch_size": 8, "projection_dim": 12}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)
    CLIPModel(config).save_pretrained(folder)
    CLIPTokenizer(vocab=words, merges=[("r", "e"), ("re", "d</w>")]).save_pretrained(folder)
    said = {"crop_size": {"height": 32, "width": 32}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]}
    (folder / "preprocessor_config.json").write_text(json.dumps(said), "utf-8")


def dinov2(folder: Path) -> None:
    from transformers import Dinov2Config, Dinov2Model

    Dinov2Model(Dinov2Config(**SMALL, image_size=56, patch_size=14)).save_pretrained(folder)


def siglip(folder: Path) -> None:
    from transformers import SiglipConfig, SiglipModel

    vision = SMALL | {"image_size": 32, "patch_size": 8}
    text = SMALL | {"vocab_size": 20, "bos_token_id": 0, "eos_token_id": 1}
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)


def swin(folder: Path) -> None:
    """It merges patches: 8 x 8 become 4 x 4."""
    from transformers import SwinConfig, SwinModel

    config = SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[2, 2], window_size=4)
    SwinModel(config).save_pretrained(folder)


def resnet(folder: Path) -> None:
    from transformers import ResNetConfig, ResNetModel

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    ResNetModel(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": {"shortest_edge": 64}}), "utf-8")


def t5(folder: Path) -> None:
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    config = T5Config(vocab_size=32, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    T5EncoderModel(config).save_pretrained(folder)
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁red", -1.0), ("▁cup", -1.0), ("▁", -2.0)]
    T5Tokenizer(vocab=pieces, extra_ids=0).save_pretrained(folder)


def bert(folder: Path) -> None:
    from transformers import BertConfig, BertModel, BertTokenizer

    BertModel(BertConfig(**SMALL, vocab_size=16, max_position_embeddings=12)).save_pretrained(folder)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "cup", "pick", "up"]
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(folder)


TOYS = {"clip": clip, "dinov2": dinov2, "siglip": siglip, "swin": swin, "resnet": resnet, "t5": t5, "bert": bert}


@pytest.fixture(scope="session")
def towers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of toy towers by name."""
    import torch
    from transformers.utils import logging

    root = tmp_path_factory.mktemp("towers")
    logging.disable_progress_bar()
    torch.manual_seed(0)
    for name, make in TOYS.items():
        make(root / name)
    return {name: root / name for name in TOYS}


@pytest.fixture
def batch() -> dict[str, Any]:
    """Two samples that teach everything; three moments, a picture that is not square."""
    import torch

    torch.manual_seed(1)
    return {
        "pictures": {"front": torch.rand(2, 3, 3, 48, 64), "wrist": torch.rand(2, 3, 3, 32, 32)},
        "texts": ["pick up the red cup", "blue"],
        "state": torch.randn(2, 17),
        "history": torch.randn(2, 5, 7),
        "actions": torch.rand(2, 8, 7) * 2 - 1,
        "action_weight": torch.ones(2, 8),
        "plan": torch.randn(2, 128),
        "done": torch.tensor([0.0, 1.0]),
        "progress": torch.tensor([0.25, 0.75]),
        "success": torch.tensor([0.0, float("nan")]),
        "phrases": [["red cup", "blue cube"], ["blue cube", ""]],
        "points": {name: torch.rand(2, 2, 2) for name in ("front", "wrist")},
        "seen": {name: torch.tensor([[1.0, 0.0], [1.0, float("nan")]]) for name in ("front", "wrist")},
    }
