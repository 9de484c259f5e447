"""How a training run goes: typed presets from assets/presets/*.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.networks.layout import CompactConfig


class LossWeights(BaseModel):
    """How much each part of the loss counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grounding: float = Field(0.25, ge=0, description="Where things are in the pictures.")
    visible: float = Field(0.25, ge=0, description="Whether they are in view.")
    position: float = Field(1.0, ge=0, description="Where object and destination are in space [per dm].")
    action: float = Field(3.0, ge=0, description="Displacement and rotation of the chunk.")
    turn: float = Field(4.0, ge=0, description="Rotation about the vertical, besides.")
    gripper: float = Field(0.7, ge=0, description="Opening of the chunk.")
    first: float = Field(1.0, ge=0, description="Of these three the chunk's first action, compared to a later one.")
    aim: float = Field(1.0, ge=0, description="Where what is moved is to come to lie [per dm].")
    aim_heat: float = Field(0.1, ge=0, description="The same in the front picture.")
    done: float = Field(0.2, ge=0, description="End of the step.")
    progress: float = Field(0.1, ge=0, description="Share of the step that lies behind.")
    success: float = Field(0.2, ge=0, description="Whether the aim is reached.")


class Schedule(BaseModel):
    """How a run goes, whatever network it trains."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", description="Name of the file it came from.")
    steps: int = Field(20_000, ge=1, description="Optimizer steps, unless --minutes ends the run before.")
    batch: int = Field(64, ge=1, description="Frames in a step.")
    learning_rate: float = Field(1.2e-3, gt=0, description="Peak of the schedule.")
    warm_up: int = Field(300, ge=0, description="Steps until the peak.")
    decay_share: float = Field(0.7, gt=0, le=1, description="Last share of the run in which the rate falls to zero.")
    weight_decay: float = Field(0.02, ge=0, description="AdamW.")
    clip_norm: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    average: float = Field(0.998, ge=0, lt=1, description="Decay of the averaged weights (EMA).")
    validation_share: float = Field(0.03, ge=0, lt=1, description="Share of the episodes that is held out.")
    validation_steps: int = Field(1000, ge=1, description="Steps between validations.")
    validation_batches: int = Field(20, ge=1, description="Most batches of a validation.")
    patience: int = Field(0, ge=0, description="End after so many validations without a better one; 0 goes on.")
    checkpoint_steps: int = Field(500, ge=1, description="Steps between checkpoints.")
    log_steps: int = Field(50, ge=1, description="Steps between log lines.")
    threads: int = Field(2, ge=1, description="Threads of torch, shared by the processes of one machine.")


class PictureChanges(Schedule):
    """A run that changes the light of its pictures and adds noise; held-out ones stay as they were recorded."""

    brightness: float = Field(0.15, ge=0, le=1, description="Largest change of brightness.")
    tint: float = Field(0.05, ge=0, le=1, description="Largest change of one colour channel.")
    noise: float = Field(0.02, ge=0, le=1, description="Largest standard deviation of noise, as a share of full light.")


class Preset(PictureChanges):
    """One training run of the compact network."""

    network: CompactConfig = CompactConfig()
    loss: LossWeights = LossWeights()
    colour_dropout: float = Field(0.15, ge=0, le=1, description="How often an unneeded colour word is left out.")
    shape_dropout: float = Field(0.1, ge=0, le=1, description="How often a shape that the colour tells is left out.")
    shift_pixels: int = Field(0, ge=0, description="Largest shift of the front picture [pixels].")
    newest_frames: int = Field(0, ge=0, description="How many of the frames recorded last are drawn more often.")
    newest_share: float = Field(0.0, ge=0, lt=1, description="Share of each batch that is drawn from those alone.")
    refresh_steps: int = Field(500, ge=0, description="Steps between looks for new recordings; 0 never looks.")


def preset_file(name: str) -> Path:
    """The TOML file of a shipped preset, or the one at this path."""
    return Path(name) if name.endswith(".toml") else paths.assets() / "presets" / f"{name}.toml"


def load_preset(name: str) -> Preset:
    """The shipped preset of this name, or the TOML file at this path.

    Raises:
        ConfigError: There is none, or it has mistakes.
    """
    path = preset_file(name)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return Preset.model_validate({"name": path.stem} | table)
    except OSError as error:
        found = ", ".join(sorted(file.stem for file in preset_file("").parent.glob("*.toml")))
        raise ConfigError(f"There is no training preset {name!r}.", f"Available are: {found}.") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigError(f"The training preset {path} cannot be used: {error}.") from error
