"""PocketSphinx's decoder as this program uses it: searches by name over prepared sound, scores a frame, n-best."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.errors import BackendError, InputError
from vla_assistant.speech.audio import RATE_HZ, is_silent, level_dbfs, resample
from vla_assistant.speech.denoising import denoised
from vla_assistant.speech.recognizers.wake import Aligned
from vla_assistant.speech.recognizers.wording import PHONES, parted, phone_word
from vla_assistant.types import Audio, FloatArray

if TYPE_CHECKING:
    from pocketsphinx import Decoder, Hypothesis

FRAMES_HZ = 100
PEAK = 0.5
"""Loudness the sound is brought to: the acoustic model was trained on close-talk speech of about this."""
PAD_S = 0.3
"""Silence before and after the speech; the decoder wants some to settle on."""
HISS = 1e-4
"""Amplitude of the noise in that silence: digital zero is no silence to the acoustic model."""
EDGE_POWER = 1e-4
"""Share of the highest power below which the ends of the sound are silence (-40 dB)."""
NOISY_POWER = 1e-3
"""Share of the highest power above which the noise of the room is worth taking out (-30 dB)."""
ONLY_NOISE_DB = 6.0
"""Where so much goes with the noise, nobody spoke: of speech 5 dB above the noise 2 dB go."""
QUIETEST, ABOVE_FLOOR = 0.02, 4.0
"""The quietest 2 % are the noise of the room; in a noisy recording speech begins 6 dB above it."""
SCORE_UNIT = 1e-4
"""One step of pocketsphinx's logarithms, whose base is 1.0001."""
SHORTEST_S = 0.1
"""Nobody says a word in less."""
GRAMMAR_WEIGHT = 6.5
"""How much the weights of a grammar count against the sound: pocketsphinx's own."""
LOOP, SETTLE = "loop", "settle"
_LOOKED_AT = 80
"""Paths of the lattice that are looked at for other wordings: many differ in pauses only."""
_WINDOW = RATE_HZ // FRAMES_HZ
_VARIANT = re.compile(r"\(\d+\)")
_PUBLIC = re.compile(r"public\s*<[^>]*>\s*=", re.IGNORECASE)
_RULE = re.compile(r"<[^>]*>|/[\d.eE+-]+/|\{[^}]*\}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\s|()\[\]*+;=\"]+")


@dataclass(frozen=True)
class Found:
    """What a search made of the sound; no text when the sound does not reach the end of a sentence.

    Attributes:
        text: The words.
        score: Logarithm of the score a frame, in steps of SCORE_UNIT.
        others: Other texts, the likeliest first.
    """

    text: str = ""
    score: float = 0.0
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class SoFar:
    """Words of the best path wherever it ends, and their score as in Found."""

    text: str = ""
    score: float = 0.0


class Acoustics:
    """One decoder; not thread-safe.

    Args:
        decoder: Its dictionary holds `phone_word` of every phone.
        pronunciations: Of further words, which are put into the dictionary when a grammar names them.
    """

    def __init__(self, decoder: Decoder, pronunciations: Mapping[str, Sequence[str]]) -> None:
        self._decoder: Decoder | None = decoder
        self._pronunciations = pronunciations
        self._grammars: dict[str, str] = {}
        decoder.config["bestpath"] = False  # of the searches made from here on: a lattice of phones takes seconds
        decoder.config["lw"] = GRAMMAR_WEIGHT
        decoder.add_allphone_file(LOOP, None)
        decoder.add_jsgf_string(SETTLE, _jsgf("settle", phone_word(PHONES[0])))

    def check(self) -> None:
        """Raise BackendError after `close`."""
        _ = self._open

    def close(self) -> None:
        """Free the decoder."""
        self._decoder = None

    def use(self, search: str, grammar: str) -> None:
        """Let the search be of that JSGF.

        Raises:
            InputError: it is no JSGF, has no public rule, or has a word that the dictionary lacks.
        """
        if self._grammars.get(search) == grammar:
            return
        lacking = sorted({word for word in _words(grammar) if not self.knows(word)})
        if lacking:
            raise InputError(
                f"The grammar cannot be used: the dictionary has no pronunciation for {', '.join(map(repr, lacking))}.",
                "Words are written in lower case; take another word for it.",
            )
        try:
            self._open.add_jsgf_string(search, grammar)
        except (ValueError, RuntimeError) as error:
            raise InputError("The grammar cannot be used: it is no valid JSGF, or has no public rule.") from error
        self._grammars[search] = grammar

    def knows(self, word: str) -> bool:
        """Whether the word can be pronounced; from then on it is in the decoder's dictionary."""
        if self._open.lookup_word(word) is None:
            for number, phones in enumerate(self._pronunciations.get(word, ()), 1):
                self._open.add_word(f"{word}({number})" if number > 1 else word, phones, False)
        return self._open.lookup_word(word) is not None

    def settle(self, speech: FloatArray) -> None:
        """Let the front end learn the channel of this utterance, and forget that of the one before (a few ms).

        Its cepstral mean starts from the last utterance, so that the same sound would be heard differently each time.
        """
        self._open.reinit_feat()
        self.decode(SETTLE, speech)

    def decode(self, search: str, speech: FloatArray, most: int = 0) -> Found:
        """The search's words for the sound, with at most so many `others`."""
        return self.decode_both(search, speech, most)[1]

    def decode_both(self, search: str, speech: FloatArray, most: int = 0) -> tuple[SoFar, Found]:
        """The words of the best path wherever it ends, and those of the best one that ends a sentence."""
        decoder = self._open
        decoder.activate_search(search)
        decoder.start_utt()
        decoder.process_raw((speech * 32767.0).astype("<i2").tobytes(), full_utt=True)
        so_far = SoFar(*self._scored(decoder.hyp()))
        decoder.end_utt()
        text, score = self._scored(decoder.hyp())
        if not text:
            return so_far, Found()
        others = dict.fromkeys(
            _plain(path.hypstr) for path in itertools.islice(self._paths(), _LOOKED_AT if most else 0)
        )
        kept = tuple(other for other in others if other and other != text)[:most]
        return so_far, Found(text, score, kept)

    def aligned(self) -> list[Aligned]:
        """When the words of the last decode were said."""
        parts = self._open.seg() or []
        return [Aligned(_VARIANT.sub("", part.word), part.start_frame, part.end_frame + 1) for part in parts]

    def _scored(self, found: Hypothesis | None) -> tuple[str, float]:
        """Words and score of a hypothesis; nothing where there is none."""
        if found is None or found.score <= 0.0:
            return "", 0.0
        return _plain(found.hypstr), math.log(found.score) / SCORE_UNIT / self._open.n_frames()

    def _paths(self) -> Iterator[Hypothesis]:
        """Paths of the lattice, the likeliest first; none when there is no lattice."""
        try:
            yield from (path for path in self._open.nbest() or () if path is not None and path.hypstr)
        except RuntimeError:
            return

    @property
    def _open(self) -> Decoder:
        if self._decoder is None:
            raise BackendError("The Sphinx recognizer is closed.")
        return self._decoder


