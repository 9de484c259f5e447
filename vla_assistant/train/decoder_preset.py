"""How the training of the language layer's decoder goes: presets from assets/presets with a [decoder] table."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language.decoding.layout import DecoderConfig

KEY = "decoder"


class DecoderPreset(BaseModel):
    """One training run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field("", description="Name of the file it came from.")
    network: DecoderConfig = DecoderConfig()
    written_share: float = Field(0.5, ge=0, le=1, description="Share of texts that are varied sentences of writers.")
    steps: int = Field(20_000, ge=1, description="Optimizer steps, unless --minutes ends the run before.")
    batch: int = Field(64, ge=1, description="Texts in a step.")
    batches_per_round: int = Field(150, ge=1, description="Batches that are made at once, sorted by length.")
    easy_steps: int = Field(
        4000, ge=0, description="First steps, in which the texts grow from easy ones to all there are."
    )
    learning_rate: float = Field(1.5e-3, gt=0, description="Peak of the schedule.")
    warm_up: int = Field(400, ge=0, description="Steps until the peak.")
    decay_share: float = Field(0.6, gt=0, le=1, description="Last share of the run in which the rate falls to zero.")
    weight_decay: float = Field(0.02, ge=0, description="AdamW.")
    clip_norm: float = Field(1.0, gt=0, description="Largest norm of the gradient.")
    average: float = Field(0.998, ge=0, lt=1, description="Decay of the averaged weights (EMA).")
    dropout: float = Field(0.05, ge=0, lt=1, description="Share of values left out.")
    unknown_share: float = Field(0.06, ge=0, lt=1, description="Share of words that are made unknown.")
    vocabulary_texts: int = Field(40_000, ge=1, description="Texts from which the vocabulary is taken.")
    vocabulary_least: int = Field(4, ge=1, description="How often a word must occur in them.")
    held_out_texts: int = Field(1500, ge=1, description="Texts on which the confidence is calibrated at the end.")
    checkpoint_steps: int = Field(500, ge=1, description="Steps between checkpoints.")
    log_steps: int = Field(50, ge=1, description="Steps between log lines.")
    half_precision: bool = Field(True, description="Multiply in bfloat16.")
    threads: int = Field(2, ge=1, description="Threads of torch.")


def load_decoder_preset(name: str) -> DecoderPreset | None:
    """The preset of this name or path, or None when it is of another network or there is none.

    Raises:
        ConfigError: It has mistakes.
    """
    path = Path(name) if name.endswith(".toml") else paths.assets() / "presets" / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8")).get(KEY)
        return DecoderPreset.model_validate({"name": path.stem} | table) if table is not None else None
    except OSError:
        return None
    except (tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        raise ConfigError(f"The training preset {path} cannot be used: {error}.") from error
