"""Language towers: texts in, one vector and a row of tokens out, of one width whatever the tower."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from vla_assistant.networks.family import pretrained
from vla_assistant.networks.family.config import LanguageConfig
from vla_assistant.networks.family.reading import PAD, TokenReader, Tokens, WordReader, vocabulary_words


class TextFeatures(NamedTuple):
    """What a tower makes of b texts.

    Attributes:
        pooled: The text as a whole, (b, width).
        tokens: Its tokens, (b, t, width).
        mask: Which are tokens and not padding, bool (b, t).
    """

    pooled: Tensor
    tokens: Tensor
    mask: Tensor


class CompactLanguage(nn.Module):
    """Our own tower: an embedding for each word of the vocabulary file, and a small transformer."""

    def __init__(self, config: LanguageConfig, described: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        words = described["words"] if described else vocabulary_words()
        self.reader = WordReader(words, config.max_tokens)
        self.words = nn.Embedding(len(self.reader), config.width, padding_idx=PAD)
        self.positions = nn.Parameter(torch.randn(config.max_tokens, config.width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, 2 * config.width, batch_first=True, norm_first=True, dropout=0.0
        )
        self.layers = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(config.width)

    @property
    def own(self) -> nn.Module:
        """What is kept when the tower is frozen."""
        return self

    def forward(self, texts: Sequence[str]) -> TextFeatures:
        """Features of b texts."""
        read = _there(self.reader(texts), self.positions)
        embedded = self.words(read.ids) + self.positions[: read.ids.shape[1]]
        tokens = self.norm(self.layers(embedded, src_key_padding_mask=~read.mask))
        return TextFeatures(tokens[:, 0], tokens, read.mask)

    def description(self) -> dict[str, Any]:
        """Its words."""
        return self.reader.description()


class PretrainedLanguage(nn.Module):
    """A language tower of `transformers`: CLIP's text tower, T5's encoder, or BERT."""

    def __init__(self, config: LanguageConfig, described: Mapping[str, Any] | None = None) -> None:
        """Read tower and tokenizer, or build the tower empty as `described`.

        Raises:
            WeightsError: They are not there, of another kind, or not whole.
        """
        super().__init__()
        self.kind = pretrained.role(config)
        if described is None:
            self.model = pretrained.read_model(config)
            said = pretrained.tokenizer_description(config)
        else:
            self.model = pretrained.build_model(self.kind, described["settings"])
            said = described["reader"]
        settings: Any = self.model.config
        self.reader = TokenReader(said, min(config.max_tokens, getattr(settings, "max_position_embeddings", 512)))
        own = settings.projection_dim if self.kind == "clip text" else settings.hidden_size
        self.project = nn.Identity() if own == config.width else nn.Linear(own, config.width)

    @property
    def own(self) -> nn.Module:
        """What is kept when the tower is frozen: not the layer that was added to it."""
        return self.model

    def forward(self, texts: Sequence[str]) -> TextFeatures:
        """Features of b texts; pooled by CLIP's own rule, BERT's first token, or the mean of T5's tokens."""
        read = _there(self.reader(texts), next(self.model.parameters()))
        out = self.model(input_ids=read.ids, attention_mask=read.mask.long())
        tokens = out.last_hidden_state
        if self.kind == "clip text":
            pooled, tokens = out.text_embeds, self.model.text_projection(tokens)  # type: ignore[operator]
        elif self.kind == "bert text":
            pooled = tokens[:, 0]
        else:
            there = read.mask[..., None].to(tokens.dtype)
            pooled = (tokens * there).sum(1) / there.sum(1).clamp(min=1)
        return TextFeatures(self.project(pooled), self.project(tokens), read.mask)

    def description(self) -> dict[str, Any]:
        """What is needed to build it again without its folder."""
        return {"settings": pretrained.model_settings(self.model), "reader": self.reader.description()}


LanguageTower = CompactLanguage | PretrainedLanguage


def language_tower(config: LanguageConfig, described: Mapping[str, Any] | None = None) -> LanguageTower:
    """The tower of this configuration; `described` as `PretrainedLanguage`."""
    return (CompactLanguage if config.kind == "compact" else PretrainedLanguage)(config, described)


def _there(read: Tokens, like: Tensor) -> Tokens:
    return Tokens(read.ids.to(like.device), read.mask.to(like.device))
