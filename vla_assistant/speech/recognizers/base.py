"""The contract of a recognizer, and its manual.

A recognizer turns the sound of one utterance into words. Who writes a new one: one file in this folder with `REQUIRES`,
`Config`, `BACKEND` and a class with the two methods below, made with `(config)`; `tests/recognizers` runs over every
back end found.

- `transcribe` is synchronous and is called from one thread only; the constructor may take seconds, the file must not.
- It never invents: of silence, noise, or speech that it cannot make out, the text is empty (confidence 0) or the
  confidence is low.
- Confidence is 0-1; below `listening.min_confidence` (0.3) nothing is acted on.
- The text is lower case without punctuation, as the vocabulary writes it.
- `grammar` is JSGF; None means the full command vocabulary, or no limit for a recognizer that needs none.
- One that is fast and can be asked what was said so far has `partial(audio, grammar) -> partial.Partial` too, which the
  listener calls in pauses and now and then; one that can look for a wake word has `wake(audio, phrases) -> wake.Wake`.
- One that sends sound away has a function `notice(config)`: the sentence that says so when it is chosen.
- Missing weights or a failed library are an `AssistantError` that says what to do.
"""

from __future__ import annotations

from typing import Protocol

from vla_assistant.types import Audio, Utterance


class Recognizer(Protocol):
    """Makes words of sound."""

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        """The words of one utterance.

        Args:
            audio: Mono sound at any rate.
            grammar: JSGF that limits what may be heard.

        Raises:
            InputError: the grammar cannot be used.
            BackendError: the recognizer failed.
        """
        ...

    def close(self) -> None:
        """Free what it holds; may be called twice."""
        ...
