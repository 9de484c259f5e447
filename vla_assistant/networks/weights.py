"""Weights on disk: safetensors in half precision, with everything that is needed to use them in the header.

Never pickle. The header carries a format version, the sizes, the words and the normalisation constants; weights that do
not fit this program are refused with a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError
from vla_assistant.networks import senses, tokens
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.types import SKILLS

if TYPE_CHECKING:
    from torch import Tensor

    from vla_assistant.networks.compact import CompactVLA

FORMAT = "vla-assistant/compact"
VERSION = 1
_REMEDY = "Install the program again, or train new ones: see docs/training.md."


def save_weights(
    path: Path, config: CompactConfig, state: Mapping[str, Tensor], card: Mapping[str, Any] | None = None
) -> None:
    """Write a network's state as float16; `card` (preset, figures) travels along as JSON."""
    import torch
    from safetensors.torch import save_file

    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "config": config.model_dump_json(),
        "words": json.dumps(_words()),
        "constants": json.dumps(senses.constants()),
        "card": json.dumps(dict(card or {})),
    }
    tensors = {
        name: (value.half() if value.is_floating_point() else value).to(torch.device("cpu")).contiguous()
        for name, value in state.items()
    }

    def write(draft: Path) -> None:
        save_file(tensors, draft, metadata=header)
        draft.chmod(0o644)  # the library makes it readable by its owner alone

    write_whole(path, write)


def load_weights(path: Path) -> CompactVLA:
    """The network in `path`, ready for inference in float32.

    Raises:
        WeightsError: The file is missing, corrupt or made by another version.
    """
    from vla_assistant.networks.compact import CompactVLA

    header, tensors = _read(path)
    network = CompactVLA(_checked_config(path, header))
    try:
        network.load_state_dict({name: value.float() for name, value in tensors.items()}, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"The weights {path} do not fit their description ({_first(error)}).", _REMEDY) from error
    return network.eval()


def read_card(path: Path) -> dict[str, Any]:
    """Preset and training figures that travel with the weights.

    Raises:
        WeightsError: As `load_weights`.
    """
    card = json.loads(_read(path)[0].get("card", "{}"))
    assert isinstance(card, dict)
    return card


def require_file(path: Path) -> None:
    """Look whether the file is there, not into it.

    Raises:
        WeightsError: It is not.
    """
    if not path.is_file():
        raise WeightsError(f"The weights of the compact policy are missing: there is no file {path}.", _REMEDY)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    require_file(path)
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {}), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"The weights {path} are damaged ({_first(error)}).", _REMEDY) from error


def _checked_config(path: Path, header: Mapping[str, str]) -> CompactConfig:
    if header.get("format") != FORMAT:
        raise WeightsError(f"{path} holds no weights of the compact policy.", _REMEDY)
    if header.get("version") != str(VERSION):
        raise WeightsError(
            f"The weights {path} have format version {header.get('version')}; this program reads version {VERSION}.",
            _REMEDY,
        )
    try:
        config = CompactConfig.model_validate_json(header["config"])
        same = json.loads(header["words"]) == _words() and json.loads(header["constants"]) == senses.constants()
    except (KeyError, ValueError, ValidationError) as error:
        raise WeightsError(f"The weights {path} have an unreadable header ({_first(error)}).", _REMEDY) from error
    if not same:
        raise WeightsError(f"The weights {path} were made for other words or units than this program has.", _REMEDY)
    return config


def _words() -> dict[str, list[str]]:
    return {
        "skills": list(SKILLS),
        "shapes": list(tokens.SHAPES),
        "colours": list(tokens.COLOURS),
        "directions": list(tokens.DIRECTIONS),
    }


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
