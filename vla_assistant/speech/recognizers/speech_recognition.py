"""Speech services through the package SpeechRecognition, for those who want a cloud; sends nothing unless allowed.

What is said leaves the computer with all engines but "vosk". So the engine is chosen and the sending allowed in two
options, silence and noise are not sent, and a key stands in an environment variable, where no log sees it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

from pydantic import Field

from vla_assistant import registry
from vla_assistant.errors import BackendError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.audio import RATE_HZ, resample
from vla_assistant.speech.recognizers.engines import ENGINES, REGIONS, Engine
from vla_assistant.speech.recognizers.free_speech import AUTO, ENGLISH
from vla_assistant.speech.recognizers.invention import Layers, Segment, Transcript, speech_in, usable
from vla_assistant.speech.recognizers.invention.layers import paced, unknown, unrepeated
from vla_assistant.types import Audio, Utterance

REQUIRES = ("speech_recognition",)
BACKEND = "SpeechRecognitionRecognizer"

NAME = "speech_recognition"
UNTOLD = 0.45
"""Confidence where a service tells none: enough for a command, which is shown before anything moves, and for no yes."""
LAYERS = Layers(of_text=(unrepeated, unknown, paced))
"""Services give no figures of their own, but some of them are Whisper, and invent like it."""

log = logging.getLogger(__name__)


class Config(BackendConfig):
    """Services of the package SpeechRecognition."""

    engine: str = Field("", description=f"Who listens: {', '.join(ENGINES)}. Empty: nobody.")
    send_voice: bool = Field(
        False, description="Let what you say leave this computer; every engine but vosk needs that."
    )
    language: str = Field(
        "", description='What is spoken: "en", "de", "es", "fr", or with a country: "en-GB"; empty takes app.language.'
    )
    key_variable: str = Field(
        "", description="Environment variable with the key; empty takes the engine's own, see docs/voice.md."
    )
    region: str = Field("westus", description="Azure's region.")
    endpoint: str = Field("", description="Address of a server of your own that speaks Google's protocol.")
    timeout_s: float = Field(8.0, gt=0, le=25, description="A service that is silent for so long is given up [s].")


def require(config: Config) -> None:
    """Is an engine chosen, allowed, installed, and its key there? See `registry`."""
    engine = _engine(config)
    if engine.whose and not config.send_voice:
        raise BackendError(
            f"The engine {config.engine!r} sends what you say to {engine.whose}, and you have not allowed that.",
            f"If you want it: --set recognizers.{NAME}.send_voice=true. sphinx and whisper listen on this computer.",
        )
    if engine.package and not registry.installed(engine.package):
        raise BackendError(
            f"The engine {config.engine!r} needs the package {engine.package}, which is not installed.",
            f"Install it with: pip install {engine.package.replace('.', '-')}",
        )
    if engine.key_needed and engine.key and not os.environ.get(_variable(config)):
        raise BackendError(
            f"The engine {config.engine!r} needs a key, and the environment variable {_variable(config)} is not set.",
            f"Get one from {engine.whose} and set it before you start the program: export {_variable(config)}=...",
        )


def notice(config: BackendConfig) -> str:
    """What the user is told when this recognizer is taken."""
    assert isinstance(config, Config)
    engine = ENGINES.get(config.engine)
    if engine is None or not engine.whose:
        return ""
    return f"What you say is sent to {config.endpoint or engine.whose}: it leaves this computer."


class SpeechRecognitionRecognizer:
    """One engine; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Look whether it can be asked; nothing is sent yet.

        Raises:
            BackendError: no engine is chosen or allowed, or it lacks a package or its key.
        """
        require(config)
        import speech_recognition

        self._config, self._engine = config, ENGINES[config.engine]
        self._recognizer: Any = speech_recognition.Recognizer()
        self._recognizer.operation_timeout = config.timeout_s
        if notice(config):
            log.warning("%s", notice(config))

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of the sound; a grammar is not used, as no service takes one.

        Raises:
            BackendError: the service cannot be reached, refuses, or failed.
        """
        if self._recognizer is None:
            raise BackendError("The recognizer of SpeechRecognition is closed.")
        nothing = Utterance("", 0.0, NAME, self._language.partition("-")[0])
        sound = speech_in(audio)
        if sound is None:
            return nothing
        said, confidence = self._asked(resample(audio, RATE_HZ))
        text, _ = usable(Transcript((Segment(said, 0.0, 0.0, 1.0),), sound), LAYERS)
        return Utterance(text, confidence, NAME, nothing.language) if text else nothing

    def close(self) -> None:
        """Forget the engine."""
        self._recognizer = None

    def _asked(self, audio: Audio) -> tuple[str, float]:
        """What the service heard, and how sure it is."""
        import speech_recognition as package

        pcm = (audio.samples * 32767.0).astype("<i2").tobytes()
        ask: Callable[..., Any] = getattr(self._recognizer, self._engine.method)
        try:
            answer = ask(package.AudioData(pcm, audio.rate_hz, 2), **self._parameters())
        except package.UnknownValueError:
            return "", 0.0
        except Exception as error:  # each service's own library raises its own kinds
            raise self._failure(error) from None  # the cause may hold the key
        text, confidence = answer if isinstance(answer, tuple) else (answer, None)
        return str(text), UNTOLD if confidence is None else min(1.0, max(0.0, float(confidence)))

    @property
    def _language(self) -> str:
        """What is spoken; a service wants to be told."""
        return ENGLISH if self._config.language in ("", AUTO) else self._config.language

    def _parameters(self) -> dict[str, Any]:
        config, engine = self._config, self._engine
        parameters: dict[str, Any] = {}
        if engine.language_parameter:
            region = REGIONS.get(self._language, self._language)
            parameters[engine.language_parameter] = region if engine.with_country else self._language
        key = os.environ.get(_variable(config))
        if engine.key_parameter and key:
            parameters[engine.key_parameter] = key
        if config.engine == "google":
            parameters["with_confidence"] = True
            if config.endpoint:
                parameters["endpoint"] = config.endpoint
        if config.engine == "azure":
            parameters["location"] = config.region
        return parameters

    def _failure(self, error: Exception) -> BackendError:
        """What went wrong, as a sentence without the key in it."""
        reason = self._without_key((str(error).splitlines() or [""])[0][:160] or type(error).__name__)
        whose = self._engine.whose or "The engine vosk"
        local = "sphinx and whisper work without a network: --set use.recognizer=sphinx."
        if _is_network(error, reason):
            return BackendError(f"{whose} cannot be reached ({reason}).", f"Is this computer online? {local}")
        if any(word in reason for word in ("Unauthorized", "Forbidden", "401", "403")):
            return BackendError(f"{whose} does not accept the key ({reason}).", f"Look at {_variable(self._config)}.")
        return BackendError(f"{whose} could not make words of that ({reason}).", local)

    def _without_key(self, text: str) -> str:
        key = os.environ.get(_variable(self._config), "")
        return text.replace(key, "***") if key else text


def _engine(config: Config) -> Engine:
    if config.engine in ENGINES:
        return ENGINES[config.engine]
    chosen = f"There is no speech engine {config.engine!r}." if config.engine else "No speech engine is chosen."
    raise BackendError(
        chosen,
        f"Choose with --set recognizers.{NAME}.engine=NAME among {', '.join(ENGINES)}. All but vosk send what you say "
        "to a company.",
    )


def _variable(config: Config) -> str:
    """The environment variable with the key; the libraries of some services know only their own."""
    engine = _engine(config)
    return config.key_variable if config.key_variable and engine.key_parameter else engine.key


def _is_network(error: Exception, reason: str) -> bool:
    network = isinstance(error, (TimeoutError, ConnectionError)) or "connection failed" in reason
    return network or type(error).__name__ in ("APIConnectionError", "APITimeoutError", "ConnectError")
