"""Piper: a neural voice from a local model file (ONNX) and the settings beside it (the same name and ".json").

Source: the package piper-tts (GPL-3.0), which brings the phonemizer's data; 175 words a minute is eSpeak's own default,
and about what a Piper voice speaks at length scale 1.
"""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

from vla_assistant.speech.voice import VoiceSettings

_WPM_AT_SCALE_1 = 175.0


def load(settings: VoiceSettings) -> PiperProgram:
    """The voice of the model file `settings.voice`.

    Raises:
        RuntimeError: the file or its settings are missing or broken.
    """
    return PiperProgram(settings.voice)


class PiperProgram:
    """One loaded model; another file is loaded when the settings name one."""

    def __init__(self, file: str) -> None:
        self.voice = ""
        self._model: Any = None
        self._use(file)

    def spoken(self, text: str, settings: VoiceSettings, file: Path) -> bytes:
        from piper import SynthesisConfig

        self._use(settings.voice)
        scale = self._model.config.length_scale * _WPM_AT_SCALE_1 / settings.rate_wpm
        content = io.BytesIO()
        with wave.open(content, "wb") as sound:
            sound.setparams((1, 2, self._model.config.sample_rate, 0, "NONE", ""))
            self._model.synthesize_wav(text, sound, SynthesisConfig(length_scale=scale, volume=settings.volume))
        return content.getvalue()

    def voices(self) -> list[tuple[str, str]]:
        """The models in the folder of the one in use."""
        here = sorted(Path(self.voice).parent.glob("*.onnx"))
        return [(str(file), _language(file)) for file in here if beside(file).is_file()]

    def _use(self, file: str) -> None:
        if file == self.voice:
            return
        from piper import PiperVoice

        try:
            model = PiperVoice.load(file, beside(Path(file)))
        except Exception as error:  # onnxruntime and piper have no common class
            raise RuntimeError(f"the voice {file} cannot be loaded: {str(error).strip().rstrip('.')}") from error
        self._model, self.voice = model, file


def beside(model: Path) -> Path:
    """Where the settings of a model lie."""
    return model.with_name(f"{model.name}.json")


def _language(model: Path) -> str:
    """Its language as Piper names files: en_GB-alba-medium.onnx is "en-gb"."""
    return model.name.partition("-")[0].replace("_", "-").lower()
