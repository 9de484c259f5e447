"""Sizes of the compact network: what a preset may choose and what travels inside the weights file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CompactConfig(BaseModel):
    """Sizes of `networks.compact.CompactVLA`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    front_size: int = Field(128, description="Edge of the front picture [pixels], a multiple of 8.")
    wrist_size: int = Field(64, description="Edge of the wrist picture [pixels], a multiple of 8.")
    stem: int = Field(48, ge=8, description="Channels at a quarter of the picture's size.")
    width: int = Field(64, ge=8, description="Channels of the feature maps.")
    embedding: int = Field(32, ge=4, description="Width of the embedding of words.")
    hidden: int = Field(512, ge=32, description="Width of the action head.")
    head: Literal["plain", "geometric"] = Field(
        "plain", description="Action head; the geometric one is normalised, and told bearings and distances."
    )
    aim: bool = Field(False, description="Search the table for where what is moved is to come to lie.")
    horizon: int = Field(8, ge=1, description="Actions in a chunk.")
    step_s: float = Field(0.1, gt=0, description="Duration of one action [s].")
    half_precision: bool = Field(True, description="Train the convolutions in bfloat16.")
    position_centre: tuple[float, float, float] = Field((0.45, 0.0, 0.05), description="Middle of the table [m].")
    push_ends: tuple[float, float, float, float] = Field(
        (0.17, 0.17, -0.395, 0.605), description="How far pushes to the left, right, forward and back go [m]."
    )
    hand_offset: tuple[float, float, float] = Field((0.45, 0.0, 0.2), description="Offset of the hand's position [m].")
    hand_scale: tuple[float, float, float] = Field((0.15, 0.2, 0.15), description="Scale of the hand's position [m].")
