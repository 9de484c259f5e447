"""PocketSphinx: a small offline recognizer for commands, made for what is said to the arm.

Sentences are decoded with a language model of how people put their commands (assets/speech), whose class of things is
filled from the vocabulary. Among the likeliest readings the first that makes sense counts. Short utterances are decided
between the closed words first. A grammar that is given limits what is heard to itself. How far the words' score lies
from that of a loop over all phones says how well they fit the sound, whatever voice and loudness.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from vla_assistant.errors import WeightsError
from vla_assistant.registry import BackendConfig
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.recognizers import wake as wake_word
from vla_assistant.speech.recognizers.acoustics import LOOP, Acoustics, Found, Sound, quieted
from vla_assistant.speech.recognizers.closed_words import LONGEST_S, RIVAL, ClosedWords, Evidence, confidence_of
from vla_assistant.speech.recognizers.partial import Partial, judged
from vla_assistant.speech.recognizers.trust import approves, confidence, is_command, makes_sense, sentence_of
from vla_assistant.speech.recognizers.wording import pronunciations, write_model
from vla_assistant.types import Audio, FloatArray, Utterance

if TYPE_CHECKING:
    from pocketsphinx import Decoder

REQUIRES = ("pocketsphinx",)
BACKEND = "SphinxRecognizer"
CLOSED_WORDS = "closed words"
"""Names itself so where the closed words decided."""
SENTENCES, GIVEN, WAKE, ANYTHING = "sentences", "given", "wake", "anything"
FITS = 0.3
"""Confidence above which words of an utterance that is not over are shown: `listening.min_confidence`."""
BEAM, WORD_BEAM = 1e-60, 1e-40
"""Paths this much worse than the best are given up; by the decoder's own, true ones were, at this language weight."""
UNCLEAR = 0.25
"""Highest confidence of a yes that the closed words did not decide: it is asked for again."""
CLOSED_FIRST_S = 1.7
"""So short a sound, silence around it included, is mostly a closed word, and is no command of five words."""
OTHERS, TRIED = 8, 4
"""Readings beside the likeliest, and how many of them are looked at for sense."""


class Config(BackendConfig):
    """PocketSphinx."""

    model: str = Field("", description="Folder with an acoustic model (en-us); empty takes the one of the package.")
    language_weight: float = Field(11.0, gt=0, description="How much more what is usually said counts than the sound.")
    closed_sure: float = Field(0.5, ge=0, le=1, description="Confidence of a closed word from which it is one.")
    fit_even: float = Field(-15.0, description="Fit of words to sound at which a given grammar is half believed.")
    fit_slope: float = Field(0.4, gt=0, description="How fast the confidence rises with the fit.")


def require(config: Config) -> None:
    """Is the acoustic model there? See `registry`."""
    _model_folder(config)


