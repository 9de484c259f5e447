"""The cheapest way to cut a row of items into clauses, asides and courtesies: shortest path over the items.

Each way to go on from an item has a cost: a clause that makes sense costs nothing, what cannot be used costs most. What
a thing is and what "it" means depends on what was said before, so the state travels along the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language.reading.attachment import located
from vla_assistant.language.reading.clauses import interpret
from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.references import State, kind_before
from vla_assistant.language.reading.sameness import same
from vla_assistant.language.reading.slots import SUBJECT
from vla_assistant.language.request import IT, Act, Description

LONGEST_CLAUSE = 14
LONGEST_ASIDE = 16
LONGEST_NEGATION = 10
TELLING = 3
"""How many items away a word of the past makes a clause a tale."""
ALONE = {
    "skip": 0.0, "comma": 0.0, "then": 0.0, "manner": 0.0, "avoid": 0.0, "order": 0.05, "choice": 0.1, "repair": 0.2,
    "remark": 0.25, "thing": 0.25, "me": 0.5, "hand": 0.6, "table": 0.7, "doubt": 0.7, "amount": 0.8, "direction": 0.9,
    "unknown": 1.0, "at": 1.1, "home": 1.2, "verb": 1.6, "not": 4.0,
}  # fmt: skip
"""What it costs to leave an item of this kind out of every clause."""
ASIDE, ASIDE_OF_THING, ASIDE_WORD = 0.2, 0.6, 0.03
"""What a remark costs, what one costs that opens with a thing, and each word of it."""
WEIGHTY = {
    "verb": 0.35, "home": 0.3, "amount": 0.3, "table": 0.3, "then": 0.2, "me": 0.15, "at": 0.15, "thing": 0.1,
    "comma": 0.1,
}  # fmt: skip
"""Kinds of items that are rarely said aside, and what each adds."""
DEBT = 0.8
"""A thing named that no clause takes up."""
NEVER_DONE = 4.0
"""The verb of something that the arm does not do."""
STRANGE = 2.0
"""A thing that nobody here knows, or a pronoun that may mean it."""
UNBOUND = 0.12
"""A clause that begins in the middle of the row."""
IDLE = 0.3
"""An amount in a clause that has no use for it."""
CLAUSE = 0.01
TOLD = 0.7
"""That something is there, said and not taken as an aside."""
STORY, STORY_MORE, STORY_IT = 0.6, 0.1, 0.5
"""What the first story costs, what each more, and a pronoun for a thing that only a story named."""
AGAIN, LET_GO, WISH, RESUMED, NEGATION, NEGATED_ITEM = 0.3, 0.05, 0.05, 0.05, 0.1, 0.03
_BOUNDS = ("doubt", "comma", "then", "order", "skip", "repair", "remark", "manner", "avoid", "not")
_NEGATION_ENDS = ("doubt", "comma", "then", "verb", "repair", "order", "not", "remark")
_FORBIDDEN = ("verb", "thing", "remark", "home", "hand", "manner")
"""What can be forbidden: "not there", "forget about being quick"."""
_PRONOUNS = (IT, THEM, ONE)
_WISHES = ("WGL", "WG")


@dataclass(frozen=True)
class Path:
    """The items read so far: their cost, their acts with the item each began at, what they left behind, words used."""

    cost: float
    acts: tuple[tuple[int, tuple[Act, ...]], ...]
    state: State
    used: int = 0
    stories: tuple[tuple[int, int], ...] = ()


def cheapest(
    items: Sequence[Item],
    polite_past: bool,
    avoid: tuple[Description, ...] = (),
    stories: Mapping[int, tuple[int, float]] | None = None,
) -> Path:
    """The cheapest path through all items.

    Args:
        items: The sentence.
        polite_past: A past form may be a request ("if you took the cup").
        avoid: Things named in constraints, which "it" may mean.
        stories: Parts that may be left out as told aside: where each begins -> where it ends, and its extra cost.
    """
    return _Search(items, polite_past, stories or {}).run(State(mentioned=avoid, avoided=avoid))


class _Search:
    def __init__(self, items: Sequence[Item], polite_past: bool, stories: Mapping[int, tuple[int, float]]) -> None:
        self._items, self._polite_past, self._stories = items, polite_past, stories

    def run(self, start: State) -> Path:
        """The best path to each item is kept twice: with and without a thing that waits to be taken up."""
        best: list[dict[bool, Path]] = [{} for _ in range(len(self._items) + 1)]
        best[0][False] = Path(0.0, (), start)
        for at in range(len(self._items)):
            for path in best[at].values():
                for end, step in self._steps(at, path):
                    known = best[end].get(step.state.owed)
                    if known is None or step.cost < known.cost - 1e-9:
                        best[end][step.state.owed] = step
        final = [replace(path, cost=path.cost + DEBT) if path.state.owed else path for path in best[-1].values()]
        return min(final, key=lambda path: path.cost)

    def _steps(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        here = self._items[at]
        yield at + 1, self._left_out(at, path)
        yield from self._topics(at, path)
        yield from self._asides(at, path)
        yield from self._told_aside(at, path)
        if here.kind == "not":
            yield from self._negations(at, path)
        elif here.kind not in ("comma", "then", "repair", "order", "doubt"):
            yield from self._clauses(at, path)

    def _left_out(self, at: int, path: Path) -> Path:
        here = self._items[at]
        if here.kind == "thing":
            return _topic(here.thing, path)
        cost = ALONE[here.kind]
        if here.kind == "unknown" and here.value in ("object", "act"):
            cost = STRANGE if here.value == "object" else NEVER_DONE
        elif here.value in _WISHES:
            cost = WISH
        elif here.kind == "remark" and here.value == "there":
            cost = TOLD
        elif here.kind == "verb" and self._is_let_go(at, path):
            cost = LET_GO
        elif here.kind == "verb" and self._comes_again(at):
            cost = AGAIN
        return _passed([here], path, cost)

    def _comes_again(self, at: int) -> bool:
        """A verb that comes again was a false start."""
        value = self._items[at].value
        return any(item.kind == "verb" and item.value == value for item in self._items[at + 1 : at + 13])

    def _is_let_go(self, at: int, path: Path) -> bool:
        """ "carry it to the plate, release": placing is letting go."""
        last = path.state.last
        after = self._items[at + 1].kind if at + 1 < len(self._items) else "end"
        return (
            last is not None and last.skill == "place" and "D" in self._items[at].value and after in (*_BOUNDS, "end")
        )

    def _topics(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        """A thing with its place or its places, of which the next clause says what to do with it."""
        here, places = self._items[at], self._items[at + 1 : at + 3]
        if here.kind != "thing" or not places or places[0].kind != "at" or not places[0].things:
            return
        path = replace(path, state=replace(path.state, place=places[0]))
        yield at + 2, _topic(located(here.thing, places[0]), path)
        if len(places) > 1 and places[1].kind == "at" and places[1].things:
            first = replace(places[0], things=(located(places[0].thing, places[1]), *places[0].things[1:]))
            yield at + 3, _topic(located(here.thing, first), path)

    def _bound(self, at: int) -> bool:
        return at == 0 or self._items[at - 1].kind in _BOUNDS

    def _asides(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        here = self._items[at]
        courtesy = here.kind == "skip" and here.value == "opening" and self._bound(at)
        subject = here.kind == "thing" and self._bound(at)
        if not (courtesy or subject or here.kind == "remark" or here.value in _WISHES):
            return
        cost, negative = ASIDE + (ASIDE_OF_THING if subject else 0.0), False
        for end in range(at + 1, min(at + LONGEST_ASIDE, len(self._items)) + 1):
            item = self._items[end - 1]
            if courtesy and item.value == "act":
                return  # "please pour ..."
            cost += ASIDE_WORD * (item.end - item.start)
            cost += WEIGHTY.get(item.kind, 0.0) if item.form in ("", "base") else 0.0
            negative = negative or item.kind == "not"
            after = self._items[end].kind if end < len(self._items) else "end"
            if after in (*_BOUNDS, "verb", "thing", "end") and not (negative and self._leads_on(end)):
                yield end, _passed(self._items[at:end], path, cost)

    def _told_aside(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        """A story: what it names may be spoken of later, and it makes the reading less sure."""
        if at not in self._stories:
            return
        end, extra = self._stories[at]
        things = [item.thing for item in self._items[at:end] if item.kind == "thing"]
        named = [thing for thing in things if thing.kind not in _PRONOUNS]
        state = replace(path.state, mentioned=(*path.state.mentioned, *named), told=True)
        if any(item.kind == "hand" for item in self._items[at:end]) and not things and state.last is None:
            state = replace(state, last=Act("move"))  # "your hand is in my light, nudge it ..."
        cost = path.cost + (STORY_MORE if path.state.told else STORY) + extra
        yield end, replace(path, cost=cost, state=state, stories=(*path.stories, (at, end)))

    def _leads_on(self, at: int) -> bool:
        """Whether a verb follows with nothing but courtesies before it: "i would not like you to take it"."""
        while at < len(self._items) and self._items[at].kind == "skip" and self._items[at].value != "so":
            at += 1
        return at < len(self._items) and self._items[at].kind in ("verb", "home")

    def _negations(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        """What is not to be done, up to the next boundary."""
        tale = self._items[at].value == "tale"
        for end in range(at + (1 if tale else 2), min(at + LONGEST_NEGATION, len(self._items)) + 1):
            negated = self._items[at + 1 : end]
            ends = end == len(self._items) or self._ends_negation(end, tale)
            if ends and (tale or any(item.kind in _FORBIDDEN or item.value == "there" for item in negated)):
                yield end, self._negated(negated, path)
                return

    def _ends_negation(self, at: int, tale: bool) -> bool:
        """A plain "and" leads on: "do not take it and put it down" moves nothing; so does a verb after "i think"."""
        item = self._items[at]
        if item.kind == "verb" and (tale or self._items[at - 1].kind == "then"):
            return False
        return (item.kind in _NEGATION_ENDS and item.value != "and") or item.value == "so"

    def _negated(self, items: Sequence[Item], path: Path) -> Path:
        """It leaves only what "it" may mean."""
        found = interpret(items, path.state, self._polite_past)
        state = _with_mentioned(path.state, items)
        if found is not None:
            state = replace(found[2], last=path.state.last, codes=path.state.codes)
        return replace(path, cost=path.cost + NEGATION + NEGATED_ITEM * len(items), state=state)

    def _clauses(self, at: int, path: Path) -> Iterator[tuple[int, Path]]:
        begun = CLAUSE if self._bound(at) else CLAUSE + UNBOUND
        begun += SUBJECT if self._has_subject(at) else 0.0
        for end in range(at + 1, min(at + LONGEST_CLAUSE, len(self._items)) + 1):
            last = self._items[end - 1].kind
            if last in ("not", "repair", "order", "doubt"):
                return
            if last in ("comma", "then", "skip") and self._items[end - 1].value not in ("there", "too"):
                continue
            found = interpret(self._items[at:end], path.state, self._polite_past)
            if found is not None:
                acts, cost, state = found
                cost += begun + self._doubt(at, path, acts) + (SUBJECT if self._told(at, end, path) else 0.0)
                cost += STRANGE if self._stated(at, end) else IDLE if self._idle(at, end, acts) else 0.0
                used = path.used + self._items[end - 1].end - self._items[at].start
                acted = (*path.acts, (at, acts))
                yield end, replace(path, cost=path.cost + cost, acts=acted, state=state, used=used)

    def _idle(self, at: int, end: int, acts: tuple[Act, ...]) -> bool:
        """Whether an amount before the verb says nothing here: in "to the left by 5 cm put ..." it belongs before."""
        kinds = [item.kind for item in self._items[at:end]]
        before = kinds[: kinds.index("verb")] if "verb" in kinds else []
        return "amount" in before and not any(act.amount for act in acts)

    def _doubt(self, at: int, path: Path, acts: tuple[Act, ...]) -> float:
        """Whether the thing named before is forgotten, and whether "it" may mean a thing that nobody here knows."""
        cost = DEBT if path.state.owed and not _taken_up(path.state.pending, acts) else 0.0
        pronoun = any(act.object is not None and act.object.kind == IT for act in acts)
        if path.state.told and not path.state.objects and not path.state.owed and self._points(at):
            cost += STORY_IT
        return cost + (STRANGE if pronoun and any(item.kind == "unknown" for item in self._items[: at + 4]) else 0.0)

    def _points(self, at: int) -> bool:
        """Whether the first thing from here on is a pronoun."""
        return next((item.thing.kind == IT for item in self._items[at:] if item.kind == "thing"), False)

    def _told(self, at: int, end: int, path: Path) -> bool:
        """ "last week ...", "... already": it tells of what was."""
        begun = max(0, at - TELLING, path.stories[-1][1] if path.stories else 0)
        around = (*self._items[begun:at], *self._items[end : end + TELLING])
        return any(item.kind == "remark" and item.value == "past" for item in around)

    def _stated(self, at: int, end: int) -> bool:
        """ "The house is big": a place to go to without going, of which something is told."""
        kinds = {item.kind for item in self._items[at:end]}
        told = end < len(self._items) and self._items[end].kind == "remark"
        return told and "home" in kinds and kinds.isdisjoint(("verb", "comma"))

    def _has_subject(self, at: int) -> bool:
        """ "i can get it": no request."""
        while at > 0 and self._items[at - 1].kind == "skip":
            at -= 1
        subject = at > 0 and self._items[at - 1].kind == "remark" and self._items[at - 1].value == "subject"
        return subject and not (at > 1 and self._items[at - 2].kind == "not")


def _topic(thing: Description, path: Path) -> Path:
    """A thing named before it is said what to do with it: owed until a clause takes it up."""
    known = path.state.pending
    if path.state.owed and known is not None and (one := same(known, thing)) is not None:
        return replace(path, cost=path.cost + RESUMED, state=replace(path.state, pending=one))
    cost = path.cost + ALONE["thing"] + (DEBT if path.state.owed else 0.0)
    if thing.kind in (IT, THEM):
        return replace(path, cost=cost)
    if thing.kind == ONE:
        thing = replace(thing, kind=kind_before((), path.state))
    state = replace(path.state, mentioned=(*path.state.mentioned, thing), pending=thing, owed=True)
    return replace(path, cost=cost, state=state)


def _passed(items: Sequence[Item], path: Path, cost: float) -> Path:
    """Said aside: it moves nothing, and "it" may mean a thing in it."""
    return replace(path, cost=path.cost + cost, state=_with_mentioned(path.state, items))


def _with_mentioned(state: State, items: Sequence[Item]) -> State:
    things = tuple(item.thing for item in items if item.kind == "thing" and item.thing.kind not in _PRONOUNS)
    state = replace(state, place=_last_place(items) or state.place)
    return replace(state, mentioned=(*state.mentioned, *things), pending=things[-1]) if things else state


def _last_place(items: Sequence[Item]) -> Item | None:
    return next((item for item in reversed(items) if item.kind == "at" and item.things), None)


def _taken_up(thing: Description | None, acts: tuple[Act, ...]) -> bool:
    if thing is None:
        return False
    things = [act.object for act in acts if act.object is not None]
    if not thing.relation:
        things += [anchor for act in acts for anchor in act.anchors]
    return any(same(other, thing) is not None for other in things)
