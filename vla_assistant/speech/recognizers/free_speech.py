"""From sound to an utterance for recognizers of free speech, whatever engine decodes: what all Whispers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vla_assistant.speech.audio import RATE_HZ, resample
from vla_assistant.speech.recognizers.invention import ALL, Layers, Segment, Transcript, speech_in, usable
from vla_assistant.speech.recognizers.prompting import expected_words, is_closed
from vla_assistant.types import Audio, Utterance

AUTO, ENGLISH = "auto", "en"


class Engine(Protocol):
    """A model that decodes speech."""

    def language_of(self, audio: Audio, among: Sequence[str]) -> str:
        """Which of these languages is spoken in sound at 16 kHz."""
        ...

    def decode(self, audio: Audio, language: str, prompt: str) -> Sequence[Segment]:
        """What is said in sound at 16 kHz; the prompt may be empty."""
        ...


def heard(
    audio: Audio,
    engine: Engine,
    name: str,
    language: str,
    prompted: bool,
    grammar: str | None,
    layers: Layers = ALL,
) -> Utterance:
    """The words of the sound as far as they may be believed.

    Args:
        audio: Mono sound at any rate.
        engine: Decodes it, unless it cannot hold speech.
        name: Of the recognizer.
        language: What is spoken; AUTO lets the engine choose among the languages of the vocabulary.
        prompted: Tell the engine which words to expect. A closed word is only believed when it is heard without that.
        grammar: JSGF, which only limits the words to expect.
        layers: What is believed.
    """
    sound = speech_in(audio, layers)
    if sound is None:
        return Utterance("", 0.0, name, ENGLISH if language == AUTO else language)
    audio = resample(audio, RATE_HZ)
    if language == AUTO:
        language = engine.language_of(audio, spoken_languages())
    text, confidence = "", 0.0
    for prompt in _prompts(language, grammar) if prompted else ("",):
        segments = tuple(engine.decode(audio, language, prompt))
        text, confidence = usable(Transcript(segments, sound, prompt), layers)
        if not is_closed(text):
            break
    return Utterance(text, confidence, name, language)


def spoken_languages() -> tuple[str, ...]:
    """Codes of the languages that the program understands."""
    from vla_assistant.language.vocabulary import load

    return tuple(load().languages)


def _prompts(language: str, grammar: str | None) -> tuple[str, ...]:
    """What is tried in turn: with the words that may be named, then without."""
    words = expected_words(language, grammar)
    return (words, "") if words else ("",)
