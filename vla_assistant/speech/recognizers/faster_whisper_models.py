"""Models of faster-whisper on this machine: a folder each, as CTranslate2's converter writes it.

They are fetched with the library that faster-whisper itself uses for that, from where that package says they are.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

from vla_assistant import paths
from vla_assistant.data.lock import lock
from vla_assistant.errors import InputError, WeightsError
from vla_assistant.speech.recognizers.whisper_models import Kept, require_name

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without its own tokenizer.json faster-whisper would look for one in the network."""
_FORM = (
    f"A model of faster-whisper is a folder with {', '.join(NEEDED)} and a vocabulary, as ct2-transformers-converter "
)
_FORM += "writes it with --copy_files tokenizer.json preprocessor_config.json."
_FILES = (*NEEDED, "preprocessor_config.json", "vocabulary.*")
_PART = ".part"


def place(folder: str) -> Path:
    """Where the models lie; empty for the program's own place."""
    return Path(os.path.expanduser(folder)) if folder else paths.data() / "models" / "faster-whisper"


def found(name: str, folder: str) -> Path | None:
    """The folder of that model if it is here; looks at paths only."""
    model = place(folder) / name
    return model if model.is_dir() else None


def listed(folder: str) -> list[Kept]:
    """Every model that is here."""
    models = sorted(place(folder).glob("*")) if place(folder).is_dir() else []
    return [Kept(model.name, model) for model in models if model.is_dir() and model.suffix != _PART]


def kept(name: str, folder: str) -> Kept:
    """What of that model is here."""
    return Kept(name, found(name, folder))


def require_files(model: Path) -> None:
    """Look whether everything that is needed is in the folder.

    Raises:
        WeightsError: something is missing.
    """
    missing = [name for name in NEEDED if not (model / name).is_file()]
    if missing:
        raise WeightsError(f"The folder {model} holds no model of faster-whisper: {missing[0]} is missing.", _FORM)


def fetch(name: str, folder: str) -> Path:
    """Fetch a model from the network; returns its folder.

    Raises:
        InputError: there is none of that name, or another process fetches at this moment.
        WeightsError: it cannot be had.
    """
    import huggingface_hub
    from faster_whisper import utils

    if name not in utils._MODELS:
        raise InputError(
            f"There is no model of faster-whisper called {name!r}.", f"There are {', '.join(utils._MODELS)}."
        )
    target = _free(name, folder)
    part = target.with_name(name + _PART)
    try:
        with closing(lock(target.parent, "download")):
            huggingface_hub.snapshot_download(utils._MODELS[name], local_dir=part, allow_patterns=list(_FILES))
            require_files(part)
            part.replace(target)
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise WeightsError(
            f"The model {name!r} of faster-whisper could not be fetched ({reason}).",
            "What has arrived is kept: the same command goes on from there. Or bring the folder from another computer: "
            "vla-assistant models import FOLDER",
        ) from error
    return target


def take_over(model: Path, folder: str, name: str = "") -> Path:
    """Copy a model's folder to where the program looks, once it is known to be one; returns the copy.

    Raises:
        InputError: the name is taken or no name.
        WeightsError: it is no such model, or cannot be copied.
    """
    target = _free(name or model.resolve().name, folder)
    require_files(model)
    _require_readable(model)
    part = target.with_name(target.name + _PART)
    try:
        with closing(lock(target.parent, "download")):
            part.mkdir(exist_ok=True)
            for file in (file for pattern in _FILES for file in model.glob(pattern)):
                shutil.copyfile(file, part / file.name)
            part.replace(target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise WeightsError(f"The model cannot be copied to {target} ({error.strerror}).", "Is there room?") from error
    return target


def remove(name: str, folder: str) -> Path:
    """Delete a model, also one that is not all there; returns what was deleted.

    Raises:
        InputError: there is none.
    """
    require_name(name)
    for model in (place(folder) / name, place(folder) / (name + _PART)):
        if model.is_dir():
            shutil.rmtree(model)
            return model
    raise InputError(
        f"There is no model of faster-whisper called {name!r}.", "`vla-assistant models` shows what is here."
    )


def _free(name: str, folder: str) -> Path:
    require_name(name)
    target = place(folder) / name
    if target.exists():
        raise InputError(
            f"There is a model of faster-whisper called {name!r} already: {target}.",
            f"Choose another name with --name, or throw that one away: vla-assistant models remove --faster {name}",
        )
    return target


def _require_readable(model: Path) -> None:
    """CTranslate2 can read the weights; without that package they are believed."""
    try:
        import ctranslate2
    except ImportError:
        return
    try:
        ctranslate2.models.Whisper(str(model), device="cpu")
    except (RuntimeError, ValueError) as error:
        raise WeightsError(
            f"The model in {model} cannot be used ({str(error).splitlines()[0][:120]}).", _FORM
        ) from error
