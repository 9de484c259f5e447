"""What was said so far: is it a whole command, and may more follow?"""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.types import Intent, Utterance
from vla_assistant.wire import travels


@travels
@dataclass(frozen=True)
class Partial:
    """What a recognizer makes of an utterance that may not be over.

    Attributes:
        whole: The sentence that fits best if nothing follows; an empty text when none does.
        text: The words so far, whether or not they are a sentence; empty when they fit the sound badly.
        complete: The words so far are a whole sentence.
        could_go_on: More is often said after them.
    """

    whole: Utterance
    text: str
    complete: bool
    could_go_on: bool


def judged(text: str, whole: Utterance) -> Partial:
    """Compare the words so far, which may end anywhere, with the sentence that they would be made into.

    A decoder that must end a sentence ends it with any short word ("put the red cup" becomes "put the red cup down"),
    so it is a whole one only where both decodes agree. A closed word is one in any case: it is too short to be cut.
    """
    from vla_assistant.language import closed_intent

    intent = closed_intent(whole.text) if whole.text else None
    if intent is not None:
        return Partial(whole, whole.text, complete=True, could_go_on=intent is Intent.NO)
    complete = bool(text) and text == whole.text
    return Partial(whole, text, complete, could_go_on=not complete or not _ends(text))


def _ends(text: str) -> bool:
    """Nothing usually follows: "pick up the cup" may go on with where to put it, "no" with what was meant."""
    from vla_assistant.language import understand

    meaning = understand(text)
    if meaning.intent is Intent.CONTROL:
        return True
    return bool(meaning.steps) and meaning.steps[-1].skill != "pick"
