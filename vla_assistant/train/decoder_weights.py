"""The decoder's weights as the file that `language.decoding.network` reads: float16, all else in the header."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError
from vla_assistant.language.decoding.network import FORMAT, VERSION
from vla_assistant.language.decoding.notation import TOKENS
from vla_assistant.networks.decoder import Decoder


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
    """Words and tensors (float32) of such a file.

    Raises:
        WeightsError: it is missing or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            words: list[str] = json.loads(file.metadata()["words"])
            return words, {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        reason = str(error).splitlines()[0][:160]
        raise WeightsError(f"The weights {path} cannot be started from ({reason}).", "Train without them.") from error
