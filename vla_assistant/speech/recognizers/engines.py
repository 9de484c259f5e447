"""The services that the package SpeechRecognition can ask, and what each wants: a table, one line each."""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = {"en": "en-US", "de": "de-DE", "es": "es-ES", "fr": "fr-FR"}
"""The tag of a language for services that want a country too."""


@dataclass(frozen=True)
class Engine:
    """A service or a program that makes words of sound.

    Attributes:
        method: Of `speech_recognition.Recognizer`.
        whose: Who gets the voice; empty for one that runs on this computer.
        package: Import name that it needs beside SpeechRecognition; empty for none.
        key: Environment variable with the key, unless `key_variable` names another; empty for an engine without one.
        key_parameter: Parameter that takes the key; empty where the engine reads the variable itself.
        key_needed: It does not work without a key.
        language_parameter: Parameter that takes the language; empty where there is none.
        with_country: The language is wanted with a country: "en-US".
    """

    method: str
    whose: str
    package: str = ""
    key: str = ""
    key_parameter: str = ""
    key_needed: bool = True
    language_parameter: str = "language"
    with_country: bool = True


ENGINES = {
    "google": Engine(
        "recognize_google", "Google", key="GOOGLE_SPEECH_KEY", key_parameter="key", key_needed=False
    ),
    "google_cloud": Engine(
        "recognize_google_cloud", "Google", "google.cloud.speech",
        key="GOOGLE_APPLICATION_CREDENTIALS", language_parameter="language_code",
    ),
    "azure": Engine("recognize_azure", "Microsoft", key="AZURE_SPEECH_KEY", key_parameter="key"),
    "ibm": Engine("recognize_ibm", "IBM", key="IBM_SPEECH_KEY", key_parameter="key", language_parameter=""),
    "wit": Engine("recognize_wit", "Meta (Wit.ai)", key="WIT_AI_KEY", key_parameter="key", language_parameter=""),
    "openai": Engine("recognize_openai", "OpenAI", "openai", key="OPENAI_API_KEY", with_country=False),
    "groq": Engine("recognize_groq", "Groq", "groq", key="GROQ_API_KEY", with_country=False),
    "cohere": Engine("recognize_cohere_api", "Cohere", "cohere", key="CO_API_KEY", with_country=False),
    "vosk": Engine("recognize_vosk", "", "vosk", language_parameter=""),
}  # fmt: skip
