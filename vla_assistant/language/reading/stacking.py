"""Things stacked without a place: "stack the cubes" puts them on each other, "stack the red one and the blue" two."""

from __future__ import annotations

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.request import IT, Description
from vla_assistant.language.vocabulary import Phrase

_ENDS = ("comma", "then", "order", "repair", "manner", "avoid", "skip")
_WHERE = ("at", "table", "me", "home", "hand", "direction", "amount")


def stacked(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """The items with the place that such a verb implies."""
    found = list(items)
    for at in range(len(items) - 1, -1, -1):
        if items[at].kind == "verb" and words[items[at].start] in lexicon.sets["stacking"]:
            found[at + 1 :] = _on_each_other(found[at + 1 :])
    return found


def _on_each_other(after: list[Item]) -> list[Item]:
    """What follows the verb, with the things where they are to go."""
    said = [item for item in after if item.kind != "skip" and (item.kind, item.value) != ("direction", "up")]
    if not said or said[0].kind != "thing" or said[0].thing.kind in (IT, THEM):
        return after
    first = said[0]
    if first.thing.number != 1:
        each = Item("at", "on", first.end, first.end, (Description(ONE, number=first.thing.number),))
        return [first, each, *said[1:]] if _ends(said, 1) else after
    if [item.kind for item in said[1:3]] != ["then", "thing"] or said[1].value != "and":
        return after
    second = said[2]
    if second.thing.number == 1 and second.thing.kind not in (IT, THEM) and _ends(said, 3):
        return [first, Item("at", "on", said[1].start, second.end, second.things), *said[3:]]
    return after


def _ends(said: list[Item], at: int) -> bool:
    """Whether the clause ends here: nothing more is named, and no place is said."""
    if at < len(said) and said[at].kind not in _ENDS:
        return False
    return not any(item.kind in (*_WHERE, "thing") for item in said[at + 1 : at + 2])
