"""Three cubes as a tower: the only order, from below upwards, that agrees with everything that is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, permutations

from vla_assistant.language.composing.frames import has, holds_only, of_one_kind
from vla_assistant.language.composing.row import Row
from vla_assistant.language.request import Act, Description

_HEIGHT = 3
_CUBE = "cube"
_LEVELS = ("bottom", "middle", "top")
_COUNTING = frozenset(("first", "second", "third", "last", "lastly", "finally"))


@dataclass
class _Said:
    """What is said of the three, by their numbers in the order of naming.

    Attributes:
        named: The three.
        on: (above, below) that touch.
        levels: (number, level), 0 at the bottom.
        order: The same of words that may only count what is said: "first", "last".
    """

    named: list[Description]
    on: set[tuple[int, int]] = field(default_factory=set)
    levels: set[tuple[int, int]] = field(default_factory=set)
    order: set[tuple[int, int]] = field(default_factory=set)

    def agrees(self, order: tuple[int, ...], levels: set[tuple[int, int]]) -> bool:
        place = {thing: level for level, thing in enumerate(order)}
        touching = all(place[above] == place[below] + 1 for above, below in self.on)
        return touching and all(place[thing] == level for thing, level in levels)


def stacked(row: Row) -> tuple[Act, ...]:
    """The placings of a tower of three."""
    up = _from_below(row, _HEIGHT)
    if any(thing.kind != _CUBE for thing in up[:-1]):
        return ()
    return tuple(Act("place", above, "on", (below,)) for below, above in pairwise(up))


def stacked_in_pair(row: Row) -> tuple[Act, ...]:
    """One thing on another, as levels say: "the red cube below, the blue one above"."""
    up = _from_below(row, 2) if has(row, *_LEVELS, "on_it", "under_it", "tower") else ()
    return (Act("place", up[1], "on", (up[0],)),) if up else ()


def _from_below(row: Row, height: int) -> tuple[Description, ...]:
    """So many things in the order in which they come to stand on each other; none when that is not said."""
    found = of_one_kind([piece.thing for piece in row if piece.thing is not None], _CUBE)
    named = list(dict.fromkeys(found))
    if len(named) != height or not holds_only(row, "tower"):
        return ()
    if not has(row, "tower", "stack", "on", "on_it", "under", "under_it", "bottom", "top", "up", "down", "hold"):
        return ()
    said = _Said(named)
    places = [at for at, piece in enumerate(row) if piece.thing is not None]
    mentioned = [(at, named.index(thing)) for at, thing in zip(places, found, strict=True)]
    _relate(said, row, mentioned)
    _level(said, row, mentioned)
    return tuple(named[number] for number in _order(said, row))


def _order(said: _Said, row: Row) -> tuple[int, ...]:
    """The numbers from below; none when several orders agree with what is said."""
    last = len(said.named) - 1
    orders = list(permutations(range(last + 1)))
    fitting = [order for order in orders if said.agrees(order, said.levels | said.order)]
    fitting = fitting or [order for order in orders if said.agrees(order, said.levels)]
    if len(fitting) == 1:
        return fitting[0]
    crowned = [order for order in fitting if order[-1] == last]
    if said.on and not said.levels and len(crowned) == 1 and has(row, "stack", "follow", "followed", "finish"):
        return crowned[0]
    listed = tuple(range(last + 1))
    if has(row, "down") and not has(row, "up"):
        listed = listed[::-1]
    by_order = has(row, "up", "down") or (last > 1 and (has(row, "tower", "stack") or bool(said.levels)))
    return listed if listed in fitting and by_order else ()


def _relate(said: _Said, row: Row, mentioned: list[tuple[int, int]]) -> None:
    """Which stands right on which."""
    for number, (at, thing) in enumerate(mentioned):
        before = row[at - 1] if at else None
        if before is None or before.may("on_it", "under_it") or not before.may("on", "under", "hold"):
            continue
        other = _subject(row, mentioned, number)
        if other is not None and other != thing:
            said.on.add((other, thing) if before.may("on") else (thing, other))
    for at, piece in enumerate(row):
        if piece.may("on_it", "under_it") and not piece.may("top", "bottom"):
            _relate_to_it(said, row, mentioned, at)


def _relate_to_it(said: _Said, row: Row, mentioned: list[tuple[int, int]], at: int) -> None:
    """What stands on or under what was named before: "above it the blue cube", "the blue cube on that"."""
    before = [number for place, number in mentioned if place < at]
    own = _only_here(row, mentioned, at)
    thing = own if own is not None else before[-1] if before else None
    earlier = [number for number in before if number != thing]
    if thing is None or not earlier:
        return
    if row[at].may("on_it"):
        said.on.add((thing, _top_so_far(said, earlier)))
    else:
        said.on.add((_lowest_so_far(said, earlier), thing))


def _only_here(row: Row, mentioned: list[tuple[int, int]], at: int) -> int | None:
    """The only thing that is named between the joints around this piece, or None."""
    joints = [-1, *(place for place, piece in enumerate(row) if piece.may("and")), len(row)]
    begin = max(place for place in joints if place < at or place == -1)
    end = min(place for place in joints if place > at)
    here = [number for place, number in mentioned if begin < place < end]
    return here[0] if len(here) == 1 else None


def _subject(row: Row, mentioned: list[tuple[int, int]], number: int) -> int | None:
    """What stands on the thing of this mention: the one named before it in the same breath, else the one after it."""
    at, _ = mentioned[number]
    if number and not _is_joined(row, mentioned[number - 1][0], at):
        return mentioned[number - 1][1]
    if number + 1 < len(mentioned):
        return mentioned[number + 1][1]
    return mentioned[number - 1][1] if number else None


def _is_joined(row: Row, start: int, end: int) -> bool:
    """Whether a joint stands right before the preposition, with which a clause begins then: ", on the red cube"."""
    return end - start >= 2 and row[end - 2].may("and") and end - 2 > start


def _top_so_far(said: _Said, earlier: list[int]) -> int:
    """The uppermost of what the last of them stands under."""
    top = earlier[-1]
    for _ in said.named:
        top = next((above for above, below in said.on if below == top and above in earlier), top)
    return top


def _lowest_so_far(said: _Said, earlier: list[int]) -> int:
    low = earlier[-1]
    for _ in said.named:
        low = next((below for above, below in said.on if above == low and below in earlier), low)
    return low


def _level(said: _Said, row: Row, mentioned: list[tuple[int, int]]) -> None:
    """Which is at the bottom, in the middle and on top."""
    levels = list(enumerate(_LEVELS))
    marks = [(at, level) for at in range(len(row)) for level, name in levels if _is_level(row, at, name)]
    if not marks or not mentioned:
        return
    first_mark, first_thing = marks[0][0], mentioned[0][0]
    for at, level in marks:
        before = [number for place, number in mentioned if place < at]
        after = [number for place, number in mentioned if place > at]
        here = _only_here(row, mentioned, at)
        side = [here] if here is not None else after if first_mark < first_thing else before
        if side:
            counted = not _COUNTING.isdisjoint(row[at].words)
            (said.order if counted else said.levels).add((side[-1] if side is before else side[0], level))


def _is_level(row: Row, at: int, name: str) -> bool:
    piece = row[at]
    if not piece.may(name) or piece.thing is not None:
        return False
    following = row[at + 1] if at + 1 < len(row) else None
    relation = piece.may("on", "under", "on_it") and following is not None and following.thing is not None
    return not relation
