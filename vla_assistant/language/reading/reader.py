"""The reader: from a text to the request it makes."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace

from vla_assistant.language import words as spelling
from vla_assistant.language.chores.apart import apart
from vla_assistant.language.composing.composer import plainly_composed_of
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.cutting import Cutter
from vla_assistant.language.reading.fluency import explained, fluent, merged, restarted
from vla_assistant.language.reading.idioms import plain
from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.order import may_be_the_same, ordered
from vla_assistant.language.reading.repair import repaired
from vla_assistant.language.reading.search import Path, cheapest
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.reading.stories import stories
from vla_assistant.language.reading.written import written_out
from vla_assistant.language.request import IT, Description, Request
from vla_assistant.language.vocabulary import Phrase

ACCEPTED = 1.5
"""Highest cost of a reading that is acted on; long sentences may cost more."""


COVERED = 0.5
"""Share of the words that acts are made of, below which the confidence falls."""
WELL_FORMED = 0.8
"""Confidence of a text without its negation that makes sense by itself."""
LEFT_OUT = 0.7
"""Highest confidence where something was forbidden in other words than "not" ("instead of ...", "forget ...")."""
UNCLEAR = 0.2
"""Cost of an "it" that stays open in a text that names things."""
CONDITIONAL = 0.7
UNFINISHED = 0.7
"""Cost of a text that breaks off after "and"."""


def read(text: str, language: str = "en") -> Request | None:
    """The request that the text makes, or None when it makes none that is understood."""
    if language != "en":
        return read_plain(text, language)
    parts = apart(text)
    found = parts.read(read_plain) if parts is not None else read_plain(text)
    return plainly_composed_of(text) if found is None else found


def read_plain(text: str, language: str = "en") -> Request | None:
    """The same of a text that is not taken apart: what it says of the drawer or of a long task is not understood."""
    lexicon = lexicons.load(language)
    return _read_once(_called(spelling.normalised(written_out(text, lexicon)), lexicon), language)


@functools.lru_cache(maxsize=64)
def _read_once(said: Phrase, language: str) -> Request | None:
    """The request in these words; several hear each text, as a whole and in its clauses."""
    lexicon = lexicons.load(language)
    best = _sensible(said, lexicon)
    heard = mended(said, lexicon)
    if heard != said:
        second = _sensible(heard, lexicon)
        if second is not None and (best is None or second.confidence >= best.confidence):
            best = replace(second, repairs=tuple((a, b) for a, b in zip(said, heard, strict=True) if a != b))
    return best


def items_of(words: Phrase, lexicon: lexicons.Lexicon) -> list[Item]:
    """The sentence as a row of items, with what is said twice or taken back put right; `words` are fluent."""
    row = plain(restarted(Cutter(words, lexicon).cut()), words, lexicon)
    return explained(merged(repaired(merged(row))))


def _called(words: Phrase, lexicon: lexicons.Lexicon) -> Phrase:
    """Without a word at the beginning that only calls for attention: "right, put ...", "right then, ..."."""
    calls = len(words) > 2 and words[0] in lexicon.sets["calling"] and words[1] in lexicon.sets["after_calling"]
    return words[2:] if calls else words


def _sensible(words: Phrase, lexicon: lexicons.Lexicon) -> Request | None:
    """The reading, unless it says the same as without its negation: then that was not understood."""
    request, negated = _read(words, lexicon)
    if request is None or not negated:
        return request
    without = tuple(word for word in words if word not in lexicon.sets["contrasting"])
    if without == words:
        return replace(request, confidence=min(request.confidence, LEFT_OUT))
    positive, _ = _read(without, lexicon)
    if positive is None or positive.confidence < WELL_FORMED or not may_be_the_same(request.acts, positive.acts):
        return request
    return None


def _read(words: Phrase, lexicon: lexicons.Lexicon) -> tuple[Request | None, bool]:
    """The reading, and whether something in the sentence is negated and not only contrasted."""
    said = fluent(words, lexicon)
    items = items_of(said, lexicon)
    if not items:
        return None, False
    if _taken_back(items):
        return None, False
    manner = frozenset(item.value for item in items if item.kind == "manner")
    avoid = tuple(thing for item in items if item.kind == "avoid" for thing in item.things if thing.kind != IT)
    polite_past = not lexicon.sets["polite_past"].isdisjoint(said) or any(item.value == "only_after" for item in items)
    aside = stories(items, said, lexicon)
    path = cheapest(items, polite_past, avoid, aside)
    if aside and not path.acts:
        path = cheapest(items, polite_past, avoid)
    told = {at for start, end in path.stories for at in range(start, end)}
    negated = any(item.kind == "not" and at not in told and not _tells(items, at) for at, item in enumerate(items))
    acts = ordered(items, path.acts)
    if not acts or path.cost > ACCEPTED + 0.05 * len(said):
        return None, negated
    avoid = tuple(
        _known(thing, path, at)
        for at, item in enumerate(items)
        if item.kind == "avoid"
        for thing in item.things
        if thing.kind != IT
    )
    cost = path.cost + (UNFINISHED if said[-1] in lexicon.sets["unfinished"] else 0.0)
    if any(act.object is not None and act.object.kind == IT for act in acts) and _names_a_thing(items):
        cost += UNCLEAR
    if _on_condition(items, said):
        cost += CONDITIONAL
    return Request(tuple(acts), manner, avoid, _confidence(cost, path.used / len(spelling.spoken(said)))), negated


def _on_condition(items: list[Item], said: Phrase) -> bool:
    """ "if you drop the cup, ...": what would follow, and no request; "if you took the cup" is one."""
    pairs = itertools.pairwise(items)
    return any(
        said[here.start : here.end] == ("if", "you") and after.kind == "verb" and after.form == "base"
        for here, after in pairs
    )


def _names_a_thing(items: list[Item]) -> bool:
    return any(item.kind == "thing" and item.thing.kind not in (IT, THEM, ONE) for item in items)


def _taken_back(items: list[Item]) -> bool:
    """Whether the last words call off what was asked ("..., ah, never mind"), or only say what there is."""
    called_off = max((at for at, item in enumerate(items) if item.value == "cancel"), default=-1)
    if called_off >= 0:
        return all(
            item.kind in ("skip", "comma", "then", "remark", "thing", "home") for item in items[called_off + 1 :]
        )
    only_said = any(item.kind == "remark" and item.value == "there" for item in items[:2])
    return only_said and not any(item.kind in ("verb", "home", "direction", "me", "hand", "table") for item in items)


def _tells(items: list[Item], at: int) -> bool:
    """Whether the negation is part of a tale that is over before the next act: "it does not work, so ..."."""
    if items[at].value == "tale":
        return True
    ends = next((i for i in items[at:] if i.kind in ("verb", "comma", "then") or i.value == "so"), items[at])
    return at > 0 and items[at - 1].kind == "remark" and (ends.kind in ("comma", "then") or ends.value == "so")


def _confidence(cost: float, covered: float) -> float:
    return round(max(0.0, 1.0 - cost / (2 * ACCEPTED)) * min(1.0, covered / COVERED), 3)


def _known(thing: Description, path: Path, at: int) -> Description:
    """ "without touching the white one": of the kind of the thing that the act before it is about."""
    if thing.kind != ONE:
        return thing
    before = [act.object for start, acts in path.acts if start < at for act in acts if act.object is not None]
    known = before[-1:] or list(path.state.objects[-1:])
    return replace(thing, kind=known[0].kind) if known else thing
