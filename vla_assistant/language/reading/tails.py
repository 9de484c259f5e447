"""What stands after a noun and belongs to the thing: its side, its place, its colour, what is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vla_assistant.language.reading.items import ONE, THEM
from vla_assistant.language.request import ALL, IT, Description

if TYPE_CHECKING:
    from vla_assistant.language.reading.things import Things

_ONES = ("one", "ones")
_STATIC = ("left of", "right of", "in front of", "behind", "next to", "between")


def with_tail(of: Things, thing: Description, after: int, plural: bool, deep: int) -> tuple[Description, int, bool]:
    """What surely belongs to the thing: its side, its place in a relative clause, its colour, what is left out."""
    for _ in range(4):
        look = after
        if thing.rank > 1 and not thing.side and (counted := _counted_from(of, after)):
            thing, after = replace(thing, side=counted[0]), counted[1]
            continue
        if (taken := _quantified_after(of, thing, look, plural)) is not None:
            thing, after = taken
            continue
        if (kind := _out_of(of, thing, look, deep)) is not None:
            thing, after = kind
            continue
        look, said_so = _relative(of, look)
        said_so = said_so or _is_the_one(of, thing, look)
        if thing.rank == 1 and not thing.side and (ranked := _ranked_after(of, look if said_so else after, said_so)):
            thing, after = replace(thing, rank=ranked[0], side=ranked[1]), ranked[2]
            continue
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
        if thing.colour is None and (shade := _appended(of, thing, after)) is not None:
            thing, after = replace(thing, colour=shade[0]), shade[1]
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
                if rest == Description(ONE) and (place := of.relation(other[1])) is not None and place.things:
                    value = "near" if place.value == "next to" else place.value
                    rest, other = rest.lying(value, *place.things), (rest, place.end, False)
                if rest.kind == ONE:
                    rest = replace(rest, kind=thing.kind)
                rest = replace(rest, number=1)
                thing, after = replace(thing, without=rest), other[1]
                continue
        break
    return thing, after, plural


def _relative(of: Things, at: int) -> tuple[int, bool]:
    """Where a relative clause ("that is", "which was put", "you see") comes to its point, and whether there is one."""
    if of.word(at) == "," and of.word(at + 1) in ("which", "that", "its") and of.get(at + 2, "me") is None:
        said = of.word(at + 1) == "its" or of.word(at + 2) in of.sets["relative"]
        at = at + 1 if said else at  # "the bowl, which stands near the can"
    look, said_so, opened = at, False, of.word(at) in of.sets["relative_opening"]
    while not of.get(look, "me"):
        if of.word(look) in of.sets["relative"]:
            said_so = said_so or of.word(look) not in ("right", "just", "there", "now")
        elif not (opened and of.word(look) in of.sets["relative_more"]):
            break
        look += 1
    return look, said_so


def _ranked_after(of: Things, at: int, said_so: bool) -> tuple[int, str, int] | None:
    """ "can 2 from left", "the brick that is second from the left": the rank, its side, the index after them."""
    ordinal, number = of.get(at, "ordinals"), of.number(at)
    if said_so and ordinal is not None:
        rank, after = int(ordinal[0]), ordinal[1]
    elif number is not None and number[0] in (2, 3, 4, 5) and of.word(number[1]) == "from":
        rank, after = int(number[0]), number[1]
    else:
        return None
    counted = _counted_from(of, after)
    return (rank, *counted) if counted else None


def _appended(of: Things, thing: Description, at: int) -> tuple[str, int] | None:
    """ "the plate the white": the colour after the noun with an article of its own."""
    match = of.get(at + 1, "colours") if of.word(at) == "the" and thing.kind not in (IT, THEM, ONE) else None
    if match is None or of.starts_noun(match[1]) or of.word(match[1]) in _ONES:
        return None
    return match


def _is_the_one(of: Things, thing: Description, at: int) -> bool:
    """ "the one next to the bowl": what stands by itself is told apart by its place."""
    beside = (of.get(at, "relations") or ("",))[0] in (
        "left of",
        "right of",
        "in front of",
        "behind",
        "next to",
        "between",
    )
    return beside and thing == Description(ONE) and (of.word(at - 2), of.word(at - 1)) == ("the", "one")


def _out_of(of: Things, thing: Description, at: int, deep: int) -> tuple[Description, int] | None:
    """ "the middle one of the five balls": the kind is said after it."""
    if thing.kind != ONE or of.word(at) not in ("of", "from", "among", "amongst"):
        return None
    found = of.thing(at + 1, deep + 1)
    if found is None or not (found[2] or found[0].number != 1) or found[0].kind in (IT, THEM, ONE):
        return None
    kind = found[0]
    return replace(
        thing, kind=kind.kind, colour=thing.colour or kind.colour, relation=kind.relation, anchors=kind.anchors
    ), found[1]


def _quantified_after(of: Things, thing: Description, at: int, several: bool) -> tuple[Description, int] | None:
    """ "the balls, all of them", "a cube, any"."""
    if of.word(at) == ",":
        at += 1
    match = of.get(at, "quantifiers")
    if match and not several and (of.word(match[1] - 1) == "of" or of.word(match[1]) in ("of", "them")):
        return None
    if thing.number == ALL and thing.kind not in (IT, THEM) and (counted := _counted_after(of, at)) is not None:
        return replace(thing, number=counted[0]), counted[1]
    if match is None or match[0] not in ("all", "any") or thing.choice:
        return None
    after = match[1]
    if of.word(after) in ("of", "one") and (of.word(after) == "one" or of.word(after + 1) in ("them", "em", "those")):
        after += 1 if of.word(after) == "one" else 2
    elif of.word(after) in ("them", "em"):
        after += 1
    ends = of.word(after) in ("", ",", "and", "then", "in", "into", "on", "onto", "to")
    ends = ends or (of.word(after - 1) in ("them", "em") and of.get(after, "exceptions") is not None)
    if not ends and not (of.get(after, "verbs") or ("", 0))[0].startswith("base"):
        return None
    if match[0] == "all" and thing.number > 1:
        return thing, after
    changed = replace(thing, number=ALL) if match[0] == "all" else replace(thing, choice="any", number=1)
    return changed, after


def _counted_after(of: Things, at: int) -> tuple[int, int] | None:
    """ "the cubes both", "the balls, three pieces"."""
    number = of.number(at)
    if number is None or number[0] != int(number[0]) or number[0] < 2:
        return None
    if of.word(at) == "both":
        return (2, number[1]) if not of.starts_noun(number[1]) else None
    if of.word(number[1]) in ("pieces", "piece"):
        return int(number[0]), number[1] + 1
    return (int(number[0]), number[1] + 2) if of.words[number[1] : number[1] + 2] == ("of", "them") else None


def _side_belongs(of: Things, thing: Description, look: int, match: tuple[str, int], said_so: bool) -> bool:
    if of.word(look) in ("closer", "nearer", "further", "farther") and not said_so and _is_moved(of, look):
        return False
    towards = match[0] == "near" and of.word(look) in ("more", "near", "close", "to", "nearby")
    if towards and not said_so and _is_moved(of, look) and not of.get(match[1], "directions"):
        return False
    if of.word(look) in ("from", "of") and of.word(match[1] - 1) == "side":
        return True
    if said_so or thing.rank > 1 or of.word(look) == "from":
        return thing.rank > 1 or said_so
    longer = of.get(match[1] - 1, "sides")
    if longer and longer[1] > match[1] and of.starts_noun(longer[1]):
        return False
    if match[0] in ("near", "far", "middle"):
        return not of.starts_noun(match[1]) and not (of.word(match[1]) == "of" and of.thing(match[1] + 1))
    return (
        of.word(look) in ("on", "at", "the", "most", "furthest", "farthest", "far")
        and not of.starts_noun(match[1])
        and of.word(match[1]) != "of"
    )


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
