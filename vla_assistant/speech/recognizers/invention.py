"""What of a Whisper transcript may be believed: Whisper invents fluent text on silence, fans and key taps."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

NO_SPEECH = 0.6
"""Above this Whisper itself doubts that anybody spoke. Source: Whisper's own default no_speech_threshold."""
LOWEST_LOGPROB = -1.0
"""Mean log probability of a token below which a transcript is a guess. Source: Whisper's default logprob_threshold."""
HIGHEST_COMPRESSION = 2.4
"""Text that compresses better repeats itself. Source: Whisper's default compression_ratio_threshold."""
WORDS_PER_SECOND = 7.0
"""Nobody speaks faster; the fastest synthetic voice reaches 5."""
_INVENTED = frozenset(
    ("thank you for watching", "thanks for watching", "please subscribe", "subtitles by the amara org community", "you")
)
"""What Whisper says most often when nobody spoke; each also unusable as a command."""


@dataclass(frozen=True)
class Segment:
    """A piece of a transcript with Whisper's own figures."""

    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


def usable_text(segments: Sequence[Segment], seconds: float) -> tuple[str, float]:
    """The text that may be believed, in the vocabulary's spelling, and its confidence; ("", 0.0) for none.

    Args:
        segments: What Whisper made of the sound.
        seconds: Length of the sound.
    """
    kept = [segment for segment in segments if _believable(segment)]
    words = spoken_words(" ".join(segment.text for segment in kept))
    text = " ".join(words)
    if not kept or not words or text in _INVENTED or _repeats(words) or len(words) > WORDS_PER_SECOND * seconds + 2:
        return "", 0.0
    return text, min(math.exp(segment.avg_logprob) * (1.0 - segment.no_speech_prob) for segment in kept)


def spoken_words(text: str) -> list[str]:
    """Lower-case words without punctuation; an apostrophe stays inside a word."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


def _believable(segment: Segment) -> bool:
    """The joint rule: each figure alone lets confident inventions through or refuses quiet speech."""
    if segment.avg_logprob < LOWEST_LOGPROB or segment.compression_ratio > HIGHEST_COMPRESSION:
        return False
    return not (segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < LOWEST_LOGPROB / 2)


def _repeats(words: Sequence[str]) -> bool:
    """The same one to four words at least four times in a row."""
    return any(
        list(words[start : start + width]) * 4 == list(words[start : start + 4 * width])
        for width in range(1, 5)
        for start in range(len(words) - 4 * width + 1)
    )
