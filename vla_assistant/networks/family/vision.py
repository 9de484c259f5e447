"""Vision towers: pictures in, one vector and a map of patches out, of one width whatever the tower."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from math import isqrt
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.networks.family import pretrained
from vla_assistant.networks.family.config import VisionConfig
from vla_assistant.networks.seeing import Trunk

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Source: Radford et al. 2021, arXiv:2103.00020, its published preprocessing."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Source: mean and deviation of ImageNet's channels, as Dinov2 (arXiv:2304.07193) uses them."""
COMPACT_SIZE, USUAL_SIZE = 128, 224


class VisionFeatures(NamedTuple):
    """What a tower makes of n pictures.

    Attributes:
        pooled: The picture as a whole, (n, width).
        patches: The map of patches, (n, width, rows, columns).
    """

    pooled: Tensor
    patches: Tensor


class CompactVision(nn.Module):
    """Our own trunk, trained from scratch: patches of 4 x 4 pixels."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.size = config.size or COMPACT_SIZE
        self.trunk = Trunk(config.stem, config.channels)
        self.patches = nn.Conv2d(config.channels, config.width, 1)
        self.pooled = nn.Linear(16 * config.channels, config.width)

    @property
    def own(self) -> nn.Module:
        """What is kept when the tower is frozen."""
        return self

    def forward(self, pictures: Tensor) -> VisionFeatures:
        """Pictures (n, 3, h, w) in [0, 1] -> features of size / 4 rows and columns."""
        features = self.trunk(square(pictures, self.size) * 2 - 1)
        whole = functional.adaptive_avg_pool2d(features, 4).flatten(1)
        return VisionFeatures(functional.relu(self.pooled(whole)), self.patches(features))

    def description(self) -> dict[str, Any]:
        """Nothing: the configuration says all."""
        return {}


class PretrainedVision(nn.Module):
    """A vision tower of `transformers`: CLIP's, DINOv2, or any that gives a last hidden state."""

    def __init__(self, config: VisionConfig, described: Mapping[str, Any] | None = None) -> None:
        """Read the tower, or build it empty as `described`.

        Raises:
            WeightsError: It is not there, of another kind, or not whole.
        """
        super().__init__()
        self.kind = pretrained.role(config)
        if described is None:
            self.model = pretrained.read_model(config)
            self.preprocessing = _preprocessing(config, self.model)
        else:
            self.model = pretrained.build_model(self.kind, described["settings"])
            self.preprocessing = dict(described["preprocessing"])
        self.size = int(self.preprocessing["size"])
        for name in ("mean", "std"):
            values = torch.tensor(self.preprocessing[name]).view(3, 1, 1)
            self.register_buffer(name, values, persistent=False)
        own = _width(self.model, self.kind)
        self.project = nn.Identity() if own == config.width else nn.Linear(own, config.width)
        takes = inspect.signature(self.model.forward).parameters
        self._how = {"interpolate_pos_encoding": True} if "interpolate_pos_encoding" in takes else {}

    @property
    def own(self) -> nn.Module:
        """What is kept when the tower is frozen: not the layer that was added to it."""
        return self.model

    def forward(self, pictures: Tensor) -> VisionFeatures:
        """Pictures (n, 3, h, w) in [0, 1] -> features, one patch for each of the tower's own."""
        seen = (square(pictures, self.size) - self.mean) / self.std  # type: ignore[operator]
        out = self.model(pixel_values=seen, **self._how)
        if self.kind == "clip vision":
            pooled, patches = out.image_embeds, self._projected(out.last_hidden_state[:, 1:])
        elif out.last_hidden_state.ndim == 4:
            patches = out.last_hidden_state.flatten(2).transpose(1, 2)
            pooled = patches.mean(1)
        else:
            extra = self._extra(out.last_hidden_state.shape[1])
            patches = out.last_hidden_state[:, extra:]
            pooled = out.last_hidden_state[:, 0] if extra else patches.mean(1)
        edge = round(patches.shape[1] ** 0.5)
        return VisionFeatures(self.project(pooled), self.project(patches).transpose(1, 2).unflatten(2, (edge, edge)))

    def description(self) -> dict[str, Any]:
        """What is needed to build it again without its folder."""
        return {"settings": pretrained.model_settings(self.model), "preprocessing": self.preprocessing}

    def _extra(self, tokens: int) -> int:
        """How many tokens stand before the patches: class token and registers; none where patches were merged."""
        rows = self.size // int(self.model.config.patch_size)  # type: ignore[union-attr,arg-type]
        return tokens - min(rows, isqrt(tokens)) ** 2

    def _projected(self, hidden: Tensor) -> Tensor:
        """CLIP's patches in the space that it shares with text. Source: Zhou et al. 2022, arXiv:2112.01071."""
        normed: Tensor = self.model.vision_model.post_layernorm(hidden)  # type: ignore[union-attr,operator]
        projected: Tensor = self.model.visual_projection(normed)  # type: ignore[operator]
        return projected


VisionTower = CompactVision | PretrainedVision


def vision_tower(config: VisionConfig, described: Mapping[str, Any] | None = None) -> VisionTower:
    """The tower of this configuration; `described` as `PretrainedVision`."""
    return CompactVision(config) if config.kind == "compact" else PretrainedVision(config, described)


def square(pictures: Tensor, size: int) -> Tensor:
    """The middle square of pictures (n, c, h, w) at (n, c, size, size)."""
    height, width = pictures.shape[-2:]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = pictures[..., top : top + edge, left : left + edge]
    if edge == size:
        return middle
    return functional.interpolate(middle, (size, size), mode="bilinear", antialias=True, align_corners=False)


def _width(model: nn.Module, kind: str) -> int:
    settings: Any = model.config
    if kind == "clip vision":
        return int(settings.projection_dim)
    sizes = getattr(settings, "hidden_sizes", None)
    return int(sizes[-1] if sizes else settings.hidden_size)


def _preprocessing(config: VisionConfig, model: nn.Module) -> dict[str, Any]:
    """Size, mean and deviation: from the file beside the weights, else those of the kind."""
    said = pretrained.read_json(config, "preprocessor_config.json")
    said = said or pretrained.read_json(config, "processor_config.json").get("image_processor", {})
    mean, std = (CLIP_MEAN, CLIP_STD) if config.kind == "clip" else (IMAGENET_MEAN, IMAGENET_STD)
    settings: Any = model.config
    size = config.size or _edge(said.get("crop_size") or said.get("size"))
    size = size or _edge(getattr(settings, "image_size", 0)) or USUAL_SIZE
    patch = getattr(settings, "patch_size", None) or 1
    return {
        "size": max(size // patch, 1) * patch,
        "mean": list(said.get("image_mean") or mean),
        "std": list(said.get("image_std") or std),
    }


def _edge(size: Any) -> int:
    """Edge of a picture from what such files say: a number, a pair, or a table; 0 when they say nothing."""
    if isinstance(size, Mapping):
        size = next((size[key] for key in ("height", "shortest_edge") if size.get(key)), 0)
    if isinstance(size, (list, tuple)):
        size = size[0]
    return int(size or 0)
