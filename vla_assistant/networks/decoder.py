"""The decoder of the language layer as a torch module; `language.decoding.network` is its twin without torch.

A small encoder-decoder transformer. Words enter as their number in a closed vocabulary, the pieces of their spelling
and the number they say, so that an unknown word is known to be unknown and still has its letters. Attention knows
distances by a learnt bias. Source: Vaswani et al. 2017 (transformer), Xiong et al. 2020 (normalising before each part),
Shaw et al. 2018 (relative positions), Bojanowski et al. 2017 (pieces of words).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.language.decoding.layout import DecoderConfig
from vla_assistant.language.decoding.notation import TOKENS
from vla_assistant.language.decoding.source import BUCKETS, SLOTS

PAD = -1
"""Fills up the rows of a batch."""


class Attention(nn.Module):
    """Attention of several heads; with `reach`, a bias for each distance up to it."""

    def __init__(self, config: DecoderConfig, reach: int = 0) -> None:
        super().__init__()
        self.heads, self.reach = config.heads, reach
        self.query = nn.Linear(config.width, config.width)
        self.key_value = nn.Linear(config.width, 2 * config.width)
        self.out = nn.Linear(config.width, config.width)
        if reach:
            self.distance = nn.Parameter(torch.zeros(config.heads, 2 * reach + 1))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """x (b, n, w), memory (b, m, w), mask (b, 1, n or 1, m): 0 or -inf."""
        count, rows, width = x.shape
        query = self.query(x).view(count, rows, self.heads, -1).transpose(1, 2)
        key, value = self.key_value(memory).view(count, memory.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        if self.reach:
            mask = mask + self.bias(rows)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(count, rows, width))
        return out

    def bias(self, rows: int) -> Tensor:
        at = torch.arange(rows)
        return self.distance[:, (at[None, :] - at[:, None]).clamp(-self.reach, self.reach) + self.reach]


class Layer(nn.Module):
    """Attention to itself, with `writes` also to what was read, and a feed-forward part."""

    def __init__(self, config: DecoderConfig, writes: bool) -> None:
        super().__init__()
        self.own_norm, self.own = nn.LayerNorm(config.width), Attention(config, config.reach)
        if writes:
            self.read_norm, self.read = nn.LayerNorm(config.width), Attention(config)
        self.norm = nn.LayerNorm(config.width)
        self.rise, self.fall = nn.Linear(config.width, config.hidden), nn.Linear(config.hidden, config.width)
        self.writes = writes

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor, dropout: float) -> Tensor:
        inner = self.own_norm(x)
        x = x + functional.dropout(self.own(inner, inner, mask), dropout, self.training)
        if self.writes:
            x = x + functional.dropout(self.read(self.read_norm(x), memory, memory_mask), dropout, self.training)
        out: Tensor = self.fall(functional.relu(self.rise(self.norm(x))))
        return x + functional.dropout(out, dropout, self.training)


class Decoder(nn.Module):
    """Texts to rows of tokens.

    Args:
        config: Sizes.
        words: Number of words in the vocabulary, the unknown word included.
    """

    def __init__(self, config: DecoderConfig, words: int) -> None:
        super().__init__()
        self.config, self.dropout = config, 0.0
        self.words = nn.Embedding(words, config.width)
        self.pieces = nn.EmbeddingBag(BUCKETS, config.width, mode="mean")
        self.slots = nn.Embedding(SLOTS + 1, config.width)
        self.tokens = nn.Embedding(len(TOKENS), config.width)
        self.register_buffer("positions", positions(128, config.width), persistent=False)
        for table in (self.words, self.pieces, self.slots, self.tokens):
            nn.init.normal_(table.weight, std=0.7)
        self.reading = nn.ModuleList(Layer(config, writes=False) for _ in range(config.reading_layers))
        self.read_norm = nn.LayerNorm(config.width)
        self.writing = nn.ModuleList(Layer(config, writes=True) for _ in range(config.writing_layers))
        self.written_norm = nn.LayerNorm(config.width)
        self.choice = nn.Linear(config.width, len(TOKENS))

    def read(self, words: Tensor, slots: Tensor, pieces: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """What was read (b, n, w), and its mask.

        Args:
            words: Numbers of words (b, n), PAD behind the end.
            slots: Which number of the text a word says (b, n).
            pieces: Numbers of the pieces of all b * n words, one after the other.
            offsets: Where in `pieces` each word begins (b * n).
        """
        count, rows = words.shape
        x = self.words(words.clamp(min=0)) + self.slots(slots) + self.pieces(pieces, offsets).view(count, rows, -1)
        x = x + self.positions[:rows]  # type: ignore[index]
        mask = torch.zeros(count, 1, 1, rows).masked_fill((words == PAD)[:, None, None], -torch.inf)
        x = functional.dropout(x, self.dropout, self.training)
        for layer in self.reading:
            x = layer(x, mask, x, mask, self.dropout)
        return self.read_norm(x), mask

    def write(self, tokens: Tensor, memory: Tensor, memory_mask: Tensor) -> Tensor:
        """Scores (b, m, tokens) of the token after each of `tokens` (b, m), which begin with END."""
        rows = tokens.shape[1]
        x = self.tokens(tokens.clamp(min=0)) + self.positions[:rows]  # type: ignore[index]
        mask = torch.full((rows, rows), -torch.inf).triu(1)[None, None]
        x = functional.dropout(x, self.dropout, self.training)
        for layer in self.writing:
            x = layer(x, mask, memory, memory_mask, self.dropout)
        scores: Tensor = self.choice(self.written_norm(x))
        return scores


def positions(rows: int, width: int) -> Tensor:
    """Sines and cosines of the place (rows, width)."""
    angle = torch.arange(rows)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return torch.cat([angle.sin(), angle.cos()], dim=1)[:, :width]
