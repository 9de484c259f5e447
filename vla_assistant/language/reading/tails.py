"""What stands after a noun and belongs to the thing: its side, its place, its colour, what is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vla_assistant.language.reading.items import ONE, THEM
from vla_assistant.language.request import ALL, IT, Description

if TYPE_CHECKING:
    from vla_assistant.language.reading.things import Things

_STATIC = ("left of", "right of", "in front of", "behind", "next to", "between")


def with_tail(of: Things, thing: Description, after: int, plural: bool, deep: int) -> tuple[Description, int, bool]:
    """What surely belongs to the thing: its side, its place in a relative clause, its colour, what is left out."""
    for _ in range(4):
        look = after
        if thing.rank > 1 and not thing.side and (counted := _counted_from(of, after)):
            thing, after = replace(thing, side=counted[0]), counted[1]
            continue
        if (taken := _quantified_after(of, thing, look)) is not None:
            thing, after = taken
            continue
        said_so = False
        while of.word(look) in of.sets["relative"] and not of.get(look, "me"):
            said_so = said_so or of.word(look) not in ("right", "just", "there", "now")
            look += 1
        if said_so and of.word(look) == "the" and of.get(look + 1, "side_phrases"):
            look += 1
        relation = of.get(look, "relations")
        if (
            relation
            and not thing.relation
            and thing.kind not in (IT, THEM)
            and relation[0] in (*_STATIC, "in", "on", "under")
            and (said_so or _tight(of, look))
        ):
            item = of.relation(look)
            if item is not None and item.things and item.value != "under":
                value = "near" if item.value == "next to" else item.value
                thing, after = replace(thing, relation=value, anchors=item.things), item.end
                continue
        if (
            (match := of.get(look, "side_phrases"))
            and not thing.side
            and _side_belongs(of, thing, look, match, said_so)
        ):
            thing, after = replace(thing, side=match[0]), match[1]
            continue
        if said_so and (match := of.get(look, "sides")) and not thing.side and not of.starts_noun(match[1]):
            thing, after = replace(thing, side=match[0]), match[1]
            continue
        if said_so and (match := of.get(look, "colours")) and thing.colour is None:
            thing, after = replace(thing, colour=match[0]), match[1]
            continue
        if of.word(look) in ("of", "from", "in") and (shade := _shade(of, look + 1)) and thing.colour is None:
            thing, after = replace(thing, colour=shade[0]), shade[1]
            continue
        if (
            thing.colour is None
            and not said_so
            and thing.kind not in (IT, THEM)
            and (match := of.get(after, "colours"))
            and not of.starts_noun(match[1])
        ):
            thing, after = replace(thing, colour=match[0]), match[1]
            continue
        look = after + 1 if of.word(after) == "," else after
        if (
            (match := of.get(look, "exceptions"))
            and (thing.number == ALL or thing.choice == "any")
            and thing.without is None
        ):
            start = match[1]
            while of.word(start) in ("for", "not", "of"):
                start += 1
            if (other := of.thing(start, deep + 1)) and other[0].kind != IT:
                rest = other[0]
                if rest.kind == ONE:
                    rest = replace(rest, kind=thing.kind)
                rest = replace(rest, number=1)
                thing, after = replace(thing, without=rest), other[1]
                continue
        break
    return thing, after, plural


def _quantified_after(of: Things, thing: Description, at: int) -> tuple[Description, int] | None:
    """ "the balls, all of them", "a cube, any"."""
    if of.word(at) == ",":
        at += 1
    match = of.get(at, "quantifiers")
    if match is None or match[0] not in ("all", "any") or thing.choice:
        return None
    after = match[1]
    if of.word(after) in ("of", "one") and (of.word(after) == "one" or of.word(after + 1) in ("them", "em", "those")):
        after += 1 if of.word(after) == "one" else 2
    elif of.word(after) in ("them", "em"):
        after += 1
    excepted = of.word(after - 1) in ("them", "em") and of.get(after, "exceptions")
    if of.word(after) not in ("", ",", "and", "then", "in", "into", "on", "onto", "to") and not excepted:
        return None
    if match[0] == "all" and thing.number > 1:
        return thing, after
    changed = replace(thing, number=ALL) if match[0] == "all" else replace(thing, choice="any", number=1)
    return changed, after


def _side_belongs(of: Things, thing: Description, look: int, match: tuple[str, int], said_so: bool) -> bool:
    if of.word(look) in ("closer", "nearer", "further", "farther") and not said_so and _is_moved(of, look):
        return False
    if of.word(look) in ("from", "of") and of.word(match[1] - 1) == "side":
        return True
    if said_so or thing.rank > 1 or of.word(look) == "from":
        return thing.rank > 1 or said_so
    longer = of.get(match[1] - 1, "sides")
    if longer and longer[1] > match[1] and of.starts_noun(longer[1]):
        return False
    if match[0] in ("near", "far", "middle"):
        return not of.starts_noun(match[1])
    return of.word(look) in ("on", "at", "the", "most") and not of.starts_noun(match[1]) and of.word(match[1]) != "of"


def _is_moved(of: Things, at: int) -> bool:
    """Whether a verb of motion stands before: "push the cup closer to me" says where to, not which cup."""
    verbs = [match[0].partition(" ")[2] for back in range(max(0, at - 6), at) if (match := of.get(back, "verbs"))]
    return any("S" in verb or verb == "GL" for verb in verbs)


def _counted_from(of: Things, at: int) -> tuple[str, int] | None:
    """The side from which a rank is counted: "the second one, if you count from the left"."""
    while of.word(at) in of.sets["counting"]:
        at += 1
    while of.word(at) in ("from", "on", "at", "the", "my"):
        at += 1
    match = of.get(at, "sides")
    if match is None or of.starts_noun(match[1]):
        return None
    after = match[1]
    return match[0], after + 1 if of.word(after) in ("side", "end") else after


def _shade(of: Things, at: int) -> tuple[str, int] | None:
    while of.word(at) in ("the", "colour", "color", "a"):
        at += 1
    match = of.get(at, "colours")
    if match is None or (of.starts_noun(match[1]) and of.word(match[1]) not in ("colour", "color")):
        return None
    after = match[1]
    while of.word(after) in ("colour", "color"):
        after += 1
    return match[0], after


def _tight(of: Things, at: int) -> bool:
    """ "nearest the bowl", "closest to the plate": never a destination."""
    return of.word(at) in ("nearest", "closest")