@dataclass(frozen=True, eq=False)
class Sound:
    """Speech ready to be decoded, float32 (n,) at 16 kHz, and whether steady noise was taken out of it."""

    speech: FloatArray
    noisy: bool


def quieted(audio: Audio) -> Sound | None:
    """See `prepared`; where the room is heard between the words, its noise is taken out first. None for noise alone."""
    sound = _centred(audio)
    if len(sound) < SHORTEST_S * RATE_HZ or not _is_noisy(sound):
        speech = prepared(audio)
        return None if speech is None else Sound(speech, False)
    left = denoised(sound)
    if level_dbfs(left) < level_dbfs(sound) - ONLY_NOISE_DB:
        return None
    speech = prepared(Audio(np.clip(left, -1.0, 1.0), RATE_HZ))
    return None if speech is None else Sound(speech, True)


def prepared(audio: Audio) -> FloatArray | None:
    """The speech at 16 kHz, trimmed, at one loudness, with silence around it; None when there is no sound in it."""
    sound = _centred(audio)
    if len(sound) < SHORTEST_S * RATE_HZ or is_silent(Audio(np.clip(sound, -1.0, 1.0), RATE_HZ)):
        return None
    power = _power(sound)
    floor, edge = float(np.quantile(power, QUIETEST)), float(power.max()) * EDGE_POWER
    noisy = floor > edge
    loud = np.flatnonzero(power > (ABOVE_FLOOR * floor if noisy else edge))
    if not len(loud):
        return None
    margin = RATE_HZ // 20
    speech = sound[max(0, loud[0] - margin) : loud[-1] + 2 * margin]
    gain = PEAK / float(np.abs(speech).max())
    return _padded(speech * gain, gain * floor**0.5 if noisy else HISS)


def _centred(audio: Audio) -> FloatArray:
    """At 16 kHz, around zero."""
    sound = resample(audio, RATE_HZ).samples
    return (sound - sound.mean()).astype(np.float32) if len(sound) else sound


def _power(sound: FloatArray) -> FloatArray:
    return np.convolve(sound**2, np.full(_WINDOW, 1.0 / _WINDOW, np.float32), "same")


def _is_noisy(sound: FloatArray) -> bool:
    """Whether the quietest parts are louder than silence is beside the loudest."""
    power = _power(sound)
    return float(np.quantile(power, QUIETEST)) > float(power.max()) * NOISY_POWER


def _padded(speech: FloatArray, hiss: float) -> FloatArray:
    """The speech with noise of that amplitude before and after it: a jump in the noise would sound like a consonant."""
    pad = round(PAD_S * RATE_HZ)
    noise = np.random.default_rng(0).normal(0.0, 1.0, len(speech) + 2 * pad).astype(np.float32)
    padded = hiss * noise
    padded[pad : pad + len(speech)] = speech + HISS * noise[pad : pad + len(speech)]
    return np.clip(padded, -1.0, 1.0)


def _plain(hypothesis: str) -> str:
    return parted(_VARIANT.sub("", hypothesis)).strip()


def _jsgf(name: str, body: str) -> str:
    return f"#JSGF V1.0; grammar {name}; public <{name}> = {body};"


def _words(grammar: str) -> list[str]:
    """The words that the rules of a grammar name; none when it has no public rule."""
    rules = _PUBLIC.search(grammar)
    if rules is None:
        return []
    _, _, body = _RULE.sub(" ", grammar).partition("grammar")
    return _WORD.findall(body.partition(";")[2].replace("public", " "))
