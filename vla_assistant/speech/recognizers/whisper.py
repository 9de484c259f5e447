"""OpenAI Whisper: understands free speech; needs its weights, which are never downloaded unasked.

Meant to run in the model process: loading takes seconds and each utterance costs a full 30-second window.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field

from vla_assistant import paths
from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.audio import RATE_HZ, is_silent, resample
from vla_assistant.speech.recognizers.invention import Segment, usable_text
from vla_assistant.types import Audio, Utterance

REQUIRES = ("whisper", "torch")
BACKEND = "WhisperRecognizer"

SHORTEST_S = 0.15
"""Nobody says a word in less."""
TEMPERATURES = (0.0, 0.2, 0.4, 0.6)
"""Whisper's own ladder without its last, most inventive steps."""
_ADVICE = (
    "Put the .pt file there, name a file with --set recognizers.whisper.model=FILE, allow the download with --set "
    "recognizers.whisper.download=true, or use --set use.recognizer=sphinx."
)
MODELS = (
    "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en",
    "large", "large-v1", "large-v2", "large-v3", "large-v3-turbo", "turbo",
)  # fmt: skip
"""The names of `whisper.available_models`, whose import takes seconds; what has another name is never fetched."""
_ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}


class Config(BackendConfig):
    """OpenAI Whisper."""

    model: str = Field("base.en", description='A name such as "tiny.en" or "small", or a weights file (.pt).')
    folder: str = Field(
        "", description="Where weights lie; empty takes the program's data folder and ~/.cache/whisper."
    )
    download: bool = Field(False, description="Fetch missing weights from the network when the model is loaded.")
    language: str = Field("en", description="The language that is spoken.")
    max_tokens: int = Field(96, gt=0, le=224, description="Longest text; a command of three steps has about 40 tokens.")
    device: str = Field("auto", description='"cpu", "cuda", or "auto".')


def weights_file(config: Config) -> Path | None:
    """The file with the weights if it is on this machine; looks at paths only."""
    own = Path(os.path.expanduser(config.model))
    if _is_path(config):
        return own if os.path.isfile(own) else None
    files = [folder / f"{_ALIASES.get(config.model, config.model)}.pt" for folder in _folders(config)]
    return next((file for file in files if file.is_file()), None)


def require(config: Config) -> None:
    """Are the weights there, or may they be fetched? See `registry`."""
    if weights_file(config) is None and not (config.download and config.model in MODELS):
        raise _missing(config)


def _folders(config: Config) -> list[Path]:
    if config.folder:
        return [Path(os.path.expanduser(config.folder))]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [paths.data() / "models" / "whisper", cache / "whisper"]


class WhisperRecognizer:
    """One Whisper model; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Load the weights.

        Raises:
            WeightsError: they are missing, corrupt or no Whisper weights.
        """
        self._config = config
        file = weights_file(config) or _downloaded(config)
        self._model = _load(file, config.device)

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of the sound; a grammar is not needed and not used."""
        nothing = Utterance("", 0.0, "whisper", self._config.language)
        if audio.seconds < SHORTEST_S or is_silent(audio):
            return nothing
        segments = self._decode(resample(audio, RATE_HZ))
        text, confidence = usable_text(segments, audio.seconds)
        return Utterance(text, confidence, "whisper", self._config.language) if text else nothing

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def _decode(self, audio: Audio) -> list[Segment]:
        import whisper

        if self._model is None:
            raise BackendError("The Whisper recognizer is closed.")
        try:
            result = whisper.transcribe(
                self._model, audio.samples, language=self._config.language, temperature=TEMPERATURES,
                condition_on_previous_text=False, initial_prompt=None, without_timestamps=True,
                sample_len=self._config.max_tokens, fp16=self._model.device.type == "cuda", verbose=None,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"Whisper failed on this sound ({error}).") from error
        return [_segment(table) for table in result["segments"]]


def _segment(table: dict[str, Any]) -> Segment:
    return Segment(table["text"], table["avg_logprob"], table["no_speech_prob"], table["compression_ratio"])


def _load(file: Path, device: str) -> Any:
    import whisper

    try:
        return whisper.load_model(str(file), device=None if device == "auto" else device)
    except Exception as error:  # torch and pickle raise many kinds for a broken file
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise WeightsError(
            f"The Whisper weights {file} cannot be used ({reason}).",
            "Delete the file and fetch it again, or name another one with --set recognizers.whisper.model=FILE.",
        ) from error


def _downloaded(config: Config) -> Path:
    """Fetch the weights when that is wished; the file appears whole by rename."""
    import whisper

    require(config)
    url = whisper._MODELS[config.model]
    folder = _folders(config)[0]
    partial = folder / "partial"
    try:
        file = Path(whisper._download(url, str(partial), False))
        return file.rename(folder / file.name)
    except (OSError, RuntimeError) as error:
        raise WeightsError(f"The Whisper weights {config.model!r} could not be fetched ({error}).") from error


def _is_path(config: Config) -> bool:
    """Does `model` name a file, and not one of Whisper's own models?"""
    return Path(config.model).suffix == ".pt" or len(Path(config.model).parts) > 1


def _missing(config: Config) -> WeightsError:
    """Why there are no weights, as an error to raise."""
    advice = f"Known models: {', '.join(MODELS)}. {_ADVICE}"
    if _is_path(config):
        return WeightsError(f"There is no Whisper weights file {config.model}.", advice)
    places = " or ".join(str(folder) for folder in _folders(config))
    if config.model not in MODELS:
        nothing = f"There is no Whisper model {config.model!r}, and no weights file {config.model}.pt is here"
        return WeightsError(f"{nothing} (looked in {places}).", advice)
    return WeightsError(
        f"The weights of the Whisper model {config.model!r} are not on this machine (looked in {places}).", _ADVICE
    )
