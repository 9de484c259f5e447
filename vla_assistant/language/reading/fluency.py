"""What people say twice: hesitations, false starts, and things named again in other words."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import ONE, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.reading.sameness import same
from vla_assistant.language.request import IT, Description
from vla_assistant.language.vocabulary import Phrase

_CORRECTION = "er"
"""A hesitation that is a repair."""
_PLACES = ("in", "on", "into", "onto", "next to", "left of", "right of", "in front of", "behind", "between")


def fluent(words: Phrase, lexicon: Lexicon) -> Phrase:
    """Without hesitation sounds, and without what was said twice running ("put it on the on the plate").

    Things said twice are left: the second naming may mean another one ("the cube on the cube on the left").
    """
    kept: list[str] = []
    for at, word in enumerate(words):
        if word in lexicon.sets["hesitations"]:
            if _corrects(words, at, lexicon):
                kept.append(_CORRECTION)
            continue
        kept.append(word)
        for length in (1, 2, 3, 4):
            if _said_twice(kept, length, lexicon):
                del kept[-length:]
                break
    return tuple(kept)


def _corrects(words: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether the hesitation stands between two things: "push the plate, erm, the bowl to the right"."""
    if at < 2 or words[at - 1] != "," or words[at + 1 : at + 2] != (",",) or at + 3 >= len(words):
        return False
    before = lexicon.phrases.get((words[at - 2],), {})
    return "nouns" in before and words[at + 2] == "the" and lexicon.at(words, at + 3).keys() >= {"nouns"}


def _said_twice(words: list[str], length: int, lexicon: Lexicon) -> bool:
    last = words[-length:]
    if len(words) < 2 * length or last != words[-2 * length : -length] or "," in last:
        return False
    if length == 1:
        return last[0] not in lexicon.sets["doubled"] and not last[0].isdigit()
    return not any({"nouns", "plurals"} & set(lexicon.at((word,), 0)) for word in last)


def restarted(items: list[Item]) -> list[Item]:
    """Without false starts: "put uh put the can", "on the on the plate"."""
    kept: list[Item] = []
    for item in items:
        back = _relation_before(kept, item)
        if back is not None:
            del kept[back:]
            kept.append(item)
            continue
        back = len(kept) - 1
        while back >= 0 and kept[back].kind == "skip":
            back -= 1
        if back >= 0 and item.kind == kept[back].kind and item.kind in ("verb", "at"):
            again = item.value == kept[back].value and item.form == kept[back].form
            if again and (item.kind == "verb" or not kept[back].things):
                del kept[back:]
        kept.append(item)
    return kept


def _relation_before(items: list[Item], item: Item) -> int | None:
    """Where a relation stands that is given up for this one: "in front of, uh, behind the cup"."""
    back = len(items) - 1
    while back >= 0 and items[back].kind in ("skip", "comma", "repair"):
        back -= 1
    if back < 0 or items[back].kind != "at" or item.kind != "at" or not item.things:
        return None
    again = items[back].value == item.value == "between" and len(items) - back > 1
    return back if again or (not items[back].things and items[back].value in _PLACES) else None


def merged(items: list[Item]) -> list[Item]:
    """Things said twice in other words ("the can, the white one") become one."""
    found: list[Item] = []
    for at, item in enumerate(items):
        if item.kind == "choice":
            back = _chosen_from(found)
            if back >= 0:
                chosen = replace(found[back].things[-1], choice="any", number=1)
                found[back] = replace(found[back], things=(*found[back].things[:-1], chosen))
                continue
        if item.kind == "amount" and (vague := _vague_amount(found, item)) is not None:
            del found[vague:]
        if item.kind == "at" and (once := _same_place(found, item)) is not None:
            found = once
            continue
        like_it = bool(found) and found[-1].value == "too" and found[-1].end - found[-1].start > 1
        if item.kind == "thing" and not like_it:
            back = len(found) - 1
            while back >= 0 and found[back].kind in ("skip", "comma"):
                back -= 1
            ends = at + 1 == len(items) or items[at + 1].kind in ("comma", "then", "skip", "manner")
            closer = _closer(found[back], item.thing, len(found) - back > 1, ends) if back >= 0 else None
            if closer is not None:
                found[back] = replace(closer, end=item.end)
                del found[back + 1 :]
                continue
            if back >= 0 and found[back].kind == "thing" and (one := same(found[back].thing, item.thing)):
                found[back] = replace(found[back], things=(one,), end=item.end)
                del found[back + 1 :]
                continue
        found.append(item)
    return found


