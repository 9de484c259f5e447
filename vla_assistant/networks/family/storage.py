"""Weights of the family on disk: one safetensors file that holds everything, also the towers and their tokenizers.

Its header says as JSON which model it is, what the towers are and which units it was made for; nothing is ever
pickled, and the folders that the towers came from are not needed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from vla_assistant.data.files import write_whole
from vla_assistant.errors import WeightsError
from vla_assistant.networks import senses
from vla_assistant.networks.family.config import PARTS, FamilyConfig

if TYPE_CHECKING:
    from torch import Tensor

    from vla_assistant.networks.family.model import VisionLanguageActionModel

FORMAT = "vla-assistant/family"
VERSION = 1
NAME = "family.safetensors"
_REMEDY = "Train new ones: see docs/models.md."


def save_model(
    path: Path,
    model: VisionLanguageActionModel,
    card: Mapping[str, Any] | None = None,
    *,
    state: Mapping[str, Tensor] | None = None,
    half: bool = False,
) -> Path:
    """Write the model whole; `card` (preset, figures) travels along as JSON.

    Args:
        path: A safetensors file, or a folder for one named family.safetensors.
        model: What to write.
        card: Anything that can be written as JSON.
        state: Weights to write in place of the model's own, for example their average.
        half: Write floats as float16: half the size, and not exactly the same.

    Returns:
        The file.
    """
    from safetensors.torch import save_file

    file = path if path.suffix == ".safetensors" else path / NAME
    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "config": model.config.model_dump_json(),
        "towers": json.dumps(model.description()),
        "parts": json.dumps(PARTS),
        "constants": json.dumps(senses.constants()),
        "card": json.dumps(dict(card or {})),
    }
    ready = {
        name: (value.half() if half and value.is_floating_point() else value).cpu().contiguous()
        for name, value in (model.state_dict() if state is None else state).items()
    }

    def write(draft: Path) -> None:
        save_file(ready, draft, metadata=header)
        draft.chmod(0o644)  # the library makes it readable by its owner alone

    write_whole(file, write)
    return file


def from_folder(path: Path) -> VisionLanguageActionModel:
    """The model in this folder or file, float32, ready for inference.

    Raises:
        WeightsError: It is missing, damaged, of another version, or made for other units.
    """
    from vla_assistant.networks.family.model import VisionLanguageActionModel

    file = weights_file(path)
    header, tensors = _read(file)
    config, said = _checked(file, header)
    try:
        model = VisionLanguageActionModel(config, said["towers"])
        model.load_state_dict({n: v.float() if v.is_floating_point() else v for n, v in tensors.items()}, strict=True)
    except (RuntimeError, KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"The weights {file} do not fit their description ({_first(error)}).", _REMEDY) from error
    return model.eval()


def read_card(path: Path) -> dict[str, Any]:
    """What was written along with the weights.

    Raises:
        WeightsError: As `from_folder`.
    """
    card = json.loads(_read(weights_file(path))[0].get("card", "{}"))
    assert isinstance(card, dict)
    return card


def read_towers(path: Path) -> tuple[FamilyConfig, dict[str, Any]]:
    """Which model is in this folder or file, and what its towers are, as `VisionLanguageActionModel` is told.

    Raises:
        WeightsError: As `from_folder`.
    """
    file = weights_file(path)
    config, said = _checked(file, _read(file)[0])
    return config, said["towers"]


def weights_file(path: Path) -> Path:
    """The file that is meant by a folder or a file.

    Raises:
        WeightsError: There is none.
    """
    file = path / NAME if path.is_dir() else path
    if not file.is_file():
        raise WeightsError(f"There are no weights of the model family in {path}: there is no file {file}.", _REMEDY)
    return file


def _read(file: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as opened:
            return dict(opened.metadata() or {}), {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"The weights {file} are damaged ({_first(error)}).", _REMEDY) from error


def _checked(file: Path, header: Mapping[str, str]) -> tuple[FamilyConfig, dict[str, Any]]:
    """Configuration, and what the towers are, of a header that this program can use."""
    if header.get("format") != FORMAT:
        raise WeightsError(f"{file} holds no weights of the model family.", _REMEDY)
    if header.get("version") != str(VERSION):
        found = header.get("version")
        raise WeightsError(f"The weights {file} have format version {found}; this program reads {VERSION}.", _REMEDY)
    try:
        config = FamilyConfig.model_validate_json(header["config"])
        said = {key: json.loads(header[key]) for key in ("towers", "parts", "constants")}
    except (KeyError, ValueError, ValidationError) as error:
        raise WeightsError(f"The weights {file} have an unreadable header ({_first(error)}).", _REMEDY) from error
    if said["constants"] != senses.constants() or tuple(said["parts"]) != PARTS:
        raise WeightsError(f"The weights {file} were made for other units than this program has.", _REMEDY)
    return config, said


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
