"""Which model of the family: towers, fusion, heads and their sizes; what a preset names and what weights carry."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.networks.tokens import CODE_WIDTH

KEY = "family"
"""Table of a preset file that holds a `FamilyConfig`."""

STATUS = ("done", "progress", "success")
PARTS = ("action", "plan", "plan_tokens", *STATUS, "grounding")
"""What a model can have learnt; positions in its `learnt` flags, so new ones go to the end."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Tower(_Part):
    """What all towers have in common; a pretrained one needs a name or a folder."""

    kind: str = "compact"
    name_or_folder: str = Field("", description="Folder of a pretrained tower, or its name on the model hub.")
    local_files_only: bool = Field(True, description="Never fetch anything; false lets `transformers` download it.")
    frozen: bool = Field(False, description="The tower's own weights are not trained.")
    width: int = Field(256, ge=8, description="Output width; a linear layer is added where the tower has another.")

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if self.kind != "compact" and not self.name_or_folder:
            raise ValueError(f"the tower {self.kind!r} needs name_or_folder, a folder with its pretrained weights")
        return self


class VisionConfig(_Tower):
    """The vision tower, shared by all cameras and frames."""

    kind: Literal["compact", "clip", "dinov2", "auto"] = "compact"
    size: int = Field(0, ge=0, description="Edge of its pictures [pixels]; 0: the tower's own, 128 for compact.")
    stem: int = Field(48, ge=8, description="compact: channels at a quarter of the picture's size.")
    channels: int = Field(64, ge=8, description="compact: channels of the feature maps.")


class LanguageConfig(_Tower):
    """The language tower."""

    kind: Literal["compact", "clip", "t5", "bert"] = "compact"
    max_tokens: int = Field(32, ge=4, le=512, description="Longer texts are cut.")
    layers: int = Field(2, ge=1, description="compact: layers of its transformer.")
    heads: int = Field(4, ge=1, description="compact: heads of its attention.")


class FusionConfig(_Part):
    """How pictures, words, state and earlier actions become one feature."""

    kind: Literal["concat", "transformer", "cross_attention", "resampler"] = "resampler"
    width: int = Field(256, ge=8, description="Width of the tokens and of the feature that the heads read.")
    hidden: int = Field(1024, ge=8, description="Hidden width of the MLPs.")
    heads: int = Field(8, ge=1, description="Heads of the attention.")
    layers: int = Field(2, ge=1, description="Layers of attention.")
    queries: int = Field(16, ge=1, description="resampler: queries that read each moment.")
    grid: int = Field(8, ge=1, description="Each picture becomes grid x grid tokens.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Share of values left out in training.")

    @model_validator(mode="after")
    def _heads_divide_width(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"a fusion of width {self.width} cannot have {self.heads} heads: they must divide it")
        return self


class ActionConfig(_Part):
    """The action head: a chunk by L1 or MSE, by flow matching, or as discrete tokens."""

    kind: Literal["l1", "mse", "flow", "tokens"] = "l1"
    horizon: int = Field(8, ge=1, description="Actions in a chunk.")
    step_s: float = Field(0.1, gt=0, description="Duration of one action [s].")
    hidden: int = Field(512, ge=8, description="Hidden width.")
    bins: int = Field(256, ge=2, description="tokens: values of one axis in [-1, 1].")
    euler_steps: int = Field(10, ge=1, description="flow: steps from noise to actions.")


class PlanConfig(_Part):
    """The task plan: an embedding, and tokens read from it (0 tokens: the embedding alone).

    From recordings of ours the tokens learn the numbers of the step, see `networks.tokens`, the embedding with them.
    """

    width: int = Field(128, ge=1, description="Width of the embedding.")
    tokens: int = Field(CODE_WIDTH, ge=0, description="Tokens of a plan; those of a step are 8.")
    vocabulary: int = Field(64, ge=2, description="Values of one token.")


class LossShares(_Part):
    """How much each part of the loss counts."""

    action: float = Field(1.0, ge=0)
    plan: float = Field(0.1, ge=0)
    done: float = Field(0.1, ge=0)
    progress: float = Field(0.1, ge=0)
    success: float = Field(0.1, ge=0)
    grounding: float = Field(0.25, ge=0)
    visible: float = Field(0.25, ge=0)


class FamilyConfig(_Part):
    """One model of the family."""

    vision: VisionConfig = VisionConfig()
    language: LanguageConfig = LanguageConfig()
    fusion: FusionConfig = FusionConfig()
    action: ActionConfig = ActionConfig()
    plan: PlanConfig = PlanConfig()
    loss: LossShares = LossShares()
    cameras: tuple[str, ...] = Field(("front", "wrist"), min_length=1, description="Cameras it needs, in this order.")
    frames: int = Field(1, ge=1, le=10, description="Most pictures of each camera; more are sampled uniformly.")
    frame_pooling: Literal["mean", "attention"] = "mean"
    depth: bool = Field(False, description="Reads depth pictures too.")
    depth_range_m: float = Field(2.0, gt=0, description="Depth beyond this counts as this [m].")
    state_width: int = Field(17, ge=1, description="Width of the arm's state.")
    history: int = Field(0, ge=0, description="Earlier actions that it reads.")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.fusion.kind == "cross_attention" and not self.history:
            raise ValueError("the fusion cross_attention asks with earlier actions: history must be at least 1")
        if self.language.kind == "compact" and self.language.width % self.language.heads:
            raise ValueError(
                f"the language tower's {self.language.heads} heads must divide its width {self.language.width}"
            )
        return self

    def with_towers(self, *, vision: Path | str = "", language: Path | str = "") -> FamilyConfig:
        """The same model with towers from these folders (or names)."""
        towers: dict[str, _Tower] = {}
        if vision:
            towers["vision"] = self.vision.model_copy(update={"name_or_folder": str(vision)})
        if language:
            towers["language"] = self.language.model_copy(update={"name_or_folder": str(language)})
        return self.model_copy(update=towers)


def load_family(name: str) -> FamilyConfig | None:
    """The model of a shipped preset or of the TOML file at this path; None when that is of another network.

    Raises:
        ConfigError: There is no such preset, or it has mistakes.
    """
    folder = paths.assets() / "presets"
    path = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    try:
        table: dict[str, Any] | None = tomllib.loads(path.read_text("utf-8")).get(KEY)
        return None if table is None else FamilyConfig.model_validate(table)
    except OSError as error:
        found = ", ".join(sorted(file.stem for file in folder.glob("*.toml")))
        raise ConfigError(f"There is no preset {name!r}.", f"Available are: {found}.") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"The preset {path} cannot be used: {error}.") from error
