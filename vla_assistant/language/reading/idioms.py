"""Turns of phrase that say one thing in several parts: "give it a push", "leave it alone", "all, only the red not"."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.request import ALL, IT, Description
from vla_assistant.language.vocabulary import Phrase

_LIGHT = ("G", "PLG", "LD")
_EMPTY = ("skip", "comma")


def plain(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """The items with such turns put plainly."""
    items = _left_alone(items, words, lexicon)
    items = _light_verbs(items)
    items = _excepted(items, words, lexicon)
    items = _out_of_several(items)
    return _shared_anchors(_torn_places(_with_objects(items)))


def _left_alone(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """ "leave the cups alone": nothing is done with them."""
    alone, leaving = lexicon.sets["untouched"], lexicon.sets["leaving"]
    found = list(items)
    for at, item in enumerate(items[:-1]):
        thing = items[at + 1]
        if item.kind == "verb" and words[item.start] in leaving and thing.kind == "thing":
            after = words[thing.end : thing.end + 1]
            if after and after[0] in alone:
                found[at] = replace(item, kind="not", value="not", form="")
    return found


def _light_verbs(items: list[Item]) -> list[Item]:
    """ "give the ball a push to the left", "give it a little nudge": the act is the noun."""
    found = list(items)
    for at in range(len(found) - 3):
        light, thing, article, act = found[at : at + 4]
        measured = article.kind == "amount" or article.value == "article"
        if (light.kind, thing.kind, act.kind) != ("verb", "thing", "verb") or light.value not in _LIGHT or not measured:
            continue
        if act.form == "base" and set(act.value.partition(":")[0]) & set("SMP"):
            found[at] = replace(act, start=light.start, end=light.end)
            found[at + 3] = replace(act, kind="skip", value="filler", form="")
    return found


def _excepted(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """ "all balls in the bowl, only the red one not": what is left out is said at the end."""
    found = list(items)
    for at, item in enumerate(items):
        if item.kind != "thing" or item.thing.kind in (IT, THEM):
            continue
        several = [back for back in range(at) if _is_several(found[back])]
        if not several:
            continue
        left_out = _left_out(items, at, words, lexicon)
        if left_out is not None:
            back = several[-1]
            thing = found[back].things[-1]
            without = replace(left_out, kind=thing.kind) if left_out.kind == ONE else left_out
            found[back] = replace(found[back], things=(*found[back].things[:-1], replace(thing, without=without)))
            found[at] = replace(item, kind="skip", value="filler", things=())
            if at + 1 < len(found) and found[at + 1].kind == "not":
                found[at + 1] = replace(found[at + 1], kind="skip", value="filler")
    return found


def _left_out(items: list[Item], at: int, words: Phrase, lexicon: Lexicon) -> Description | None:
    """The thing at this item when it is said to be left out of others."""
    item = items[at]
    if item.thing.without is not None and item.thing.number == ALL and item.thing.kind == ONE:
        return item.thing.without
    before = words[item.start - 1] if item.start else ""
    after = words[item.end] if item.end < len(words) else ""
    if before in lexicon.sets["excepting"] and after in lexicon.sets["excepted"]:
        return replace(item.thing, number=1)
    return None


def _is_several(item: Item) -> bool:
    thing = item.thing if item.kind == "thing" else None
    return thing is not None and (thing.number == ALL or thing.choice == "any") and thing.without is None


def _out_of_several(items: list[Item]) -> list[Item]:
    """ "from all the plates lift the second one": the kind is said before."""
    for at, item in enumerate(items):
        if item.kind != "at" or item.value not in ("from", "between") or len(item.things) != 1:
            continue
        later = next((i for i in range(at + 1, len(items)) if items[i].kind == "thing"), None)
        if item.thing.number in (ALL, 2) and later is not None and items[later].thing.kind == ONE:
            picked = replace(
                items[later].thing, kind=item.thing.kind, colour=items[later].thing.colour or item.thing.colour
            )
            return [*items[:at], *items[at + 1 : later], replace(items[later], things=(picked,)), *items[later + 1 :]]
    return items


def _with_objects(items: list[Item]) -> list[Item]:
    """ "with the cup do this: ...", "up with it", "in the bowl with both of them": what the act is done with."""
    found = list(items)
    for at, item in enumerate(items):
        if item.kind != "at" or item.value != "with" or not item.things:
            continue
        start = at
        while start > 0 and items[start - 1].kind not in ("comma", "then", "order", "verb", "repair", "remark"):
            start -= 1
        verb = start > 0 and items[start - 1].kind == "verb"
        before = {i.kind for i in items[start:at]} - {"skip"}
        pointed = item.thing.kind == IT
        if not verb and (
            before == {"direction"} or (not pointed and before <= {"direction", "at", "home", "me", "table"})
        ):
            found[at] = replace(item, kind="thing", value="", plural=item.thing.kind == THEM)
    return found


def _torn_places(items: list[Item]) -> list[Item]:
    """ "in, please, the bowl": a place with a word between."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        here, after = items[at], at + 1
        while after < len(items) and items[after].kind == "skip":
            after += 1
        bare = here.kind == "at" and not here.things and here.value in ("in", "on", "into", "onto")
        if (
            bare
            and at + 1 < after < len(items)
            and items[after].kind == "thing"
            and items[after].thing.kind not in (IT, THEM)
        ):
            here = replace(here, things=items[after].things, end=items[after].end)
            at = after
        found.append(here)
        at += 1
    return found


def _shared_anchors(items: list[Item]) -> list[Item]:
    """ "the ball behind and the can in front of the plate": one thing is the anchor of both."""
    found = list(items)
    for at in range(len(items) - 1, 0, -1):
        here = found[at]
        if here.kind != "at" or here.things or here.value not in ("behind", "in front of", "left of", "right of"):
            continue
        rest = [index for index in range(at + 1, len(found)) if found[index].kind not in (*_EMPTY, "then")]
        if rest and rest[0] == at + 2 and found[at + 1].kind == "comma" and found[rest[0]].kind == "thing":
            found[at : at + 3] = [replace(here, things=found[rest[0]].things, end=found[rest[0]].end)]
        elif len(rest) > 1 and found[rest[0]].kind == "thing" and found[rest[1]].kind == "at":
            found[at] = replace(here, things=found[rest[1]].things)
    return found
