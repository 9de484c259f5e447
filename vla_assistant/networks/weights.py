"""Weights on disk: safetensors in half precision, with everything that is needed to use them in the header.

Never pickle. The header carries a format version, the sizes, the words, those of them that were learnt, and the
normalisation constants; weights that do not fit this program are refused with a sentence. Version 1 is upgraded. The
entry `chances` is there when they have been calibrated.
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
from vla_assistant.networks.chances import Calibration
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.networks.learnt import EVERYTHING, VERSION_1, Learnt

if TYPE_CHECKING:
    from torch import Tensor

    from vla_assistant.networks.compact import CompactVLA

FORMAT = "vla-assistant/compact"
VERSION = 2
_WORDS = {"1": VERSION_1, str(VERSION): EVERYTHING}
_REMEDY = "Install the program again, or train new ones: see docs/training.md."


def save_weights(
    path: Path,
    config: CompactConfig,
    state: Mapping[str, Tensor],
    card: Mapping[str, Any] | None = None,
    learnt: Learnt = EVERYTHING,
) -> None:
    """Write a network's state as float16; `card` (preset, figures) and what was learnt travel along as JSON."""
    import torch

    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "config": config.model_dump_json(),
        "words": json.dumps(EVERYTHING.as_json()),
        "constants": json.dumps(senses.constants()),
        "learnt": json.dumps(learnt.as_json()),
        "card": json.dumps(dict(card or {})),
    }
    tensors = {
        name: (value.half() if value.is_floating_point() else value).to(torch.device("cpu")).contiguous()
        for name, value in state.items()
    }
    _write(path, header, tensors)


def load_weights(path: Path) -> CompactVLA:
    """The network in `path`, ready for inference in float32, or to be trained on.

    Raises:
        WeightsError: The file is missing, corrupt or made by another version.
    """
    from vla_assistant.networks.compact import CompactVLA
    from vla_assistant.networks.upgrade import upgraded, widened

    header, tensors = _read(path)
    config, _ = _checked(path, header)
    network = CompactVLA(config)
    try:
        state = {name: value.float() for name, value in tensors.items()}
        if header["version"] == "1":
            state = upgraded(state, config)
        if config.head == "geometric":
            state = widened(state, network.act_inputs)
        network.load_state_dict(state, strict=True)
    except (RuntimeError, KeyError, IndexError) as error:
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


def read_learnt(path: Path) -> Learnt:
    """The words that these weights have learnt.

    Raises:
        WeightsError: As `load_weights`.
    """
    return _checked(path, _read(path)[0])[1]


def read_calibration(path: Path) -> Calibration | None:
    """What was fitted on roll-outs of these weights; None when they have not been calibrated.

    Raises:
        WeightsError: As `load_weights`.
    """
    entry = _read(path)[0].get("chances")
    if entry is None:
        return None
    try:
        return Calibration.from_json(json.loads(entry))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            f"The chances in the weights {path} cannot be read ({_first(error)}).", "Fit them anew: docs/confidence.md."
        ) from error


def copy_weights(source: Path, target: Path, calibration: Calibration | None) -> None:
    """The same weights with this calibration instead of theirs, or with none.

    Raises:
        WeightsError: As `load_weights`.
    """
    header, tensors = _read(source)
    _checked(source, header)
    header.pop("chances", None)
    _write(target, header | ({"chances": json.dumps(calibration.as_json())} if calibration else {}), tensors)


def require_file(path: Path) -> None:
    """Look whether the file is there, not into it.

    Raises:
        WeightsError: It is not.
    """
    if not path.is_file():
        raise WeightsError(f"The weights of the compact policy are missing: there is no file {path}.", _REMEDY)


def _write(path: Path, header: dict[str, str], tensors: dict[str, Tensor]) -> None:
    from safetensors.torch import save_file

    def write(draft: Path) -> None:
        save_file(tensors, draft, metadata=header)
        draft.chmod(0o644)  # the library makes it readable by its owner alone

    write_whole(path, write)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    require_file(path)
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {}), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"The weights {path} are damaged ({_first(error)}).", _REMEDY) from error


def _checked(path: Path, header: Mapping[str, str]) -> tuple[CompactConfig, Learnt]:
    """Sizes and learnt words, if the weights fit this program."""
    if header.get("format") != FORMAT:
        raise WeightsError(f"{path} holds no weights of the compact policy.", _REMEDY)
    version = header.get("version")
    if version not in _WORDS:
        raise WeightsError(
            f"The weights {path} have format version {version}; this program reads versions 1 and {VERSION}.", _REMEDY
        )
    try:
        config = CompactConfig.model_validate_json(header["config"])
        words = Learnt.from_json(json.loads(header["words"]))
        learnt = words if version == "1" else Learnt.from_json(json.loads(header["learnt"]))
        same = words == _WORDS[version] and json.loads(header["constants"]) == senses.constants()
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise WeightsError(f"The weights {path} have an unreadable header ({_first(error)}).", _REMEDY) from error
    if not same:
        raise WeightsError(f"The weights {path} were made for other words or units than this program has.", _REMEDY)
    return config, learnt


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
