"""What waits to be said. Pure: no thread, no sound, no clock of its own.

Nobody wants old news: a newer sentence of the same topic replaces the one that waits, a sentence that waited too long
is dropped, an urgent one drives out all others, and of those that are left only the latest few are said.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

WAITING = 2
"""Sentences that may wait behind the one being said."""


@dataclass(frozen=True)
class Sentence:
    """Something to say.

    Attributes:
        text: The words.
        topic: What it is about; a newer sentence of the same topic replaces it while it waits. Empty: of no topic.
        ttl_s: It is not begun when it waited longer than this [s].
        urgent: Said at once: whatever waits or is being said is dropped.
        language: Of the words: "de".
    """

    text: str
    topic: str = ""
    ttl_s: float = math.inf
    urgent: bool = False
    language: str = "en"


class Sentences:
    """The queue; not thread-safe."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Sentence, float]] = deque(maxlen=WAITING)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, sentence: Sentence, now: float) -> None:
        """Let it wait; the oldest makes room."""
        if sentence.urgent:
            self._waiting.clear()
        self.forget(sentence.topic)
        self._waiting.append((sentence, now + sentence.ttl_s))

    def take(self, now: float) -> Sentence | None:
        """The next one that is still worth saying; None when none is."""
        while self._waiting:
            sentence, expires_s = self._waiting.popleft()
            if now <= expires_s:
                return sentence
        return None

    def forget(self, topic: str) -> None:
        """Drop what waits of that topic."""
        kept = [item for item in self._waiting if not topic or item[0].topic != topic]
        self._waiting.clear()
        self._waiting.extend(kept)

    def clear(self) -> None:
        """Drop all."""
        self._waiting.clear()
