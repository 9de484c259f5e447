"""The layers against invented text, each of which stops what the others let through.

Those of a sound say whether it can hold speech at all, and nothing is decoded if not. Those of a transcript say which
of its segments may be believed. How Whisper is asked is a layer too: `DECODING`. And where nothing is left, that is
told ("I heard nothing usable"), never filled with a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

from vla_assistant.speech.audio import SILENCE_DBFS
from vla_assistant.speech.recognizers.invention.known import is_known
from vla_assistant.speech.recognizers.invention.transcript import Segment, Sound, Transcript, spoken_words

VOICE_S = 0.06
"""Less pitch than this in the length of a short word is no voice: three frames."""
SHORTEST_S = 0.15
"""Nobody says a word in less."""
NO_SPEECH = 0.6
"""Above this Whisper itself doubts that anybody spoke. Source: Whisper's own default no_speech_threshold."""
LOWEST_LOGPROB = -1.0
"""Mean log probability of a token below which a transcript is a guess. Source: Whisper's default logprob_threshold."""
HIGHEST_COMPRESSION = 2.4
"""Text that compresses better repeats itself. Source: Whisper's default compression_ratio_threshold."""
REPEATS, LONGEST_PHRASE = 4, 4
"""One to four words so often in a row are a loop. A frightened "no no no" has three."""
ECHO_WORDS = 3
"""So many words in a row as in the prompt are the prompt itself: it lists words that no sentence has in that order."""
WORDS_PER_SECOND, WORDS_BEYOND = 7.0, 2
"""Nobody speaks faster; the fastest synthetic voice reaches 5. Of a very short sound the count says little."""
BEYOND_S = 0.5
"""A segment that begins so long after the end of the sound was made of the silence that Whisper adds."""
DECODING = MappingProxyType({"condition_on_previous_text": False, "temperature": (0.0, 0.2, 0.4, 0.6)})
"""How Whisper is asked: what it said before is no evidence for what it hears now, and what it is not sure of is tried
again, in Whisper's own ladder without the last, most inventive steps. The language is pinned beside this."""


def is_loud(sound: Sound) -> bool:
    """Whisper writes sentences of digital silence."""
    return sound.loudest_dbfs >= SILENCE_DBFS


def is_long(sound: Sound) -> bool:
    """A key tap is shorter than a word, and Whisper hears one in it."""
    return sound.seconds >= SHORTEST_S


def has_voice(sound: Sound) -> bool:
    """Fans, hiss and clicks have no pitch; Whisper is confident of what they say."""
    return sound.voiced_s >= VOICE_S


def sure(transcript: Transcript) -> Sequence[Segment]:
    """The joint rule: each figure alone lets confident inventions through or refuses quiet speech."""
    return [segment for segment in transcript.segments if _is_sure(segment)]


def unrepeated(transcript: Transcript) -> Sequence[Segment]:
    """A decoder that is stuck says the same words again and again, and is sure of them."""
    return () if _repeats(transcript.words) else transcript.segments


def unechoed(transcript: Transcript) -> Sequence[Segment]:
    """Of noise Whisper gives the prompt back, word for word."""
    words, prompt = transcript.words, spoken_words(transcript.prompt)
    run = SequenceMatcher(None, words, prompt, autojunk=False).find_longest_match().size
    whole = run == len(prompt) and run == len(words)
    return () if prompt and (whole or (run >= ECHO_WORDS and 2 * run >= len(words))) else transcript.segments


def unknown(transcript: Transcript) -> Sequence[Segment]:
    """The sentences that Whisper is known to invent."""
    return () if is_known(transcript.words) else transcript.segments


def paced(transcript: Transcript) -> Sequence[Segment]:
    """More words than fit into the sound, or words after its end."""
    sound = transcript.sound
    if len(transcript.words) > WORDS_PER_SECOND * sound.seconds + WORDS_BEYOND:
        return ()
    return [segment for segment in transcript.segments if segment.start_s <= sound.seconds + BEYOND_S]


@dataclass(frozen=True)
class Layers:
    """The layers in the order in which they are asked."""

    of_sound: tuple[Callable[[Sound], bool], ...] = (is_long, is_loud, has_voice)
    of_text: tuple[Callable[[Transcript], Sequence[Segment]], ...] = (sure, unrepeated, unechoed, unknown, paced)


ALL = Layers()


def _is_sure(segment: Segment) -> bool:
    """Written so that a figure which is no number makes it unsure."""
    plausible = segment.avg_logprob >= LOWEST_LOGPROB and segment.compression_ratio <= HIGHEST_COMPRESSION
    spoken = segment.no_speech_prob <= NO_SPEECH
    return plausible and (spoken or (segment.no_speech_prob <= 1.0 and segment.avg_logprob >= LOWEST_LOGPROB / 2))


def _repeats(words: Sequence[str]) -> bool:
    """The same one to four words at least four times in a row."""
    return any(
        list(words[start : start + width]) * REPEATS == list(words[start : start + REPEATS * width])
        for width in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words) - REPEATS * width + 1)
    )
