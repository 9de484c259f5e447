"""One recognizer after the other, until one is sure: closed words, then commands, then free speech.

The first is `sphinx`, which decides between the closed words and then among commands in a fraction of a second; what it
is not sure of goes on, to `whisper` where its weights are. `Utterance.recognizer` says who decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from vla_assistant.errors import AssistantError
from vla_assistant.speech.recognizers.base import Recognizer
from vla_assistant.speech.recognizers.partial import Partial
from vla_assistant.speech.recognizers.wake import Wake
from vla_assistant.types import Audio, Intent, Utterance

NAME = "chain"
ENOUGH = 0.7
"""Confidence from which nobody else is asked."""


class RecognizerChain:
    """Not thread-safe, unless its parts are.

    Args:
        parts: The quickest first; only the first may decide a closed word.
        enough: Confidence from which the next is not asked.
    """

    def __init__(self, parts: Sequence[Recognizer], enough: float = ENOUGH) -> None:
        self._parts, self._enough = tuple(parts), enough

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of the first that is sure, else of the surest.

        One that fails is passed over as long as another one works.

        Raises:
            AssistantError: every one of them failed; the first one's error.
        """
        found: list[Utterance] = []
        failed: list[AssistantError] = []
        for part in self._parts:
            try:
                heard = part.transcribe(audio, grammar)
            except AssistantError as error:
                failed.append(error)
                continue
            found.append(heard if part is self._parts[0] else _without_closed_words(heard))
            if found[-1].confidence >= self._enough:
                return found[-1]
        if not found:
            raise failed[0]
        return max(found, key=lambda utterance: utterance.confidence)

    @property
    def partial(self) -> Callable[[Audio, str | None], Partial] | None:
        """That of the first; see `base`."""
        return getattr(self._parts[0], "partial", None)

    @property
    def wake(self) -> Callable[[Audio, Sequence[str]], Wake] | None:
        """That of the first; see `base`."""
        return getattr(self._parts[0], "wake", None)

    def close(self) -> None:
        """Close them all."""
        for part in self._parts:
            part.close()


def _without_closed_words(utterance: Utterance) -> Utterance:
    """Free speech invents a yes out of noise, so it decides none; what means less motion may always be heard."""
    from vla_assistant.language import closed_intent

    if closed_intent(utterance.text) is Intent.YES:
        return replace(utterance, confidence=0.0)
    return utterance
