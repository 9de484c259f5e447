"""Sizes of the decoder: what a preset may choose and what travels inside the weights file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DecoderConfig(BaseModel):
    """Sizes of `networks.decoder.Decoder` and of its twin without torch, `network.Network`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(128, ge=8, description="Width of the rows that stand for words and tokens.")
    heads: int = Field(4, ge=1, description="Heads of every attention; they share the width.")
    hidden: int = Field(384, ge=8, description="Width between the two layers of each feed-forward part.")
    reading_layers: int = Field(4, ge=1, description="Layers that read the text.")
    writing_layers: int = Field(2, ge=1, description="Layers that write the request.")
    reach: int = Field(12, ge=1, description="Distance up to which neighbours are told apart [words].")