def _vague_amount(items: list[Item], said: Item) -> int | None:
    """Where an amount stands that is now said closer: "a bit, like two centimetres"."""
    between = ("skip", "comma") if said.value[0].isdigit() else ("skip",)
    back = next((at for at in range(len(items) - 1, -1, -1) if items[at].kind not in between), -1)
    if back < 0 or items[back].kind != "amount":
        return None
    apart = any(item.kind == "comma" for item in items[back:])
    return None if apart and items[back].value[0].isdigit() else back


def _chosen_from(items: list[Item]) -> int:
    """The item whose thing a choice said after it ("any one will do") is about, or -1."""
    before = next((at for at in range(len(items) - 1, -1, -1) if items[at].kind != "skip"), -1)
    if before >= 0 and items[before].kind == "at" and items[before].things and items[before].things[-1].choice == "any":
        return before
    return max((at for at, old in enumerate(items) if old.kind == "thing" and old.thing.kind != IT), default=-1)


def explained(items: list[Item]) -> list[Item]:
    """ "behind it, the bowl I mean": the thing said after a pronoun says which one it is."""
    kept: list[Item] = []
    at = 0
    while at < len(items):
        here, after = items[at], at + 1
        while after < len(items) and items[after].kind == "skip":
            after += 1
        pronoun = here.kind == "at" and len(here.things) == 1 and here.thing.kind == IT
        if pronoun and after < len(items) and items[after].kind == "thing" and items[after].thing.kind not in (IT, ONE):
            ends = after + 1 == len(items) or items[after + 1].kind in ("comma", "then", "skip", "repair")
            if ends and _has_thing(kept):
                here, at = replace(here, things=items[after].things, end=items[after].end), after
        kept.append(here)
        at += 1
    return kept


def _has_thing(items: list[Item]) -> bool:
    """Whether the clause that goes on here has named a thing."""
    for item in reversed(items):
        if item.kind in ("comma", "then", "order"):
            return False
        if item.kind == "thing":
            return True
    return False


def _same_place(found: list[Item], item: Item) -> list[Item] | None:
    """ "next to it, next to the plate": the place said twice is one."""
    back = len(found) - 1
    while back >= 0 and found[back].kind == "skip":
        back -= 1
    if (
        back < 0
        or found[back].kind != "at"
        or found[back].value != item.value
        or not found[back].things
        or not item.things
    ):
        return None
    if item.thing.kind == "it" or item.things == found[back].things:
        return found[: back + 1]
    if found[back].thing.kind == "it":
        return [*found[:back], item]
    return None


def _closer(place: Item, thing: Description, apart: bool, ends: bool) -> Item | None:
    """ "on the saucer, the white saucer": a place with its thing said more closely."""
    if place.kind != "at" or not place.things:
        return None
    old = place.things[-1]
    if ends and thing.kind not in ("it", "them") and (thing == old or (thing.kind == ONE and not old.colour)):
        one = same(old, thing)
        return replace(place, things=(*place.things[:-1], one)) if one is not None else None
    if apart and thing.kind != ONE:
        return None
    more = (thing.colour and not old.colour) or (old.kind == ONE and thing.kind != ONE)
    if not more or ONE in (thing.kind,) or old.kind in ("it", "them") or (one := same(old, thing)) is None:
        return None
    return replace(place, things=(*place.things[:-1], one))
