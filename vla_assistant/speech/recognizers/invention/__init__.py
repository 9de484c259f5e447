"""What of a Whisper transcript may be believed: Whisper invents fluent text on silence, fans and key taps."""

from __future__ import annotations

import logging
import math
from dataclasses import replace

from vla_assistant.speech.recognizers.invention.layers import ALL, DECODING, Layers
from vla_assistant.speech.recognizers.invention.transcript import (
    Segment,
    Sound,
    Transcript,
    look_at,
    spoken_words,
)
from vla_assistant.types import Audio

__all__ = ["ALL", "DECODING", "Layers", "Segment", "Sound", "Transcript", "speech_in", "spoken_words", "usable"]

log = logging.getLogger(__name__)


def speech_in(audio: Audio, layers: Layers = ALL) -> Sound | None:
    """What the sound shows; None when it cannot hold speech, and is not worth decoding."""
    sound = look_at(audio)
    refusing = next((layer for layer in layers.of_sound if not layer(sound)), None)
    if refusing is not None:
        log.info("No speech in %s (%s).", sound, refusing.__name__)
        return None
    return sound


def usable(transcript: Transcript, layers: Layers = ALL) -> tuple[str, float]:
    """The text that may be believed, in the vocabulary's spelling, and its confidence 0-1; ("", 0.0) for none."""
    for layer in layers.of_text:
        kept = tuple(layer(transcript))
        if kept != transcript.segments:
            log.info("Not believed (%s): %s", layer.__name__, [s for s in transcript.segments if s not in kept])
        transcript = replace(transcript, segments=kept)
    words = transcript.words
    if not words:
        return "", 0.0
    return " ".join(words), min(math.exp(s.avg_logprob) * (1.0 - s.no_speech_prob) for s in transcript.segments)
