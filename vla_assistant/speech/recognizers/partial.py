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
        complete: They may be a whole sentence; False where something is clearly missing.
        could_go_on: More is often said after them.
    """

    whole: Utterance
    text: str
    complete: bool
    could_go_on: bool


def judged(text: str, whole: Utterance) -> Partial:
    """Compare the words so far, which may end anywhere, with the sentence that they would be made into.

    A decoder that must end a sentence may end it with any short word ("put the red cup" becomes "put the red cup
    down"): where that is longer, the words so far count. Where the two differ otherwise, they must say the same. A
    closed word is whole in any case: it is too short to be cut.
    """
    from vla_assistant.language import closed_intent

    intent = closed_intent(whole.text) if whole.text else None
    if intent is not None:
        return Partial(whole, whole.text, complete=True, could_go_on=intent is Intent.NO)
    if not text:
        return Partial(whole, text, complete=True, could_go_on=True)
    complete, could_go_on = _judged(text)
    if whole.text not in ("", text) and len(whole.text.split()) <= len(text.split()):
        other_complete, other_goes_on = _judged(whole.text)
        complete, could_go_on = complete or other_complete, could_go_on or other_goes_on
    return Partial(whole, text, complete, could_go_on)


def _judged(text: str) -> tuple[bool, bool]:
    """Is it whole, and may it go on? "Pick up the cup" may, with where to put it, and so may "... on the blue"."""
    from vla_assistant.language import understand
    from vla_assistant.language.vocabulary import load

    meaning, lexicon = understand(text), load().lexicon("en")
    last = text.rsplit(maxsplit=1)[-1]
    if meaning.steps:
        return True, meaning.steps[-1].skill == "pick" or (last,) in lexicon.colours
    if meaning.intent in (Intent.CONTROL, Intent.QUESTION):
        return True, False
    small = (phrase for name in ("articles", "to", "connectors") for phrase in lexicon.small[name])
    ends = (phrase[-1] for phrase in (*small, *lexicon.relations, *lexicon.refused_relations))
    return meaning.intent is not Intent.COMMAND and last not in ends, True
