"""Weights of Whisper on this machine: which there are, fetching them, taking over a file, throwing one away.

Addresses and checksums are those of the package openai-whisper.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vla_assistant import paths
from vla_assistant.data.lock import lock
from vla_assistant.errors import InputError, WeightsError
from vla_assistant.speech import fetching
from vla_assistant.speech.fetching import Progress, partial_file

MODELS = (
    "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en",
    "large", "large-v1", "large-v2", "large-v3", "large-v3-turbo", "turbo",
)  # fmt: skip
"""The names of `whisper.available_models`, whose import takes seconds; what has another name is never fetched."""
ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}
ENGLISH_ONLY = ".en"
SUFFIX = ".pt"
_NAME = re.compile(r"\w[\w.+-]*")
_FORM = "A Whisper file of OpenAI's own form (.pt) holds `dims` and `model_state_dict`."


@dataclass(frozen=True)
class Kept:
    """What of a model is on this machine: its whole file, or the bytes of it that have arrived."""

    name: str
    file: Path | None
    arrived: int = 0


def folders(folder: str) -> list[Path]:
    """Where weights are looked for; the first is where they are put.

    Args:
        folder: `recognizers.whisper.folder`; empty for the program's own and the one of other programs.
    """
    if folder:
        return [Path(os.path.expanduser(folder))]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [paths.data() / "models" / "whisper", cache / "whisper"]


def found(name: str, folder: str) -> Path | None:
    """The file of that model if it is here; looks at paths only."""
    files = [place / f"{ALIASES.get(name, name)}{SUFFIX}" for place in folders(folder)]
    return next((file for file in files if file.is_file()), None)


def listed(folder: str) -> list[Kept]:
    """Every model that could be fetched, then the own ones that are here."""
    published = [name for name in MODELS if name not in ALIASES]
    places = [place for place in folders(folder) if place.is_dir()]
    own = {file.stem for place in places for file in place.glob(f"*{SUFFIX}")} - set(published)
    return [kept(name, folder) for name in (*published, *sorted(own))]


def kept(name: str, folder: str) -> Kept:
    """What of that model is here."""
    part = partial_file(_target(name, folder))
    return Kept(name, found(name, folder), part.stat().st_size if part.is_file() else 0)


def fetch(name: str, folder: str) -> Iterator[Progress]:
    """Fetch the weights; they are there when the iteration is over.

    Raises:
        InputError: there is no model of that name, or another process fetches at this moment.
        WeightsError: they cannot be had.
    """
    if name not in MODELS:
        raise InputError(f"There is no Whisper model {name!r} to be fetched.", f"There are {', '.join(MODELS)}.")
    target = _target(name, folder)
    url = _url(name)
    try:
        yield from fetching.fetch(url, _checksum(url), target)
    except WeightsError as error:
        raise WeightsError(
            f"The Whisper model {name!r} could not be fetched. {error.message}",
            f"{error.hint} Or bring the file {target.name} from another computer: "
            f"vla-assistant models import {target.name}".lstrip(),
        ) from error


def take_over(file: Path, folder: str, name: str = "") -> Path:
    """Copy a weights file to where the program looks, once it is known to be one; returns the copy.

    Args:
        file: The file, which stays where it is.
        folder: As for `folders`.
        name: What it is to be called; empty for its own name.

    Raises:
        InputError: there is no such file, or the name is taken.
        WeightsError: it holds no Whisper model, or is a broken copy of a published one.
    """
    if not file.is_file():
        raise InputError(f"There is no file {file}.", _FORM)
    name = name or file.stem
    target = _target(name, folder)
    _require_free(name, target)
    require_weights(file)
    if name in MODELS:
        _require_published(file, name)
    _copy(file, target)
    return target


def remove(name: str, folder: str) -> Path:
    """Delete the weights, also those that are not all there; returns what was deleted.

    Raises:
        InputError: there are none, or other programs find them there too.
    """
    target = _target(name, folder)
    for file in (target, partial_file(target)):
        if file.is_file():
            file.unlink()
            return file
    elsewhere = found(name, folder)
    if elsewhere is not None:
        raise InputError(
            f"The Whisper model {name!r} lies in {elsewhere.parent}, where other programs look for it too.",
            f"If nothing else needs it, delete {elsewhere} yourself.",
        )
    raise InputError(f"The Whisper model {name!r} is not on this machine.", "`vla-assistant models` shows what is.")


def require_name(name: str) -> None:
    """Let no name lead to another folder.

    Raises:
        InputError: it would.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"A model cannot be called {name!r}.", "Take letters, digits, dots and dashes, such as mine.")


def require_weights(file: Path) -> None:
    """Look whether the file holds a whole Whisper model; nothing in it is run.

    Raises:
        WeightsError: it does not.
    """
    import torch

    try:
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
        wanted, tensors = _tensors_of(content["dims"]), content["model_state_dict"]
    except Exception as error:  # torch and pickle raise many kinds for a broken file
        raise WeightsError(f"The file {file} holds no Whisper model ({_first_line(error)}).", _FORM) from error
    wrong = [key for key in wanted if getattr(tensors.get(key), "shape", None) != wanted[key].shape]
    if wrong:
        raise WeightsError(
            f"The Whisper model in {file} is not whole: {wrong[0]} is missing or has another size.", _FORM
        )


def _tensors_of(dims: dict[str, int]) -> dict[str, Any]:
    """The tensors of a model of these dimensions by name, without room for their values."""
    import torch
    from whisper.model import AudioEncoder, ModelDimensions, TextDecoder

    d = ModelDimensions(**dims)
    with torch.device("meta"):
        encoder = AudioEncoder(d.n_mels, d.n_audio_ctx, d.n_audio_state, d.n_audio_head, d.n_audio_layer)
        decoder = TextDecoder(d.n_vocab, d.n_text_ctx, d.n_text_state, d.n_text_head, d.n_text_layer)
    parts = (("encoder", encoder), ("decoder", decoder))
    return {f"{name}.{key}": tensor for name, part in parts for key, tensor in part.state_dict().items()}


def _target(name: str, folder: str) -> Path:
    require_name(name)
    return folders(folder)[0] / f"{ALIASES.get(name, name)}{SUFFIX}"


def _url(name: str) -> str:
    import whisper

    return whisper._MODELS[name]


def _checksum(url: str) -> str:
    """The package keeps the SHA-256 of a file in the last folder of its address."""
    return url.split("/")[-2]


def _require_free(name: str, target: Path) -> None:
    if target.exists():
        raise InputError(
            f"There is a Whisper model {name!r} already: {target}.",
            f"Choose another name with --name, or throw that one away: vla-assistant models remove {name}",
        )


def _require_published(file: Path, name: str) -> None:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != _checksum(_url(name)):
        raise WeightsError(
            f"The file {file} is not the published model {name!r}: its checksum is another one.",
            "Copy it again; or, if these are weights of your own, give them their own name with --name.",
        )


def _copy(file: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}.copy")
    try:
        with closing(lock(target.parent, "download")):
            shutil.copyfile(file, part)
            part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        room = "Make room there." if error.errno == errno.ENOSPC else "May you write there?"
        reason = error.strerror or type(error).__name__
        raise WeightsError(f"The file cannot be copied to {target} ({reason}).", room) from error


def _first_line(error: Any) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
