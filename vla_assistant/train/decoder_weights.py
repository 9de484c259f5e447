"""The decoder's weights as the file that `language.decoding.network` reads: float16, all else in the header."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError
from vla_assistant.language.decoding.network import FORMAT, VERSION
from vla_assistant.language.decoding.notation import TOKENS
from vla_assistant.networks.decoder import Decoder

_UNLIKELY = -8.0


def save_weights(
    path: Path,
    network: Decoder,
    words: Sequence[str],
    *,
    temperature: float = 1.0,
    card: Mapping[str, Any] | None = None,
) -> None:
    """Write the network; `card` (preset, figures) travels along as JSON."""
    from safetensors.torch import save_file

    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "config": network.config.model_dump_json(),
        "words": json.dumps(list(words)),
        "tokens": json.dumps(list(TOKENS)),
        "temperature": repr(temperature),
        "card": json.dumps(dict(card or {})),
    }
    tensors = {name: value.detach().half().contiguous() for name, value in network.state_dict().items()}

    def write(draft: Path) -> None:
        save_file(tensors, draft, metadata=header)
        draft.chmod(0o644)  # the library makes it readable by its owner alone

    write_whole(path, write)


def load_weights(path: Path) -> tuple[list[str], dict[str, Tensor]]:
    """Words and tensors (float32) of such a file; what it knew of tokens that there are no more is left out.

    Tokens that it did not know yet are as unlikely as they can be: zeros with a low bias.

    Raises:
        WeightsError: it is missing or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            words: list[str] = json.loads(header["words"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
            return words, tensors | _of_tokens(tensors, json.loads(header["tokens"]))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        reason = str(error).splitlines()[0][:160]
        raise WeightsError(f"The weights {path} cannot be started from ({reason}).", "Train without them.") from error


def _of_tokens(tensors: Mapping[str, Tensor], known: Sequence[str]) -> dict[str, Tensor]:
    """Those with a row for every token, in today's order."""
    at = {token: number for number, token in enumerate(known)}
    found = {}
    for name, missing in (("tokens.weight", 0.0), ("choice.weight", 0.0), ("choice.bias", _UNLIKELY)):
        before = tensors[name]
        rows = [before[at[token]] if token in at else torch.full_like(before[0], missing) for token in TOKENS]
        found[name] = torch.stack(rows)
    return found
