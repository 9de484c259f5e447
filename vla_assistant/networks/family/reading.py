"""Texts as numbers: words of our vocabulary file, or the tokens of a pretrained tower."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.vocabulary import default_file

PAD, UNKNOWN, FIRST = range(3)
SPECIAL = ("<pad>", "<unknown>", "<first>")
_NO_WORDS = ("speech", "pronunciations")
"""Tables of the vocabulary file that hold rules and phones."""


class Tokens(NamedTuple):
    """Texts as numbers.

    Attributes:
        ids: int64 (b, t).
        mask: Which are tokens and not padding, bool (b, t).
    """

    ids: Tensor
    mask: Tensor


class WordReader:
    """Whole words of a closed list; any other word is the unknown one."""

    def __init__(self, words: Sequence[str], max_tokens: int) -> None:
        self.words = tuple(words)
        self._numbers = {word: number for number, word in enumerate((*SPECIAL, *words))}
        self._most = max_tokens

    def __len__(self) -> int:
        return len(self._numbers)

    def __call__(self, texts: Sequence[str]) -> Tokens:
        """The texts, each led by the first token, padded to the longest."""
        rows = [[FIRST, *(self._numbers.get(word, UNKNOWN) for word in split(text))][: self._most] for text in texts]
        ids = torch.full((len(rows), max(map(len, rows), default=1)), PAD, dtype=torch.int64)
        for row, numbers in zip(ids, rows, strict=True):
            row[: len(numbers)] = torch.tensor(numbers)
        return Tokens(ids, ids != PAD)

    def description(self) -> dict[str, Any]:
        """The words, in the order of their numbers."""
        return {"words": list(self.words)}


class TokenReader:
    """The tokenizer of a pretrained tower, without the library's own file formats."""

    def __init__(self, described: Mapping[str, Any], max_tokens: int) -> None:
        """`described` by `pretrained.tokenizer_description`; longer texts are cut."""
        from tokenizers import Tokenizer

        self._said = dict(described)
        self._tokenizer = Tokenizer.from_str(self._said["tokenizer"])
        self._tokenizer.enable_padding(pad_id=self._said["pad_id"], pad_token=self._said["pad_token"])
        self._tokenizer.enable_truncation(max_tokens)

    def __call__(self, texts: Sequence[str]) -> Tokens:
        """The texts with the tower's special tokens, padded to the longest."""
        rows = self._tokenizer.encode_batch(list(texts))
        ids = torch.tensor([row.ids for row in rows], dtype=torch.int64)
        return Tokens(ids, torch.tensor([row.attention_mask for row in rows], dtype=torch.bool))

    def description(self) -> dict[str, Any]:
        """What is needed to make it again without the tower's folder."""
        return self._said


Reader = WordReader | TokenReader


def split(text: str) -> list[str]:
    """Lower-case words as the vocabulary file writes them: an apostrophe is dropped."""
    return re.findall(r"\w+", text.lower().replace("'", "").replace("’", ""))


def vocabulary_words(file: Path | None = None, language: str = "en") -> tuple[str, ...]:
    """Every word of one language in the vocabulary file, and of the steps as the program words them, sorted."""
    table = tomllib.loads((file or default_file()).read_text("utf-8"))
    said = {name: part for name, part in table[language].items() if name not in _NO_WORDS}
    steps = [template for forms in phrasebook(language).steps.values() for template in forms.values()]
    return tuple(sorted({word for text in _texts([said, steps]) for word in split(text.replace("_", " "))}))


def _texts(part: Any) -> Iterator[str]:
    """All keys and strings in nested tables and lists."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(part, Sequence):
        for value in part:
            yield from _texts(value)
