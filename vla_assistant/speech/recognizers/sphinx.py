"""PocketSphinx: a small offline recognizer for commands; hears only what its grammar holds.

Its own `Decoder` with a JSGF grammar. Beside the grammar each utterance is decoded with a loop over all phones: how far
the grammar's score lies from that free score says how well the words fit the sound, whatever voice and loudness.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from vla_assistant.errors import BackendError, InputError, WeightsError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.audio import RATE_HZ, is_silent, resample
from vla_assistant.speech.recognizers import wake as wake_word
from vla_assistant.speech.recognizers.partial import Partial, judged
from vla_assistant.types import Audio, FloatArray, Utterance

if TYPE_CHECKING:
    from pocketsphinx import Decoder

REQUIRES = ("pocketsphinx",)
BACKEND = "SphinxRecognizer"

PHONES = tuple(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()  # noqa: SIM905
)
"""The phones of the acoustic model (CMU dictionary)."""
FRAMES_HZ = 100
PEAK = 0.5
"""Loudness the sound is brought to: the acoustic model was trained on close-talk speech of about this."""
PAD_S = 0.3
"""Silence before and after the speech; the decoder wants some to settle on."""
HISS = 1e-4
"""Amplitude of the noise in that silence: digital zero is no silence to the acoustic model."""
EDGE_POWER = 1e-4
"""Share of the highest power below which the ends of the sound are silence (-40 dB)."""
QUIETEST, ABOVE_FLOOR = 0.02, 4.0
"""The quietest 2 % are the noise of the room; in a noisy recording speech begins 6 dB above it."""
SCORE_UNIT = 1e-4
"""One step of pocketsphinx's logarithms, whose base is 1.0001."""
SHORTEST_S = 0.1
"""Nobody says a word in less."""
FITS = 0.3
"""Confidence above which words of an utterance that is not over are shown: `listening.min_confidence`."""
FIRST_VARIANT = 20
"""Pronunciations of one word are told apart by a number; the dictionary's own have the lower ones."""
FULL, LOOP, GIVEN, SETTLE = "full", "loop", "given", "settle"


_WINDOW = RATE_HZ // FRAMES_HZ
_VARIANT = re.compile(r"\(\d+\)")


class Config(BackendConfig):
    """PocketSphinx."""

    model: str = Field("", description="Folder with an acoustic model (en-us); empty takes the one of the package.")
    fit_even: float = Field(-10.0, description="Fit of words to sound at which the confidence is one half.")
    fit_slope: float = Field(0.4, gt=0, description="How fast the confidence rises with the fit.")


def require(config: Config) -> None:
    """Is the acoustic model there? See `registry`."""
    _model_folder(config)


class SphinxRecognizer:
    """One decoder with the full command grammar; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Load the acoustic model and the dictionary (about half a second).

        Raises:
            WeightsError: the model is not where it should be.
        """
        self._config = config
        self._decoder: Decoder | None = _decoder(_model_folder(config))
        self._given = ""

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The sentence of the grammar (default: all commands) that fits the sound, and how well it does.

        Raises:
            InputError: the grammar is no JSGF or has a word the dictionary lacks.
        """
        search = self._search(grammar)
        speech = prepared(audio)
        if speech is None:
            return Utterance("", 0.0, "sphinx")
        self._settle(speech)
        text, score = self._decode(search, speech)
        if not text:
            return Utterance("", 0.0, "sphinx")
        _, free = self._decode(LOOP, speech)
        return Utterance(text, self._confidence(score - free), "sphinx")

    def partial(self, audio: Audio, grammar: str | None = None) -> Partial:
        """What was said so far; see `transcribe` and `partial.Partial`."""
        search = self._search(grammar)
        speech = prepared(audio)
        if speech is None:
            return judged("", Utterance("", 0.0, "sphinx"))
        self._settle(speech)
        so_far, ended = self._decode_both(search, speech)
        _, free = self._decode(LOOP, speech)
        confidence = self._confidence(ended[1] - free) if ended[0] else 0.0
        fits = so_far[0] and self._confidence(so_far[1] - free) >= FITS
        return judged(so_far[0] if fits else "", Utterance(ended[0], confidence, "sphinx"))

    def wake(self, audio: Audio, phrases: Sequence[str]) -> wake_word.Wake:
        """Does it begin with one of these phrases, and where does that end? See `recognizers.wake`.

        Raises:
            InputError: a phrase has a word that the dictionary lacks.
        """
        speech = wake_word.prepared(audio)
        if speech is None:
            return wake_word.NOTHING
        self._search(wake_word.grammar(phrases))
        self._settle(speech)
        text, own = self._decode(GIVEN, speech)
        words = self._aligned() if text else []
        _, free = self._decode(LOOP, speech)
        return wake_word.found(words, (own - free) * self._open.n_frames())

    def close(self) -> None:
        """Free the decoder."""
        self._decoder = None

    def _confidence(self, fit: float) -> float:
        """Logistic in the fit: how far the words' log score a frame lies behind that of the best phones."""
        return 1.0 / (1.0 + math.exp(-self._config.fit_slope * (fit - self._config.fit_even)))

    @property
    def _open(self) -> Decoder:
        if self._decoder is None:
            raise BackendError("The Sphinx recognizer is closed.")
        return self._decoder

    def _search(self, grammar: str | None) -> str:
        """Name of the search with that grammar, made when it is new."""
        decoder = self._open
        if grammar is None:
            return FULL
        if grammar != self._given:
            try:
                decoder.add_jsgf_string(GIVEN, grammar)
            except (ValueError, RuntimeError) as error:
                raise InputError(
                    "The grammar cannot be used: it is no valid JSGF, has no public rule, or holds a word that the "
                    "dictionary lacks."
                ) from error
            self._given = grammar
        return GIVEN

    def _settle(self, speech: FloatArray) -> None:
        """Let the front end learn the channel of this utterance, and forget that of the one before (a few ms).

        Its cepstral mean starts from the last utterance, so that the same sound would be heard differently each time.
        """
        self._open.reinit_feat()
        self._decode(SETTLE, speech)

    def _decode(self, search: str, speech: FloatArray) -> tuple[str, float]:
        """Words and log score a frame; no words when the sound does not reach the end of a sentence."""
        return self._decode_both(search, speech)[1]

    def _decode_both(self, search: str, speech: FloatArray) -> tuple[tuple[str, float], tuple[str, float]]:
        """Words and log score a frame: of the best path wherever it ends, and of the best one that ends a sentence."""
        decoder = self._open
        decoder.activate_search(search)
        decoder.start_utt()
        decoder.process_raw((speech * 32767.0).astype("<i2").tobytes(), full_utt=True)
        so_far = self._hypothesis(decoder.hyp())
        decoder.end_utt()
        return so_far, self._hypothesis(decoder.hyp())

    def _hypothesis(self, found: Any) -> tuple[str, float]:
        if found is None or found.score <= 0.0:
            return "", 0.0
        text = _VARIANT.sub("", found.hypstr).strip()
        return text, math.log(found.score) / SCORE_UNIT / self._open.n_frames()

    def _aligned(self) -> list[wake_word.Aligned]:
        """When the words of the last decode were said."""
        parts = self._open.seg() or []
        return [wake_word.Aligned(_VARIANT.sub("", p.word), p.start_frame, p.end_frame + 1) for p in parts]


