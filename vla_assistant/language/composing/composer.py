"""From a text to the acts that its parts come to."""

from __future__ import annotations

import functools
from collections.abc import Callable

from vla_assistant.language import words as spelling
from vla_assistant.language.composing.clauses import asked
from vla_assistant.language.composing.frames import has
from vla_assistant.language.composing.furniture import of_drawer, put_away, retrieved
from vla_assistant.language.composing.many import cleared, sorted_by_colour, swapped
from vla_assistant.language.composing.row import Row, row_of_words
from vla_assistant.language.composing.towers import stacked
from vla_assistant.language.request import Act
from vla_assistant.language.vocabulary import Phrase

_BIDDING = ("polite", "want", "ensure", "asks")
"""What a question holds that asks for something to be done."""
_LONGEST = 60
_FRAMES: tuple[Callable[[Row], tuple[Act, ...]], ...] = (
    of_drawer, retrieved, put_away, swapped, stacked, sorted_by_colour, cleared,
)  # fmt: skip


def composed_of(text: str) -> tuple[Act, ...]:
    """The acts of the text; none of one that only asks how things are: "the drawer open?"."""
    said = spelling.normalised(text)
    if text.rstrip().endswith("?") and not has(row_of_words(said), *_BIDDING):
        return ()
    return composed(said)


@functools.lru_cache(maxsize=256)
def composed(said: Phrase) -> tuple[Act, ...]:
    """The acts of the one frame that the words fit; none when they fit none or several."""
    if len(said) > _LONGEST:
        return ()
    row = row_of_words(said)
    wanted = asked(row) if row else ()
    found = {acts for frame in _FRAMES if wanted and (acts := frame(wanted))}
    return found.pop() if len(found) == 1 else ()
