"""Turns of phrase that say one thing in several parts: "give it a push", "leave it alone", "all, only the red not"."""

from __future__ import annotations

import itertools
from dataclasses import replace

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.reading.stacking import stacked
from vla_assistant.language.request import ALL, ANYTHING, IT, Description
from vla_assistant.language.vocabulary import Phrase

_LIGHT = ("G", "PLG", "LD")
_EMPTY = ("skip", "comma")


def plain(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """The items with such turns put plainly."""
    items = [item for item, after in itertools.zip_longest(items, items[1:]) if not _untouchable(after)]
    items = stacked(_shared_nouns(_left_alone(items, words, lexicon)), words, lexicon)
    items = _passive(items, words)
    items = _standing_before(_light_verbs(_states(items)), words, lexicon.sets["standing"])
    items = _excepted(items, words, lexicon)
    items = _tagged(_measured_last(_out_of_several(items, words)), words)
    return _shared_anchors(_torn_places(_with_objects(items)))


def _untouchable(after: Item | None) -> bool:
    """Whether the item before this one is what must not be touched, and named there too."""
    return after is not None and after.kind == "avoid" and after.value == "before"


def _left_alone(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """ "leave the cups alone": nothing is done with them."""
    alone, leaving = lexicon.sets["untouched"], lexicon.sets["leaving"]
    found = list(items)
    for at, item in enumerate(items[:-1]):
        thing = items[at + 1]
        if item.kind == "verb" and words[item.start] in leaving and thing.kind == "thing":
            ends = next((i.end for i in items[at + 2 : at + 3] if i.kind == "at"), thing.end)
            after = words[ends : ends + 1]
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
            found[at + 3] = _dropped(act)
    return found


def _passive(items: list[Item], words: Phrase) -> list[Item]:
    """ "the can gets pushed", "fingers closed": what is done to it, said as its state."""
    found = list(items)
    for at, item in enumerate(items):
        next_at = next((i for i in range(at + 1, len(items)) if items[i].kind != "skip"), at)
        after = items[next_at]
        if next_at == at or after.kind != "verb" or after.form != "past":
            continue
        if item.kind == "verb" and words[item.start : item.end] in (("get",), ("gets",), ("got",), ("getting",)):
            found[at] = _dropped(item)
        opens = at == 0 or items[at - 1].kind in ("comma", "then")
        if item.kind == "hand" and opens and after.value in ("O", "C"):
            found[next_at] = replace(after, form="base")
    return found


def _shared_nouns(items: list[Item]) -> list[Item]:
    """ "the red and the blue cube": one noun for both."""
    found = list(items)
    for at in range(len(items) - 3, -1, -1):
        first, joint, second = found[at], found[at + 1], found[at + 2]
        listed = joint.kind == "comma" and at + 3 < len(found) and found[at + 3].value in ("and", "")
        if (first.kind, second.kind) != ("thing", "thing") or not (joint.value == "and" or listed):
            continue
        open_one = first.thing == Description(ONE, first.thing.colour) and first.thing.colour is not None
        if (
            open_one
            and second.thing.colour
            and second.thing == Description(second.thing.kind, second.thing.colour, second.thing.number)
        ):
            found[at] = replace(first, things=(replace(first.thing, kind=second.thing.kind),))
            if second.thing.number == ALL:
                found[at + 2] = replace(second, things=(replace(second.thing, number=1),), plural=False)
    return found


def _states(items: list[Item]) -> list[Item]:
    """ "set the gripper to open": the state is the act."""
    for at, item in enumerate(items):
        parts = [i for i in range(at + 1, len(items)) if items[i].kind not in _EMPTY and items[i].value != "to"][:2]
        if item.kind != "verb" or set(item.value) & set("OC") or len(parts) < 2:
            continue
        hand, act = items[parts[0]], items[parts[1]]
        if hand.kind == "hand" and hand.value == "gripper" and act.kind == "verb" and act.value in ("O", "C"):
            return _states(
                [*items[:at], replace(act, start=item.start, end=act.end, form="base"), hand, *items[parts[1] + 1 :]]
            )
    return items


def _excepted(items: list[Item], words: Phrase, lexicon: Lexicon) -> list[Item]:
    """ "all balls in the bowl, only the red one not": what is left out is said at the end."""
    found: list[Item] = []
    for at, item in enumerate(items):
        if item.kind == "not" and found and items[at - 1].kind == "thing" and found[-1].kind == "skip":
            found.append(_dropped(item))
            continue
        several = [back for back in range(len(found)) if _is_several(found[back])]
        left_out = _left_out(items, at, words, lexicon)
        later = next((i for i in range(at + 1, len(items)) if _is_several(items[i])), -1)
        if left_out is not None and not several and item.value == "except" and later > at:
            thing = items[later].thing  # "except the brown one, all bowls"
            without = replace(left_out, kind=thing.kind) if left_out.kind == ONE else left_out
            items = [
                *items[:later],
                replace(items[later], things=(replace(thing, without=without),)),
                *items[later + 1 :],
            ]
            return _excepted([*items[:at], _dropped(item), *items[at + 1 :]], words, lexicon)
        if left_out is None or (not several and words[item.start] != "all"):
            found.append(item)
            continue
        if not several:
            found.append(
                replace(item, kind="thing", value="", things=(Description(ANYTHING, number=ALL, without=left_out),))
            )
            continue
        back = several[-1]
        thing = found[back].things[-1]
        without = replace(left_out, kind=thing.kind) if left_out.kind == ONE else left_out
        found[back] = replace(found[back], things=(*found[back].things[:-1], replace(thing, without=without)))
        taken_up = words[item.end : item.end + 2] == (",", "which")
        found.append(replace(item, kind="thing", value="", things=(without,)) if taken_up else _dropped(item))
    return found


def _left_out(items: list[Item], at: int, words: Phrase, lexicon: Lexicon) -> Description | None:
    """The thing at this item when it is said to be left out of others."""
    item = items[at]
    if item.value == "except" and item.things:
        return replace(item.thing, number=1)
    if item.kind != "thing" or item.thing.kind in (IT, THEM):
        return None
    before = words[item.start - 1] if item.start else ""
    after = words[item.end] if item.end < len(words) else ""
    if before in lexicon.sets["excepting"] and after in lexicon.sets["excepted"]:
        return replace(item.thing, number=1)
    return None


def _dropped(item: Item) -> Item:
    return replace(item, kind="skip", value="filler", things=(), form="")


def _is_several(item: Item) -> bool:
    thing = item.thing if item.kind == "thing" else None
    return thing is not None and (thing.number == ALL or thing.choice == "any") and thing.without is None


def _out_of_several(items: list[Item], words: Phrase) -> list[Item]:
    """ "from all the plates lift the second one": the kind is said before."""
    for at, item in enumerate(items):
        of = item.kind == "skip" and item.value == "filler" and items[at + 1 : at + 2] and items[at + 1].kind == "thing"
        if of and words[item.start : item.end] == ("of",) and (at == 0 or items[at - 1].kind in ("comma", "then")):
            item = replace(item, kind="at", value="from", end=items[at + 1].end, things=items[at + 1].things)
        if item.kind != "at" or item.value not in ("from", "between") or len(item.things) != 1:
            continue
        start = at + 2 if of else at + 1
        later = next((i for i in range(start, len(items)) if items[i].kind == "thing"), None)
        if item.thing.number != 1 and later is not None and items[later].thing.kind == ONE:
            picked = replace(
                items[later].thing, kind=item.thing.kind, colour=items[later].thing.colour or item.thing.colour
            )
            return [*items[:at], *items[start:later], replace(items[later], things=(picked,)), *items[later + 1 :]]
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


def _standing_before(items: list[Item], words: Phrase, standing: frozenset[str]) -> list[Item]:
    """ "the behind the plate standing cup": the place of a thing is said before it."""
    found = list(items)
    for at in range(len(items) - 3, -1, -1):
        place, joint, thing = found[at : at + 3]
        if place.kind != "at" or not place.things or joint.kind != "skip" or thing.kind != "thing":
            continue
        if joint.end == joint.start + 1 and words[joint.start] in standing and not thing.thing.relation:
            value = "near" if place.value == "next to" else place.value
            lying = replace(thing.thing, relation=value, anchors=place.things)
            found[at : at + 3] = [replace(thing, start=place.start, things=(lying,))]
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


def _measured_last(items: list[Item]) -> list[Item]:
    """ "push it to the left, about an inch": the amount belongs to what was just said."""
    found: list[Item] = []
    for at, item in enumerate(items):
        ends = at + 1 == len(items) or items[at + 1].kind in ("comma", "then", "manner")
        back = next((i for i in range(len(found) - 1, -1, -1) if found[i].kind not in _EMPTY), -1)
        if item.kind == "amount" and ends and back >= 0 and found[back].kind == "direction":
            found = [*found[: back + 1], *(i for i in found[back + 1 :] if i.kind != "comma")]
        found.append(item)
    return found


def _tagged(items: list[Item], words: Phrase) -> list[Item]:
    """ "both cans, right, put them on the plate": a word that asks for agreement is no direction."""
    found = list(items)
    for at in range(len(items) - 2):
        here, after = items[at], items[at + 1 : at + 3]
        alone = here.kind == "direction" and words[here.start : here.end] == ("right",)
        start = at
        while start > 0 and items[start - 1].kind not in ("comma", "then", "order", "verb", "hand"):
            start -= 1
        acted = start > 0 and items[start - 1].kind in ("verb", "hand")
        acted = acted and not items[start - 1].value.startswith("P")
        kinds = [item.kind for item in after]
        pointed = kinds == ["verb", "thing"] and after[1].thing.kind in (IT, THEM)
        told = at == 0 and kinds[0] in ("skip", "remark", "verb") and any(item.kind == "verb" for item in items)
        told = told or (kinds[0] == "then" and at > 0 and start > 0 and items[start - 1].kind == "verb")
        told = told or (kinds[0] == "then" and any(item.kind == "remark" for item in items[start:at]))
        begun = any(item.kind in ("verb", "thing", "hand", "direction", "at") for item in items[:at])
        called = not begun and at > 0 and kinds[0] == "comma"
        if alone and not acted and (pointed or told or called):
            found[at] = _dropped(here)
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
