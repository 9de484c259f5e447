"""Pretrained towers of `transformers`: read from a folder or the local cache, described, and built again empty.

Only safetensors are read, never pickles, and no code that lies beside the weights is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from vla_assistant.errors import WeightsError
from vla_assistant.networks.family.config import LanguageConfig, VisionConfig

CLASSES = {
    "clip vision": "CLIPVisionModelWithProjection",
    "dinov2 vision": "Dinov2Model",
    "auto vision": "AutoModel",
    "clip text": "CLIPTextModelWithProjection",
    "t5 text": "T5EncoderModel",
    "bert text": "BertModel",
}
MODEL_TYPES = {
    "clip vision": ("clip", "clip_vision_model"),
    "dinov2 vision": ("dinov2",),
    "clip text": ("clip", "clip_text_model"),
    "t5 text": ("t5",),
    "bert text": ("bert",),
}
UNREAD = ("pooler.", "embeddings.mask_token")
"""Parts that may be missing in a folder: no tower here reads them."""


def role(config: VisionConfig | LanguageConfig) -> str:
    """Key of CLASSES: "clip vision", "t5 text", ..."""
    return f"{config.kind} {'vision' if isinstance(config, VisionConfig) else 'text'}"


def read_model(config: VisionConfig | LanguageConfig) -> nn.Module:
    """The pretrained model that is meant, float32, in evaluation mode.

    Raises:
        WeightsError: It is not there, of another kind, or not whole.
    """
    import transformers

    kind = role(config)
    _check_type(config, kind)
    source = {"local_files_only": config.local_files_only, "use_safetensors": True, "trust_remote_code": False}
    try:
        with _quiet():
            model, report = getattr(transformers, CLASSES[kind]).from_pretrained(
                config.name_or_folder, output_loading_info=True, dtype="float32", **source
            )
    except (OSError, ValueError, RuntimeError) as error:
        raise _absent(config, kind, error) from error
    missing = sorted(name for name in report["missing_keys"] if not name.startswith(UNREAD))
    if missing:
        raise WeightsError(
            f"{config.name_or_folder} holds no whole {kind} tower: {len(missing)} weights are missing ({missing[0]}).",
            "Fetch it again, or name a folder that was saved by `transformers`.",
        )
    return _part(model, kind)


def build_model(kind: str, settings: Mapping[str, Any]) -> nn.Module:
    """A model of this role and these `transformers` settings with untrained weights, to be filled from a file."""
    import transformers

    settings = dict(settings)
    config = transformers.AutoConfig.for_model(settings.pop("model_type"), **settings)
    if kind == "auto vision":
        return _part(transformers.AutoModel.from_config(config), kind)
    return _part(getattr(transformers, CLASSES[kind])(config), kind)


def model_settings(model: nn.Module) -> dict[str, Any]:
    """What `build_model` needs to build this model again; it can be written as JSON."""
    settings: dict[str, Any] = json.loads(model.config.to_json_string(use_diff=False))  # type: ignore[union-attr,operator]
    return {key: value for key, value in settings.items() if not key.startswith("_")}


def read_json(config: VisionConfig | LanguageConfig, name: str) -> dict[str, Any]:
    """A JSON file that lies beside the tower's weights; empty when there is none."""
    from transformers.utils import cached_file

    try:
        path = cached_file(
            config.name_or_folder, name, local_files_only=config.local_files_only,
            _raise_exceptions_for_missing_entries=False, _raise_exceptions_for_connection_errors=False,
        )  # fmt: skip
    except (OSError, ValueError):
        return {}
    found = json.loads(Path(path).read_text("utf-8")) if path else {}
    return found if isinstance(found, dict) else {}


def tokenizer_description(config: LanguageConfig) -> dict[str, Any]:
    """The tower's tokenizer as JSON text, with the token it pads with: what `reading.TokenReader` needs.

    Raises:
        WeightsError: It is not there, or has no fast version.
    """
    from transformers import AutoTokenizer

    try:
        with _quiet():
            found = AutoTokenizer.from_pretrained(config.name_or_folder, local_files_only=config.local_files_only)
    except (OSError, ValueError, ImportError) as error:
        raise _absent(config, "tokenizer", error) from error
    if getattr(found, "backend_tokenizer", None) is None or found.pad_token_id is None:
        raise WeightsError(
            f"The tokenizer in {config.name_or_folder} cannot be used: it is slow or pads with nothing.",
            "Save it with `transformers` as tokenizer.json with a padding token.",
        )
    text = found.backend_tokenizer.to_str()
    return {"tokenizer": text, "pad_id": found.pad_token_id, "pad_token": found.pad_token}


def _check_type(config: VisionConfig | LanguageConfig, kind: str) -> None:
    settings = read_json(config, "config.json")
    if not settings:
        raise _absent(config, kind)
    wanted, found = MODEL_TYPES.get(kind, ()), settings.get("model_type", "")
    if wanted and found not in wanted:
        raise WeightsError(
            f"{config.name_or_folder} holds a model of type {found!r}; a {kind} tower needs {' or '.join(wanted)}.",
            "Change `kind`, or name another folder.",
        )


def _part(model: nn.Module, kind: str) -> nn.Module:
    """What a tower needs of a model: its vision part where it also reads text, its encoder where it is T5."""
    part = getattr(model, {"auto vision": "vision_model", "t5 text": "encoder"}.get(kind, ""), model)
    assert isinstance(part, nn.Module)
    return part


def _absent(config: VisionConfig | LanguageConfig, kind: str, error: Exception | None = None) -> WeightsError:
    where = config.name_or_folder
    why = f" ({str(error).strip().splitlines()[0][:160]})" if error and Path(where).is_dir() else ""
    hint = "Name a folder that `transformers` saved as safetensors"
    hint += ", or set local_files_only = false to let it be fetched." if config.local_files_only else "."
    return WeightsError(f"There is no {kind} tower {where} on this machine{why}.", hint)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bars and reports of `transformers`: what matters is raised."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
