"""Says when a stop word has been said. No thread, no device, no clock of its own: time comes with the sound.

A word counts at once when the classifier is very sure, else when two moments (80 ms apart) agree on it. Then it rests
for a while, for the moments after a word look like the word, too. While our own voice speaks it wants to be surer,
and our own words are not taken for a person's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.stop_words.classifier import Classifier
from vla_assistant.speech.stop_words.own_voice import OwnWords, Voice
from vla_assistant.speech.stop_words.windows import Windows
from vla_assistant.speech.stop_words.words import CLASSES, LANGUAGES, TEXTS
from vla_assistant.types import Audio, FloatArray, Utterance

RECOGNIZER = "stop-words"
REFRACTORY_S = 0.8
"""After a hit nothing counts for this long."""


USUAL_LAG_S = 0.1
"""From the end of a word to its hit, in the time of the stream."""


@dataclass(frozen=True)
class Thresholds:
    """`sure`: one moment with this probability is a hit. `agreed`: so are two in a row with this mean."""

    sure: float
    agreed: float


USUAL = Thresholds(sure=0.9, agreed=0.6)
BESIDE_OWN_VOICE = Thresholds(sure=0.97, agreed=0.8)


@dataclass(frozen=True)
class Hit:
    """A stop word: what is written for it, how sure, and about when it ended [s]."""

    text: str
    probability: float
    end_s: float
    language: str

    @property
    def utterance(self) -> Utterance:
        """As other recognizers tell what they heard."""
        return Utterance(self.text, self.probability, RECOGNIZER, self.language, self.end_s, self.end_s)


class Decision:
    """From probabilities to hits. Pure.

    Args:
        language: Whose words count.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._counting = [CLASSES.index(word) for word in LANGUAGES[language]]
        self.reset()

    def reset(self) -> None:
        """The stream begins anew."""
        self._before = np.zeros(len(CLASSES), np.float32)
        self._rests_until_s = float("-inf")

    def take(self, probabilities: FloatArray, time_s: float, wanted: Thresholds = USUAL) -> Hit | None:
        """The hit at this moment, if it is one.

        Args:
            probabilities: float32 (len(CLASSES),).
            time_s: Of the moment.
            wanted: How sure it must be.
        """
        mean = (self._before + probabilities) / 2
        self._before = probabilities
        word = max(self._counting, key=lambda index: float(probabilities[index]))
        enough = probabilities[word] >= wanted.sure or mean[word] >= wanted.agreed
        if not enough or time_s < self._rests_until_s:
            return None
        self._rests_until_s = time_s + REFRACTORY_S
        probability = float(max(probabilities[word], mean[word]))
        return Hit(TEXTS[CLASSES[word]], probability, time_s - USUAL_LAG_S, self._language)


class StopSpotter:
    """Hears stop words in one stream; one owner thread. A step costs about 2 ms each 80 ms, twice that while we speak.

    Args:
        language: Whose words count.
        voice: Our own voice; None when it is never to be heard.

    Raises:
        BackendError: the package pyopen-wakeword is missing or does not run here.
        WeightsError: the shipped weights cannot be read.
    """

    def __init__(self, language: str = "en", voice: Voice | None = None) -> None:
        classifier = Classifier()
        self._windows = Windows(classifier)
        self._decision = Decision(language)
        self._own = OwnWords(voice, Windows(classifier)) if voice is not None else None

    def reset(self) -> None:
        """The stream begins anew."""
        self._windows.reset()
        self._decision.reset()

    def feed(self, block: Audio, time_s: float) -> list[Hit]:
        """The stop words that this block ended.

        Args:
            block: The next 16 kHz mono sound of the stream, of any length.
            time_s: Time at the end of the block, on the clock of the stream.
        """
        own_voice = self._own is not None and self._own.follow(time_s)
        wanted = BESIDE_OWN_VOICE if own_voice else USUAL
        hits = []
        for probabilities, later in self._windows.feed(block.samples):
            at_s = time_s - later / RATE_HZ
            hit = self._decision.take(self._without_ours(probabilities, at_s), at_s, wanted)
            hits += [hit] if hit is not None else []
        return hits

    def _without_ours(self, probabilities: FloatArray, time_s: float) -> FloatArray:
        """The probabilities of a person's words: those that we say ourselves at that time are no hits."""
        if self._own is None:
            return probabilities
        ours = [word for word in range(1, len(CLASSES)) if probabilities[word] > 0 and self._own.says(word, time_s)]
        kept = probabilities.copy()
        kept[ours] = 0.0
        return kept