class SphinxRecognizer:
    """One decoder with the language model of commands; not thread-safe."""

    def __init__(self, config: Config) -> None:
        """Load the acoustic model, the dictionary and the language model (about a second).

        Raises:
            WeightsError: the model is not where it should be.
        """
        self._config = config
        folder = _model_folder(config)
        known = pronunciations(folder / "cmudict-en-us.dict")
        self._acoustics = Acoustics(_decoder(folder, known, config.language_weight), known)
        self._closed = ClosedWords(self._acoustics)
        self._so_far = ""

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The sentence that was probably said, how sure that is, and other readings.

        Raises:
            InputError: the grammar is no JSGF or has a word the dictionary lacks.
        """
        self._acoustics.check()
        if grammar is not None:
            self._acoustics.use(GIVEN, grammar)
        sound = quieted(audio)
        if sound is None:
            return Utterance("", 0.0, "sphinx")
        self._acoustics.settle(sound.speech)
        if grammar is not None:
            return self._by_grammar(sound.speech)
        seconds = len(sound.speech) / RATE_HZ
        decoded = self._decoded(sound) if seconds > CLOSED_FIRST_S else None
        closed = seconds <= LONGEST_S and not (decoded and is_command(decoded.text))
        evidence = self._closed.evidence(sound.speech) if closed else None
        return self._closed_word(evidence) or self._sentence(sound, evidence, decoded or self._decoded(sound))

    def partial(self, audio: Audio, grammar: str | None = None) -> Partial:
        """What was said so far; see `transcribe` and `partial.Partial`."""
        self._so_far = ""
        whole = self.transcribe(audio, grammar)
        fits = whole.recognizer != CLOSED_WORDS and whole.confidence >= FITS
        return judged(self._so_far if fits else "", whole)

    def wake(self, audio: Audio, phrases: Sequence[str]) -> wake_word.Wake:
        """Does it begin with one of these phrases, and where does that end? See `recognizers.wake`.

        Raises:
            InputError: a phrase has a word that the dictionary lacks.
        """
        speech = wake_word.prepared(audio)
        if speech is None:
            return wake_word.NOTHING
        self._acoustics.use(WAKE, wake_word.grammar(phrases))
        self._acoustics.use(ANYTHING, wake_word.anything())
        self._acoustics.settle(speech)
        best = self._acoustics.decode(ANYTHING, speech).score
        said = self._acoustics.decode(WAKE, speech)
        return wake_word.found(self._acoustics.aligned() if said.text else (), said.score - best, len(speech))

    def close(self) -> None:
        """Free the decoder."""
        self._acoustics.close()

    def _by_grammar(self, speech: FloatArray) -> Utterance:
        so_far, found = self._acoustics.decode_both(GIVEN, speech, OTHERS)
        self._so_far = so_far.text
        if not found.text:
            return Utterance("", 0.0, "sphinx")
        fit = found.score - self._acoustics.decode(LOOP, speech).score
        believed = 1.0 / (1.0 + math.exp(-self._config.fit_slope * (fit - self._config.fit_even)))
        return Utterance(found.text, believed, "sphinx", others=found.others)

    def _closed_word(self, evidence: Evidence | None) -> Utterance | None:
        """The closed word that was clearly said, if any."""
        if evidence is None or evidence.kind == RIVAL:
            return None
        sure = confidence_of(evidence)
        return Utterance(evidence.text, sure, CLOSED_WORDS) if sure >= self._config.closed_sure else None

    def _decoded(self, sound: Sound) -> Found:
        so_far, found = self._acoustics.decode_both(SENTENCES, sound.speech, OTHERS)
        self._so_far = so_far.text
        return found

    def _sentence(self, sound: Sound, short: Evidence | None, found: Found) -> Utterance:
        """The likeliest reading that makes sense, or the likeliest one; or the short sentence if that fits better."""
        fit = found.score - self._acoustics.decode(LOOP, sound.speech).score
        readings = (found.text, *found.others) if found.text else ()
        text = next((reading for reading in readings[:TRIED] if makes_sense(reading)), found.text)
        other = short if short is not None and short.kind == RIVAL and makes_sense(short.text) else None
        sure = confidence(sentence_of(text, fit, sound.noisy)) if text else 0.0
        if other is not None:
            as_other = confidence(sentence_of(other.text, other.fit, sound.noisy))
            if as_other > sure:
                return Utterance(other.text, as_other, "sphinx", others=readings)
        if not text:
            return Utterance("", 0.0, "sphinx")
        others = tuple(reading for reading in readings if reading != text)
        return Utterance(text, min(sure, UNCLEAR) if approves(text) else sure, "sphinx", others=others)


def _model_folder(config: Config) -> Path:
    from pocketsphinx import get_model_path

    folder = Path(os.path.expanduser(config.model)) if config.model else Path(get_model_path()) / "en-us"
    if not (folder / "en-us" / "mdef").is_file() or not (folder / "cmudict-en-us.dict").is_file():
        raise WeightsError(
            f"There is no acoustic model in {folder}.",
            "It must hold en-us/mdef and cmudict-en-us.dict; without recognizers.sphinx.model it is the package's own.",
        )
    return folder


def _decoder(folder: Path, known: Mapping[str, Sequence[str]], language_weight: float) -> Decoder:
    """A decoder with the search SENTENCES; what it reads is written to a folder that is gone afterwards."""
    from pocketsphinx import Decoder

    with tempfile.TemporaryDirectory(prefix="vla-assistant-") as written:
        files = write_model(known, Path(written), SENTENCES)
        return Decoder(
            hmm=str(folder / "en-us"), dict=str(files.dictionary), lm=None, lmctl=str(files.control), lmname=SENTENCES,
            loglevel="FATAL", cmn="batch", lw=language_weight, fwdflatlw=language_weight, bestpathlw=language_weight,
            beam=BEAM, pbeam=BEAM, wbeam=WORD_BEAM, lpbeam=BEAM, lponlybeam=WORD_BEAM,
            compallsen=True,  # else the scores of two searches are not on one scale
        )  # fmt: skip
