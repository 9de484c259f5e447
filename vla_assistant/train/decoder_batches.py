"""Batches of recombined texts for the decoder, made while it trains; none is ever seen twice."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vla_assistant.language.decoding.notation import END, NOTHING, TOKENS, UNSUPPORTED, row, with_slots
from vla_assistant.language.decoding.source import LENGTH, UNKNOWN, Source, pieces, read
from vla_assistant.networks.decoder import PAD
from vla_assistant.train.decoder_preset import DecoderPreset
from vla_assistant.train.recombining import texts, writers, written

_ROWS = {texts.NOTHING: NOTHING, texts.UNSUPPORTED: UNSUPPORTED}
Learnable = tuple[Source, tuple[str, ...]]
"""What is read, and the row to be written."""
_Row = Callable[[Sequence[float]], tuple[str, ...] | None]
"""The row of a meaning, given the numbers of the text; None when these lack one."""
_TOKENS = {token: number for number, token in enumerate(TOKENS)}


@dataclass(frozen=True, eq=False)
class Batch:
    """Tensors as `networks.decoder.Decoder` takes them; `wanted` (b, m) are the tokens after those of `tokens`."""

    words: Tensor
    slots: Tensor
    pieces: Tensor
    offsets: Tensor
    tokens: Tensor
    wanted: Tensor


def examples(seeds: Sequence[str], ease: float = 0.0) -> list[Learnable]:
    """Recombined texts with the rows they mean; some seeds give none, where noise has hidden a number."""
    return _learnable((example.text, _row_of(example)) for example in (texts.recombined(seed, ease) for seed in seeds))


def written_examples(seeds: Sequence[str]) -> list[Learnable]:
    """Sentences that writers wrote, varied, with the rows they mean; some seeds give none, as above."""
    said = (written.varied(seed) for seed in seeds)
    return _learnable((text, functools.partial(with_slots, meaning)) for text, meaning in said)


def _row_of(example: texts.Example) -> _Row:
    meaning = example.meaning
    return functools.partial(row, _ROWS[meaning] if isinstance(meaning, str) else meaning)


def _learnable(said: Iterable[tuple[str, _Row]]) -> list[Learnable]:
    """The texts that have words and hold all the numbers of their rows."""
    made = []
    for text, row_with in said:
        source = read(text)
        wanted = row_with(source.lengths_cm)
        if source.words and wanted is not None:
            made.append((source, wanted))
    return made


def vocabulary(count: int, least: int) -> list[str]:
    """Words that occur at least `least` times in `count` texts; the first ones stand for all others and for lengths."""
    seeds = [f"words/{i}" for i in range(count)]
    made = [*examples(seeds), *(written_examples(seeds) if writers.sentences() else ())]
    counted = collections.Counter(word for source, _ in made for word in source.words)
    return [UNKNOWN, LENGTH, *sorted(word for word, times in counted.items() if times >= least and word != LENGTH)]


def collate(chosen: Sequence[Learnable], numbers: Mapping[str, int], unknown: np.ndarray | None = None) -> Batch:
    """Examples as one batch; where `unknown` (b, n) is set a word counts as unknown."""
    longest = max(len(source.words) for source, _ in chosen)
    height = max(len(wanted) for _, wanted in chosen) + 1
    words = np.full((len(chosen), longest), PAD)
    slots = np.zeros_like(words)
    tokens, wanted = np.full((len(chosen), height), PAD), np.full((len(chosen), height), PAD)
    bags: list[tuple[int, ...]] = []
    for at, (source, tokens_wanted) in enumerate(chosen):
        length = len(source.words)
        words[at, :length] = [numbers.get(word, 0) for word in source.words]
        slots[at, :length] = source.slots
        bags += [pieces(word) for word in source.words] + [()] * (longest - length)
        written = [_TOKENS[token] for token in (END, *tokens_wanted, END)]
        tokens[at, : len(written) - 1], wanted[at, : len(written) - 1] = written[:-1], written[1:]
    if unknown is not None:
        words[unknown[:, :longest] & (words != PAD)] = 0
    offsets = np.concatenate([[0], np.cumsum([len(bag) for bag in bags])[:-1]])
    flat = np.fromiter((piece for bag in bags for piece in bag), dtype=np.int64)
    return Batch(
        *(torch.from_numpy(np.ascontiguousarray(part)) for part in (words, slots, flat, offsets, tokens, wanted))
    )


class Batches:
    """Draws batches; batch `index` of a seed is always the same. Texts of about one length stand together."""

    def __init__(self, words: Sequence[str], preset: DecoderPreset, seed: int) -> None:
        self._numbers = {word: number for number, word in enumerate(words)}
        self._preset, self._seed = preset, seed
        self._round, self._made = -1, list[Batch]()

    def draw(self, index: int) -> Batch:
        """The batch with this number."""
        number, at = divmod(index, self._preset.batches_per_round)
        if number != self._round:
            self._round, self._made = number, self._make(number)
        return self._made[at]

    def _make(self, number: int) -> list[Batch]:
        preset, rng = self._preset, np.random.default_rng([self._seed, number])
        wanted = preset.batch * preset.batches_per_round
        ease = max(0.0, 1 - number * preset.batches_per_round / max(preset.easy_steps, 1))
        spare = max(wanted // 20, 64)  # for texts in which noise has hidden a number
        seeds = [f"{self._seed}/{number}/{index}" for index in range(wanted + spare)]
        by_writers = round(preset.written_share * len(seeds))
        made = [*written_examples(seeds[:by_writers]), *examples(seeds[by_writers:], ease)]
        made = [made[index] for index in rng.permutation(len(made))[:wanted]]
        made.sort(key=lambda entry: (len(entry[0].words), len(entry[1])))
        batches = []
        for at in rng.permutation(preset.batches_per_round):
            chosen = made[at * preset.batch : (at + 1) * preset.batch]
            share = rng.choice([0.4, 1.0, 4.0], p=[0.4, 0.5, 0.1], size=(len(chosen), 1)) * preset.unknown_share
            longest = max(len(source.words) for source, _ in chosen)
            batches.append(collate(chosen, self._numbers, rng.random((len(chosen), longest)) < share))
        return batches