def prepared(audio: Audio) -> FloatArray | None:
    """The speech at 16 kHz, trimmed, at one loudness, with silence around it; None when there is no sound in it."""
    sound = resample(audio, RATE_HZ).samples
    sound = (sound - sound.mean()).astype(np.float32) if len(sound) else sound
    if len(sound) < SHORTEST_S * RATE_HZ or is_silent(Audio(np.clip(sound, -1.0, 1.0), RATE_HZ)):
        return None
    power = np.convolve(sound**2, np.full(_WINDOW, 1.0 / _WINDOW, np.float32), "same")
    floor, edge = float(np.quantile(power, QUIETEST)), float(power.max()) * EDGE_POWER
    noisy = floor > edge
    loud = np.flatnonzero(power > (ABOVE_FLOOR * floor if noisy else edge))
    if not len(loud):
        return None
    margin = RATE_HZ // 20
    speech = sound[max(0, loud[0] - margin) : loud[-1] + 2 * margin]
    gain = PEAK / float(np.abs(speech).max())
    return _padded(speech * gain, gain * floor**0.5 if noisy else HISS)


def _padded(speech: FloatArray, hiss: float) -> FloatArray:
    """The speech with noise of that amplitude before and after it: a jump in the noise would sound like a consonant."""
    pad = round(PAD_S * RATE_HZ)
    noise = np.random.default_rng(0).normal(0.0, 1.0, len(speech) + 2 * pad).astype(np.float32)
    padded = hiss * noise
    padded[pad : pad + len(speech)] = speech + HISS * noise[pad : pad + len(speech)]
    return np.clip(padded, -1.0, 1.0)


def _model_folder(config: Config) -> Path:
    from pocketsphinx import get_model_path

    folder = Path(os.path.expanduser(config.model)) if config.model else Path(get_model_path()) / "en-us"
    if not (folder / "en-us" / "mdef").is_file() or not (folder / "cmudict-en-us.dict").is_file():
        raise WeightsError(
            f"There is no acoustic model in {folder}.",
            "It must hold en-us/mdef and cmudict-en-us.dict; without recognizers.sphinx.model it is the package's own.",
        )
    return folder


def _decoder(folder: Path) -> Decoder:
    """A decoder with the searches FULL (all commands), LOOP (any phones) and SETTLE (one phone)."""
    from pocketsphinx import Decoder

    from vla_assistant.language import jsgf

    decoder = Decoder(
        hmm=str(folder / "en-us"), dict=str(folder / "cmudict-en-us.dict"), lm=None, loglevel="FATAL", cmn="batch",
        bestpath=False, compallsen=True,  # else the scores of two searches are not on one scale
    )  # fmt: skip
    _add_words(decoder)
    phones = " | ".join(f"any_{phone.lower()}" for phone in PHONES)
    decoder.add_jsgf_string(LOOP, f"#JSGF V1.0; grammar loop; public <loop> = ({phones})+;")
    decoder.add_jsgf_string(SETTLE, f"#JSGF V1.0; grammar settle; public <settle> = any_{PHONES[0].lower()};")
    decoder.add_jsgf_string(FULL, jsgf())
    return decoder


def _add_words(decoder: Any) -> None:
    """One word for each phone, and the vocabulary's own pronunciations."""
    from vla_assistant.language.vocabulary import load

    for word, pronunciations in load().lexicon("en").pronunciations.items():
        for number, phones in enumerate(pronunciations):
            decoder.add_word(f"{word}({FIRST_VARIANT + number})", phones, False)
    for index, phone in enumerate(PHONES):
        decoder.add_word(f"any_{phone.lower()}", phone, index == len(PHONES) - 1)
