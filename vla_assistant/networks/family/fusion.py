"""Fusions: views, words, the arm's state and earlier actions in, one feature out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vla_assistant.networks.family.config import FamilyConfig
from vla_assistant.networks.family.frames import Views
from vla_assistant.networks.family.language import TextFeatures
from vla_assistant.types import ACTION_WIDTH


class TokenRow(nn.Module):
    """Everything that is known as tokens of one width, each told apart by position, camera and kind."""

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        width, grid = config.fusion.width, config.fusion.grid
        self.picture = nn.Linear(config.vision.width, width)
        self.text = nn.Linear(config.language.width, width)
        self.state = nn.Linear(config.state_width, width)
        self.action = nn.Linear(ACTION_WIDTH, width)
        self.places = _learnt(grid * grid, width)
        self.cameras = _learnt(len(config.cameras), 1, width)
        self.kinds = _learnt(3, width)
        self.ages = _learnt(max(config.history, 1), width)

    def of_pictures(self, views: Views) -> Tensor:
        """(b, cameras * grid * grid, width)."""
        patches = self.picture(views.patches.flatten(3).transpose(2, 3))  # (b, c, grid * grid, width)
        return (patches + self.places + self.cameras).flatten(1, 2)

    def of_text(self, text: TextFeatures) -> Tensor:
        """(b, t, width)."""
        tokens: Tensor = self.text(text.tokens) + self.kinds[0]
        return tokens

    def of_state(self, state: Tensor) -> Tensor:
        """(b, 1, width)."""
        token: Tensor = self.state(state)[:, None] + self.kinds[1]
        return token

    def of_history(self, history: Tensor) -> Tensor:
        """(b, k, width), the last action last."""
        tokens: Tensor = self.action(history) + self.kinds[2] + self.ages[: history.shape[1]].flip(0)
        return tokens


class Fusion(nn.Module):
    """Base of the fusions."""

    def forward(self, views: Views, text: TextFeatures, state: Tensor, history: Tensor) -> Tensor:
        """One feature (b, width) from views, text, state (b, s) and earlier actions (b, k, 7); k may be 0."""
        raise NotImplementedError


class Concat(Fusion):
    """Pooled picture and pooled text side by side through an MLP; state and earlier actions are added to the result.

    With the widths of CLIP it is 512 + 512 -> 1024 -> 512.
    """

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        fusion = config.fusion
        self.cameras = _learnt(len(config.cameras), config.vision.width)
        self.mix = nn.Sequential(
            nn.Linear(config.vision.width + config.language.width, fusion.hidden),
            nn.ReLU(),
            nn.Dropout(fusion.dropout),
            nn.Linear(fusion.hidden, fusion.width),
        )
        self.body = nn.Linear(config.state_width + config.history * ACTION_WIDTH, fusion.width)

    def forward(self, views: Views, text: TextFeatures, state: Tensor, history: Tensor) -> Tensor:
        """See `Fusion`."""
        picture = (views.pooled + self.cameras).mean(1)
        mixed = self.mix(torch.cat([picture, text.pooled], dim=-1))
        return functional.relu(mixed + self.body(torch.cat([state, history.flatten(1)], dim=-1)))


class Transformer(Fusion):
    """A transformer encoder over all tokens; the first token, which is no input, is the feature."""

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        fusion = config.fusion
        self.row = TokenRow(config)
        self.first = _learnt(1, 1, fusion.width)
        layer = nn.TransformerEncoderLayer(
            fusion.width, fusion.heads, fusion.hidden, fusion.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, fusion.layers, nn.LayerNorm(fusion.width), False)

    def forward(self, views: Views, text: TextFeatures, state: Tensor, history: Tensor) -> Tensor:
        """See `Fusion`."""
        row = self.row
        parts = [self.first.expand(len(state), -1, -1), row.of_state(state), row.of_history(history)]
        parts += [row.of_pictures(views), row.of_text(text)]
        tokens = torch.cat(parts, dim=1)
        hidden = _padding(text, tokens.shape[1])
        feature: Tensor = self.layers(tokens, src_key_padding_mask=hidden)[:, 0]
        return feature


class CrossAttention(Fusion):
    """Earlier actions and the state ask; pictures and words answer. The state's token is the feature."""

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        fusion = config.fusion
        self.row = TokenRow(config)
        layer = nn.TransformerDecoderLayer(
            fusion.width, fusion.heads, fusion.hidden, fusion.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerDecoder(layer, fusion.layers, nn.LayerNorm(fusion.width))

    def forward(self, views: Views, text: TextFeatures, state: Tensor, history: Tensor) -> Tensor:
        """See `Fusion`."""
        asking = torch.cat([self.row.of_state(state), self.row.of_history(history)], dim=1)
        memory = torch.cat([self.row.of_pictures(views), self.row.of_text(text)], dim=1)
        hidden = _padding(text, memory.shape[1])
        feature: Tensor = self.layers(asking, memory, memory_key_padding_mask=hidden)[:, 0]
        return feature


class Resampler(Fusion):
    """A few learnt queries, conditioned on the instruction, read pictures, words, state and earlier actions.

    Source: Jaegle et al. 2021 (Perceiver), arXiv:2103.03206; Alayrac et al. 2022 (Flamingo), arXiv:2204.14198;
    conditioning: Perez et al. 2018 (FiLM), arXiv:1709.07871.
    """

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        fusion = config.fusion
        self.row = TokenRow(config)
        self.queries = _learnt(fusion.queries, fusion.width)
        self.layers = nn.ModuleList(ResamplerLayer(config) for _ in range(fusion.layers))
        self.norm = nn.LayerNorm(fusion.width)
        self.out = nn.Linear(fusion.queries * fusion.width, fusion.width)

    def forward(self, views: Views, text: TextFeatures, state: Tensor, history: Tensor) -> Tensor:
        """See `Fusion`."""
        row = self.row
        parts = [row.of_pictures(views), row.of_state(state), row.of_history(history), row.of_text(text)]
        memory = torch.cat(parts, dim=1)
        hidden = _padding(text, memory.shape[1])
        queries = self.queries.expand(len(state), -1, -1)
        for layer in self.layers:
            queries = layer(queries, memory, hidden, text.pooled)
        return functional.relu(self.out(self.norm(queries).flatten(1)))


class ResamplerLayer(nn.Module):
    """Queries, scaled and shifted by the instruction, attend to the memory, then think."""

    def __init__(self, config: FamilyConfig) -> None:
        super().__init__()
        fusion = config.fusion
        self.film = nn.Linear(config.language.width, 2 * fusion.width)
        self.asking, self.answering = nn.LayerNorm(fusion.width), nn.LayerNorm(fusion.width)
        self.attention = nn.MultiheadAttention(fusion.width, fusion.heads, fusion.dropout, batch_first=True)
        self.think = nn.Sequential(
            nn.LayerNorm(fusion.width),
            nn.Linear(fusion.width, fusion.hidden),
            nn.GELU(),
            nn.Dropout(fusion.dropout),
            nn.Linear(fusion.hidden, fusion.width),
        )

    def forward(self, queries: Tensor, memory: Tensor, hidden: Tensor, instruction: Tensor) -> Tensor:
        """Queries (b, q, w), memory (b, m, w) with `hidden` (b, m) padding, instruction (b, wl) -> (b, q, w)."""
        scale, shift = self.film(instruction)[:, None].chunk(2, dim=-1)
        asked = self.asking(queries) * (1 + scale) + shift
        known = self.answering(memory)
        answered, _ = self.attention(asked, known, known, key_padding_mask=hidden, need_weights=False)
        queries = queries + answered
        return queries + self.think(queries)


FUSIONS: dict[str, type[Concat | Transformer | CrossAttention | Resampler]] = {
    "concat": Concat,
    "transformer": Transformer,
    "cross_attention": CrossAttention,
    "resampler": Resampler,
}


def _learnt(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(*shape) * 0.02)


def _padding(text: TextFeatures, length: int) -> Tensor:
    """Which of `length` tokens are padding, bool (b, length); the text's are the last."""
    before = text.mask.new_zeros(len(text.mask), length - text.mask.shape[1])
    return torch.cat([before, ~text.mask], dim=1)
