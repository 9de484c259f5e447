"""What is told around a request and asks for nothing: "my brother dropped the whole set, so push the bowl".

A story is a part between commas that says something of somebody ("we had the same at the lake house") or exclaims
("awful weather") with words that nobody here needs to know. What could be a request in words unknown ("fold the
napkin", "my coffee needs stirring") is no story: it stays and makes the sentence fail.
"""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language.reading.items import THEM, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.request import IT
from vla_assistant.language.vocabulary import Phrase

EXCLAIMED = 0.1
"""What a part without a verb costs more than one that tells."""
ACTING = 1.2
"""What a part costs more that names something and where it is or goes: that may be the request."""
SAID = 0.5
"""What such a part costs more when somebody else does it: "my son drew a face on the white ball"."""
_LONG = 15
"""Words of a text in which exclamations are told from things that nobody knows ("scissors, grab")."""
_SHORT = 2
"""Words of an exclamation that may begin with an unknown one ("achoo", "Bruno")."""
_WHERE = ("at", "direction", "amount", "home", "table")
_BEFORE = ("skip", "then", "manner", "repair", "doubt", "order")


def stories(items: Sequence[Item], words: Phrase, lexicon: Lexicon) -> dict[int, tuple[int, float]]:
    """The parts that may be stories: the item each begins at -> the item after it, and its extra cost."""
    if _spoken_to_others(words, lexicon):
        return {}
    found: dict[int, tuple[int, float]] = {}
    for at in range(len(items)):
        if not _begins(items, at):
            continue
        end = next((index for index in range(at + 1, len(items)) if _ends(items, index)), len(items))
        said = tuple(word for item in items[at:end] for word in words[item.start : item.end])
        cost = _story(items[at:end], said, len(words), lexicon)
        if cost is not None:
            found[at] = (end, cost)
    return found


def _begins(items: Sequence[Item], at: int) -> bool:
    here, before = items[at], items[at - 1] if at else None
    if here.kind == "comma" or (here.kind == "not" and (before is None or here.value != "not")):
        return False
    after = items[at + 1] if at + 1 < len(items) else here
    within = here.value in ("so", "remark", "subject") or (here.kind == "order" and here.value == "before")
    within = within or (here.kind in ("then", "order", "at") and not here.things and after.value == "subject")
    return before is None or before.kind == "comma" or within or before.value == "so"


def _ends(items: Sequence[Item], at: int) -> bool:
    return items[at].kind == "comma" or (items[at].value == "so" and items[at].kind == "skip")


def _story(part: Sequence[Item], words: Phrase, length: int, lexicon: Lexicon) -> float | None:
    """The extra cost of taking the part as a story, or None when it may be a request."""
    sets = lexicon.sets
    strange = any(item.kind == "unknown" or item.value in ("subject", "past") for item in part)
    if not strange or _asks(words, lexicon) or _is_bidding(part, words, lexicon):
        return None
    first = next((word for word in words if word not in sets["story_openers"]), "")
    cost = ACTING if _may_act(part) else 0.0
    if cost and part[0].value in ("subject", "past") and not any(i.form == "base" for i in part):
        cost = SAID
    if first in sets["story_subjects"] or not sets["story_verbs"].isdisjoint(words):
        return cost
    loose = not any(item.kind == "verb" and item.form == "base" for item in part)
    return cost + EXCLAIMED if loose and length > _LONG else None


def _may_act(part: Sequence[Item]) -> bool:
    """Whether the part names something and where it is or goes, or says to open or close."""
    what = any(item.kind in ("thing", "hand") or (item.kind == "verb" and item.form == "base") for item in part)
    named = any(item.kind == "verb" or (item.kind == "thing" and item.thing.kind not in (IT, THEM)) for item in part)
    where = any(item.kind in _WHERE and (item.things or item.kind != "at") for item in part)
    where = where or (named and any(item.kind == "me" for item in part))
    acts = (at for at, item in enumerate(part) if item.kind == "verb" and item.value in ("O", "C", "H"))
    return (what and where) or any(at == 0 or part[at - 1].kind != "unknown" for at in acts)


def _asks(words: Phrase, lexicon: Lexicon) -> bool:
    """Whether the part wishes or orders something: "i need my glasses", "the tea should be stirred", "you fold it"."""
    sets = lexicon.sets
    for at, word in enumerate(words):
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        if word in sets["story_wishes"] or (
            word in ("have", "has", "got") and after == "to" and before not in sets["story_selves"]
        ):
            return True
        if word in ("should", "must", "ought", "shall") and before not in sets["story_persons"]:
            return True
        if word in ("would", "could", "can", "will", "might", "may") and after in ("you", "i"):
            return True
        if word in ("id", "would", "like") and after in ("like", "love", "to", "rather"):
            return True
        if word == "you" and before in ("", "and", "then", "now", "so") and after not in sets["story_verbs"]:
            return after not in sets["story_known"]
    return False


def _is_bidding(part: Sequence[Item], words: Phrase, lexicon: Lexicon) -> bool:
    """Whether the part looks like an order: "fold the napkin", "push it to the wall", "never touch ..."."""
    said = [item for item in part if item.kind not in _BEFORE or item.value == "article"]
    if not said or not words:
        return not words or words[0] not in lexicon.sets["story_subjects"]
    first = said[0]
    start = sum(item.end - item.start for item in part[: part.index(first)])
    if first.kind == "not" and first.value != "tale":
        return words[start] != "not" or len(said) < _SHORT or said[1].kind in ("verb", "unknown", "me")
    if first.kind == "verb":
        return first.form == "base"
    if first.value == "act":
        return True
    if first.kind != "unknown" or len(words) <= _SHORT or words[start] in lexicon.sets["story_numbers"]:
        return False
    after = words[start + 1] if start + 1 < len(words) else ""
    return after not in lexicon.sets["story_verbs"] and after not in ("and", "or", "") and not after.endswith("ing")


def _spoken_to_others(words: Phrase, lexicon: Lexicon) -> bool:
    """Whether the text says that it is said to somebody else: then nothing around it is a story for the robot."""
    return any(pair in lexicon.phrases and "elsewhere" in lexicon.phrases[pair] for pair in _runs(words))


def _runs(words: Phrase) -> list[Phrase]:
    return [words[at : at + length] for length in (2, 3, 4) for at in range(len(words) - length + 1)]
