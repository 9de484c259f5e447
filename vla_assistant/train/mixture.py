"""Batches of several recordings in fixed shares: own demonstrations beside simulated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from vla_assistant.errors import ConfigError
from vla_assistant.networks import tokens
from vla_assistant.networks.learnt import Learnt
from vla_assistant.train.batches import Batch
from vla_assistant.train.preset import Preset
from vla_assistant.train.recordings import Recordings


@dataclass(frozen=True)
class Mix:
    """A dataset, and one of your own that makes up a share of every batch."""

    data: Path
    own: Path
    own_share: float

    def __post_init__(self) -> None:
        if not 0 < self.own_share < 1:
            raise ConfigError(
                f"The share of your own recordings must lie between 0 and 1, not at {self.own_share:g}.",
                "To learn from them alone, name them with --data.",
            )


class Mixture:
    """Draws each batch from all sources; see `recordings.Source`."""

    def __init__(self, sources: Sequence[Recordings]) -> None:
        """`sources`: each draws as many frames as make up its share."""
        self._sources = tuple(sources)

    @property
    def frames(self) -> int:
        """How many frames can be drawn at present, of all sources together."""
        return sum(source.frames for source in self._sources)

    @property
    def held_out(self) -> int:
        """How many frames are held out at present, of all sources together."""
        return sum(source.held_out for source in self._sources)

    def learnt(self) -> Learnt:
        """What a network can learn from all of them."""
        first, *others = (source.learnt() for source in self._sources)
        for other in others:
            first = first | other
        return first

    def draw(self, index: int) -> Batch:
        """The batch with this number: first the frames of the first source, then those of the next."""
        return joined([source.draw(index) for source in self._sources])

    def validation(self) -> Iterator[Batch]:
        """Batches of held-out episodes, source by source."""
        parts = [source.validation() for source in self._sources]  # all of now, though the first takes its time
        return chain.from_iterable(parts)


def open_mix(mix: Mix, preset: Preset, seed: int, *, decode: bool = True, processes: int = 1) -> Mixture:
    """Both recordings of a mix, as `Recordings` opens each; the preset's batch is that of one process.

    Raises:
        ConfigError: A batch has no room for a frame of each.
        InputError: One of them is missing or cannot be learned from.
    """
    if preset.batch < 2:
        raise ConfigError(
            "Of a mix every process needs a frame of each recording in a step, and it has one frame in all.",
            f"Use at least {2 * processes} frames in a step (--batch-size).",
        )
    own = min(max(round(mix.own_share * preset.batch), 1), preset.batch - 1)
    parts = ((mix.data, preset.batch - own), (mix.own, own))
    sized = ((folder, preset.model_copy(update={"batch": count})) for folder, count in parts)
    return Mixture([Recordings(folder, part, seed, decode=decode, processes=processes) for folder, part in sized])


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of several; where one asks for fewer things, the rest of its queries asks for nothing."""
    most = max(batch.queries.shape[1] for batch in batches)
    pictures = tuple(
        torch.cat(views).contiguous(memory_format=torch.channels_last)
        for views in zip(*(batch.pictures for batch in batches), strict=True)
    )
    rest: dict[str, Tensor] = {
        field.name: torch.cat([getattr(batch, field.name) for batch in batches])
        for field in fields(Batch)
        if field.name not in ("pictures", "queries")
    }
    queries = torch.cat([_padded(batch.queries, most) for batch in batches])
    return Batch(pictures=(pictures[0], pictures[1]), queries=queries, **rest)


def _padded(queries: Tensor, count: int) -> Tensor:
    """Queries (b, q, 2) -> (b, count, 2)."""
    missing = count - queries.shape[1]
    padded = functional.pad(queries, (0, 0, 0, missing), value=tokens.NO_SHAPE)
    padded[:, queries.shape[1] :, 0] = tokens.ANY_COLOUR
    return padded
