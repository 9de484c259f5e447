"""OpenAI Whisper: understands free speech; needs its weights, which are never downloaded unasked.

Meant to run in the model process: loading takes seconds and each utterance costs a full 30-second window.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.fetching import now_and_then
from vla_assistant.speech.recognizers import whisper_models
from vla_assistant.speech.recognizers.free_speech import AUTO, ENGLISH, heard
from vla_assistant.speech.recognizers.invention import DECODING, Segment
from vla_assistant.speech.recognizers.whisper_models import ENGLISH_ONLY, MODELS
from vla_assistant.types import Audio, Utterance

REQUIRES = ("whisper", "torch")
BACKEND = "WhisperRecognizer"


class Config(BackendConfig):
    """OpenAI Whisper."""

    model: str = Field("base.en", description='A name such as "tiny.en" or "small", or a weights file (.pt).')
    folder: str = Field(
        "", description="Where weights lie; empty takes the program's data folder and ~/.cache/whisper."
    )
    download: bool = Field(False, description="Fetch missing weights from the network when the model is loaded.")
    language: str = Field(
        "",
        pattern="^(|auto|[a-z]{2,3})$",
        description='What is spoken: "en", "de", "es", "fr", "auto" (Whisper chooses); empty takes app.language.',
    )
    prompt: bool = Field(
        False, description="Tell Whisper which colours and things may be named; never believed for stop, yes and no."
    )
    max_tokens: int = Field(96, gt=0, le=224, description="Longest text; a command of three steps has about 40 tokens.")
    device: str = Field("auto", description='"cpu", "cuda", or "auto".')


def weights_file(config: Config) -> Path | None:
    """The file with the weights if it is on this machine; looks at paths only."""
    if _is_path(config):
        own = Path(os.path.expanduser(config.model))
        return own if os.path.isfile(own) else None
    return whisper_models.found(config.model, config.folder)


def require(config: Config) -> None:
    """Are the weights there, or may they be fetched, and do they know the language? See `registry`."""
    if config.model.endswith(ENGLISH_ONLY):
        _require_language(config, multilingual=False)
    if weights_file(config) is None and not (config.download and config.model in MODELS):
        raise _missing(config)


def prepare(config: Config) -> Iterator[tuple[str, float | None]]:
    """Fetch missing weights if that is wished, telling how far it is. See `registry`."""
    require(config)
    if weights_file(config) is None:
        for progress in now_and_then(whisper_models.fetch(config.model, config.folder), 0.01):
            yield f"Fetching Whisper's weights {config.model}: {progress}.", progress.share


class WhisperRecognizer:
    """One Whisper model; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Load the weights.

        Raises:
            WeightsError: they are missing, corrupt, no Whisper weights, or do not know the language.
        """
        deque(prepare(config), maxlen=0)
        file = weights_file(config)
        assert file is not None
        self._config = config
        self._model = _load(file, config.device)
        _require_language(config, self._model.is_multilingual)

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of the sound; a grammar is not needed, and only limits what a prompt tells."""
        if self._model is None:
            raise BackendError("The Whisper recognizer is closed.")
        return heard(audio, self, "whisper", self._config.language or ENGLISH, self._config.prompt, grammar)

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def language_of(self, audio: Audio, among: Sequence[str]) -> str:
        """See `free_speech.Engine`; costs as much as a decode."""
        from whisper.audio import N_FRAMES, log_mel_spectrogram, pad_or_trim

        if not self._model.is_multilingual:
            return ENGLISH
        mel = pad_or_trim(log_mel_spectrogram(pad_or_trim(audio.samples), self._model.dims.n_mels), N_FRAMES)
        _, chances = self._model.detect_language(mel.to(self._model.device))
        return max(among, key=lambda code: chances.get(code, 0.0))

    def decode(self, audio: Audio, language: str, prompt: str) -> list[Segment]:
        """See `free_speech.Engine`."""
        import whisper

        try:
            result = whisper.transcribe(
                self._model, audio.samples, language=language, initial_prompt=prompt or None, without_timestamps=True,
                sample_len=self._config.max_tokens, fp16=self._model.device.type == "cuda", verbose=None, **DECODING,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"Whisper failed on this sound ({error}).") from error
        return [_segment(table) for table in result["segments"]]


def _segment(table: dict[str, Any]) -> Segment:
    figures = (table["avg_logprob"], table["no_speech_prob"], table["compression_ratio"])
    return Segment(table["text"], *figures, table["start"], table["end"])


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


def _is_path(config: Config) -> bool:
    """Does `model` name a file, and not one of Whisper's own models?"""
    return Path(config.model).suffix == ".pt" or len(Path(config.model).parts) > 1


def _require_language(config: Config, multilingual: bool) -> None:
    if not multilingual and config.language not in ("", AUTO, ENGLISH):
        several = config.model.removesuffix(ENGLISH_ONLY) if config.model.endswith(ENGLISH_ONLY) else "base"
        raise WeightsError(
            f"The Whisper model {config.model!r} knows English only; recognizers.whisper.language is "
            f"{config.language!r}.",
            f"Take one that knows more: vla-assistant models fetch {several}, then --set recognizers.whisper.model="
            f"{several}.",
        )


def _missing(config: Config) -> WeightsError:
    """Why there are no weights, as an error to raise: for many it is the first thing that they read of us."""
    known = f"Known models: {', '.join(MODELS)}."
    if _is_path(config):
        return WeightsError(f"There is no Whisper weights file {config.model}.", known)
    name, places = config.model, " or ".join(str(folder) for folder in whisper_models.folders(config.folder))
    if name not in MODELS:
        nothing = f"There is no Whisper model {name!r}, and no weights file {name}.pt is here (looked in {places})."
        return WeightsError(nothing, known)
    return WeightsError(
        f"The weights of the Whisper model {name!r} are not on this machine (looked in {places}).",
        f"Fetch them once with `vla-assistant models fetch {name}`, or let the program do it with --set "
        f"recognizers.whisper.download=true. Without a network copy {name}.pt here and run `vla-assistant models "
        f"import {name}.pt`. --set use.recognizer=sphinx needs no weights.",
    )
