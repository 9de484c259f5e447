"""The decoder without torch: numpy on weights from a safetensors file.

The twin of `networks.decoder`; a test holds them equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import WeightsError
from vla_assistant.language.decoding.layout import DecoderConfig
from vla_assistant.language.decoding.notation import END, TOKENS
from vla_assistant.language.decoding.source import UNKNOWN, Source, pieces

FORMAT = "vla-assistant/decoder"
VERSION = 2
_REMEDY = "Install the program again, or train new ones: see docs/training.md."
Rows = NDArray[np.float32]
_KeyValue = tuple[Rows, Rows]


class Network:
    """Reads a text and says how likely each token is to come next in the row that it means."""

    def __init__(
        self, config: DecoderConfig, words: Sequence[str], weights: Mapping[str, Rows], temperature: float = 1.0
    ) -> None:
        self._config, self._weights, self._temperature = config, weights, temperature
        self._numbers = {word: number for number, word in enumerate(words)}
        self._positions = _positions(128, config.width)
        self._tokens = {token: number for number, token in enumerate(TOKENS)}

    def read(self, source: Source) -> Rows:
        """What was read (n, w)."""
        weights = self._weights
        unknown = self._numbers[UNKNOWN]
        x = weights["words.weight"][[self._numbers.get(word, unknown) for word in source.words]]
        x = x + weights["slots.weight"][list(source.slots)] + self._positions[: len(source.words)]
        x = x + np.stack([weights["pieces.weight"][list(pieces(word))].mean(axis=0) for word in source.words])
        for index in range(self._config.reading_layers):
            name = f"reading.{index}"
            inner = self._norm(f"{name}.own_norm", x)
            keys, values = self._key_value(f"{name}.own", inner)
            x = x + self._attend(f"{name}.own", inner, keys, values, self._bias(f"{name}.own", len(x)))
            x = x + self._forward(name, x)
        return self._norm("read_norm", x)

    def begin(self, source: Source) -> Writing:
        """A row about the text, still without a token."""
        return Writing(self, self.read(source))

    def after(self, token: str, at: int, own: Sequence[list[_KeyValue]], read: Sequence[_KeyValue]) -> Rows:
        """The share (tokens,) of every token to come next, after `token` at index `at`.

        Args:
            token: The last one, END before the first.
            at: How many tokens stood before it.
            own: For each layer what it knows of the earlier tokens; that of this one is added.
            read: For each layer what it knows of the text.
        """
        x = self._weights["tokens.weight"][[self._tokens[token]]] + self._positions[at : at + 1]
        for name, known, (keys, values) in zip(self.layers, own, read, strict=True):
            inner = self._norm(f"{name}.own_norm", x)
            known.append(self._key_value(f"{name}.own", inner))
            own_keys, own_values = (np.concatenate(parts, axis=1) for parts in zip(*known, strict=True))
            bias = self._bias(f"{name}.own", len(known))[:, -1:]
            x = x + self._attend(f"{name}.own", inner, own_keys, own_values, bias)
            x = x + self._attend(f"{name}.read", self._norm(f"{name}.read_norm", x), keys, values)
            x = x + self._forward(name, x)
        scores = self._linear("choice", self._norm("written_norm", x))[0] / self._temperature
        shares = np.exp(scores - scores.max())
        return shares / shares.sum()

    def known_of(self, memory: Rows) -> list[_KeyValue]:
        """For each layer that writes what it knows of what was read (n, w)."""
        return [self._key_value(f"{name}.read", memory) for name in self.layers]

    @property
    def layers(self) -> list[str]:
        """Names of the layers that write."""
        return [f"writing.{index}" for index in range(self._config.writing_layers)]

    def scores(self, source: Source, row: Sequence[str]) -> Rows:
        """Scores of every token after each prefix of the row (len(row) + 1, tokens); for tests."""
        memory = self.read(source)
        numbers = [self._tokens[token] for token in (END, *row)]
        x = self._weights["tokens.weight"][numbers] + self._positions[: len(numbers)]
        later = np.triu(np.full((len(x), len(x)), -np.inf, np.float32), 1)
        for index in range(self._config.writing_layers):
            name = f"writing.{index}"
            inner = self._norm(f"{name}.own_norm", x)
            x = x + self._attend(
                f"{name}.own", inner, *self._key_value(f"{name}.own", inner), self._bias(f"{name}.own", len(x)) + later
            )
            x = x + self._attend(
                f"{name}.read", self._norm(f"{name}.read_norm", x), *self._key_value(f"{name}.read", memory)
            )
            x = x + self._forward(name, x)
        return self._linear("choice", self._norm("written_norm", x))

    def _linear(self, name: str, x: Rows) -> Rows:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, name: str, x: Rows) -> Rows:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = 1 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-5)
        normed: Rows = centred * scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed

    def _forward(self, name: str, x: Rows) -> Rows:
        return self._linear(f"{name}.fall", np.maximum(self._linear(f"{name}.rise", self._norm(f"{name}.norm", x)), 0))

    def _key_value(self, name: str, x: Rows) -> tuple[Rows, Rows]:
        """Each (heads, n, w / heads)."""
        both = self._linear(f"{name}.key_value", x).reshape(len(x), 2, self._config.heads, -1)
        return both[:, 0].transpose(1, 0, 2), both[:, 1].transpose(1, 0, 2)

    def _attend(self, name: str, x: Rows, keys: Rows, values: Rows, bias: Rows | float = 0.0) -> Rows:
        query = self._linear(f"{name}.query", x).reshape(len(x), self._config.heads, -1).transpose(1, 0, 2)
        scores = query @ keys.transpose(0, 2, 1) / np.sqrt(query.shape[-1]).astype(np.float32) + bias
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (shares / shares.sum(axis=-1, keepdims=True)) @ values
        return self._linear(f"{name}.out", mixed.transpose(1, 0, 2).reshape(len(x), -1))

    def _bias(self, name: str, rows: int) -> Rows:
        at, reach = np.arange(rows), self._config.reach
        return self._weights[f"{name}.distance"][:, np.clip(at[None, :] - at[:, None], -reach, reach) + reach]


class Writing:
    """A row in the making."""

    def __init__(self, network: Network, memory: Rows) -> None:
        self._network, self._read = network, network.known_of(memory)
        self._own: list[list[_KeyValue]] = [[] for _ in self._read]
        self._length = 0

    def after(self, token: str) -> Rows:
        """The share (tokens,) of every token to come after this one; END comes before the first."""
        shares = self._network.after(token, self._length, self._own, self._read)
        self._length += 1
        return shares


def _positions(rows: int, width: int) -> Rows:
    angle = np.arange(rows)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)[:, :width].astype(np.float32)


def load(path: Path) -> Network:
    """The network in a weights file.

    Raises:
        WeightsError: The file is missing, damaged or made for another version.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise WeightsError(f"The weights of the decoder are missing: there is no file {path}.", _REMEDY)
    try:
        with safe_open(path, framework="np") as file:
            header = dict(file.metadata() or {})
            weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        fitting = (
            header.get("format") == FORMAT
            and header.get("version") == str(VERSION)
            and json.loads(header["tokens"]) == list(TOKENS)
        )
        if not fitting:
            raise WeightsError(f"The weights {path} are no decoder of this version of the program.", _REMEDY)
        config = DecoderConfig.model_validate_json(header["config"])
        return Network(config, json.loads(header["words"]), weights, float(header["temperature"]))
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise WeightsError(f"The weights {path} are damaged ({str(error).splitlines()[0][:160]}).", _REMEDY) from error
