"""faster-whisper: Whisper through CTranslate2, with less memory and time on a processor; needs a converted model.

It needs no torch, so it runs in a process of its own. What it says goes through the same layers as Whisper's text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.recognizers import faster_whisper_models as models
from vla_assistant.speech.recognizers.free_speech import AUTO, ENGLISH, heard
from vla_assistant.speech.recognizers.invention import DECODING, Segment
from vla_assistant.types import Audio, Utterance

REQUIRES = ("faster_whisper", "ctranslate2")
BACKEND = "FasterWhisperRecognizer"


class Config(BackendConfig):
    """faster-whisper."""

    model: str = Field("base.en", description='A name such as "small", or a model\'s folder.')
    folder: str = Field("", description="Where models lie; empty takes the program's data folder.")
    download: bool = Field(False, description="Fetch a missing model from the network when it is loaded.")
    language: str = Field(
        "",
        pattern="^(|auto|[a-z]{2,3})$",
        description='What is spoken: "en", "de", "es", "fr", "auto" (Whisper chooses); empty takes app.language.',
    )
    prompt: bool = Field(
        False, description="Tell Whisper which colours and things may be named; never believed for stop, yes and no."
    )
    beam_size: int = Field(1, ge=1, le=10, description="Hypotheses that are followed at once; more takes longer.")
    max_tokens: int = Field(96, gt=0, le=224, description="Longest text; a command of three steps has about 40 tokens.")
    compute_type: str = Field("default", description='How it computes: "int8" is fast on a processor; see CTranslate2.')
    device: str = Field("auto", description='"cpu", "cuda", or "auto".')


def model_folder(config: Config) -> Path | None:
    """The model's folder if it is on this machine; looks at paths only."""
    own = Path(os.path.expanduser(config.model))
    if len(own.parts) > 1:
        return own if own.is_dir() else None
    return models.found(config.model, config.folder)


def require(config: Config) -> None:
    """Is the model there and whole, or may it be fetched? See `registry`."""
    folder = model_folder(config)
    if folder is not None:
        models.require_files(folder)
    elif not config.download or len(Path(config.model).parts) > 1:
        raise _missing(config)


class FasterWhisperRecognizer:
    """One model; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Load the model.

        Raises:
            WeightsError: it is missing, broken, or does not know the language.
        """
        require(config)
        self._config = config
        self._model: Any = _load(model_folder(config) or models.fetch(config.model, config.folder), config)
        if not self._model.model.is_multilingual and config.language not in ("", AUTO, ENGLISH):
            raise WeightsError(
                f"The model {config.model!r} knows English only; recognizers.faster_whisper.language is "
                f"{config.language!r}.",
                "Take one that knows more, such as base: its name does not end in .en.",
            )

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of the sound; a grammar is not needed, and only limits what a prompt tells."""
        if self._model is None:
            raise BackendError("The recognizer faster-whisper is closed.")
        return heard(audio, self, "faster_whisper", self._config.language or ENGLISH, self._config.prompt, grammar)

    def close(self) -> None:
        """Forget the model."""
        self._model = None

    def language_of(self, audio: Audio, among: Sequence[str]) -> str:
        """See `free_speech.Engine`; costs as much as a decode."""
        if not self._model.model.is_multilingual:
            return ENGLISH
        try:
            _, _, chances = self._model.detect_language(audio.samples)
        except (RuntimeError, IndexError) as error:
            raise BackendError(
                f"The model {self._config.model!r} cannot tell which language is spoken ({error}).",
                "Say which with --set recognizers.faster_whisper.language=de.",
            ) from error
        return max(among, key=lambda code: dict(chances).get(code, 0.0))

    def decode(self, audio: Audio, language: str, prompt: str) -> list[Segment]:
        """See `free_speech.Engine`."""
        try:
            segments, _ = self._model.transcribe(
                audio.samples, language=language, initial_prompt=prompt or None, without_timestamps=True,
                beam_size=self._config.beam_size, max_new_tokens=self._config.max_tokens, **DECODING,
            )  # fmt: skip
            return [_segment(segment) for segment in segments]
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"faster-whisper failed on this sound ({error}).") from error


def _segment(found: Any) -> Segment:
    figures = (found.avg_logprob, found.no_speech_prob, found.compression_ratio)
    return Segment(found.text, *figures, found.start, found.end)


def _load(folder: Path, config: Config) -> Any:
    import faster_whisper

    try:
        return faster_whisper.WhisperModel(
            str(folder), device=config.device, compute_type=config.compute_type, local_files_only=True
        )
    except Exception as error:  # its libraries raise many kinds for a broken file
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise WeightsError(
            f"The model of faster-whisper in {folder} cannot be used ({reason}).",
            "Throw it away and fetch it again, or name another one with --set recognizers.faster_whisper.model=FOLDER.",
        ) from error


def _missing(config: Config) -> WeightsError:
    name = config.model
    if len(Path(name).parts) > 1:
        return WeightsError(f"There is no folder {name} with a model of faster-whisper.")
    return WeightsError(
        f"The model {name!r} of faster-whisper is not on this machine (looked in {models.place(config.folder)}).",
        f"Fetch it once with `vla-assistant models fetch --faster {name}`. Without a network copy its folder here and "
        "run `vla-assistant models import FOLDER`. --set use.recognizer=sphinx needs no model.",
    )
