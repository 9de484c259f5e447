"""Parts of a sentence that are no request by themselves: "the blue one", "not on the plate, next to it", "5 cm"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vla_assistant.language.manner import manner_after
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.cutting import Cutter
from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.request import ALL, ANYTHING, IT, Description
from vla_assistant.language.turn_words import load
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.words import without

_WITHOUT_WEIGHT = ("skip", "comma", "then", "repair")
_RELATIONS = {"into": "in", "onto": "on", "near": "next to"}
_BACK = "back"
"""No direction beside a place: "back on the plate"."""
_SUBJECTS = ("it", "he", "she", "they")
_IS = ("is", "are", "was", "were")
_THE_REST = tuple(
    tuple(said.split())
    for said in ("the rest", "all the rest", "the rest of them", "the others", "all the others", "the other ones")
)
"""Of what was spoken of; "the rest" is home only in "to the rest"."""
_NEVER_INSIDE = "plate"
_POINTING = ("that", "this")
_SEEMS = ("looks", "looked", "seems", "seemed", "sounds", "sounded", "feels", "felt", "smells")
_WHICH = ("that", "which", "what", "who")
DESTINATIONS = ("in", "on", "to", "next to", "left of", "right of", "in front of", "behind", "between")


@dataclass(frozen=True)
class Fragment:
    """What a part of a sentence names.

    Attributes:
        things: Things, "the blue one" with the kind ANYTHING.
        relation: Where to, with its `anchors`; empty when it names no place.
        direction: Of a push or of the hand.
        amount: How far.
        manner: Of "slow", "fast", "careful".
        avoid: What must not be touched.
        rejected: Things that are not meant: "not the can".
        rejected_place: Whether the place is not meant: "not on the plate".
        receiver: "me" or "table" when that is where to.
    """

    things: tuple[Description, ...] = ()
    relation: str = ""
    anchors: tuple[Description, ...] = ()
    direction: str = ""
    amount: str = ""
    manner: frozenset[str] = frozenset()
    avoid: tuple[Description, ...] = ()
    rejected: tuple[Description, ...] = ()
    rejected_place: bool = False
    receiver: str = ""

    def __or__(self, other: Fragment) -> Fragment:
        """Both together; of what only one can be meant, the later: "in front of the plate, no, behind it"."""
        later = other if other.relation else self
        if self.anchors and other.relation and [thing.kind for thing in other.anchors] == [IT]:
            later = replace(other, anchors=self.anchors)
        return Fragment(
            things=(*self.things, *other.things),
            relation=later.relation,
            anchors=later.anchors,
            direction=other.direction or self.direction,
            amount=other.amount or self.amount,
            manner=manner_after(self.manner, other.manner),
            avoid=(*self.avoid, *other.avoid),
            rejected=(*self.rejected, *other.rejected),
            rejected_place=self.rejected_place or other.rejected_place,
            receiver=other.receiver or self.receiver,
        )

    @property
    def is_direction(self) -> bool:
        """Whether it says where the hand should go, and nothing of things and places."""
        return bool(self.direction) and not (self.things or self.relation or self.receiver)

    @property
    def is_complete(self) -> bool:
        """Whether it could be a request by itself: a thing and where to."""
        return bool(self.things) and bool(self.relation or self.direction or self.receiver)

    @property
    def is_vague(self) -> bool:
        """Whether it is only "a lot" or "a bit", which people say of many things."""
        return self == Fragment(amount=self.amount) and not self.amount[:1].isdigit()

    @property
    def says_something(self) -> bool:
        """Whether it names anything that is meant."""
        named = self.things or self.relation or self.direction or self.amount or self.receiver
        return bool(named or self.manner or self.avoid)

    @property
    def is_manner(self) -> bool:
        """Whether it only says how, or what not to touch."""
        return self.says_something and self == Fragment(manner=self.manner, avoid=self.avoid)

    @property
    def only_warns(self) -> bool:
        """Whether it only says what not to touch."""
        return bool(self.avoid) and self == Fragment(avoid=self.avoid)


def cut(words: Phrase, language: str = "en") -> list[Item]:
    """The elements of the words."""
    return Cutter(words, lexicons.load(language)).cut()


def fragment(words: Phrase, language: str = "en") -> Fragment | None:
    """What the words name, or None when they are more or less than names of things, places, directions and amounts."""
    found = Fragment()
    negated = False
    if without(load(language).fillers, words) in _THE_REST:
        return Fragment(things=(Description(ANYTHING, number=ALL, choice="other"),))
    items = _attached(cut(words, language))
    if _vague(items) or _states(words):
        return None
    for item in items:
        if item.kind == "not":
            negated = True
            continue
        if item.kind in _WITHOUT_WEIGHT:
            negated = negated and item.kind != "comma"
            continue
        part = _part(item, negated)
        if part is None:
            return None
        found, negated = found | part, False
    if found.relation and found.direction == _BACK:
        found = replace(found, direction="")
    return found if found != Fragment() else None


def _attached(items: Sequence[Item]) -> list[Item]:
    """With "in the cup on the plate" as one place, the cup that is there: only what is taken back has two."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if last is not None and _lies_there(last, item):
            anchor = replace(last.things[0], relation=item.value, anchors=tuple(map(_plain, item.things)))
            found[-1] = replace(last, end=item.end, things=(anchor,))
        else:
            found.append(item)
    return found


def _lies_there(first: Item, second: Item) -> bool:
    """Whether the second place, said in the same breath, says where the thing of the first one is."""
    if (first.kind, second.kind) != ("at", "at") or len(first.things) != 1 or not second.things:
        return False
    named = first.things[0]
    fits = second.value == "on" or (second.value == "in" and named.kind != _NEVER_INSIDE)
    return fits and first.value in ("in", "on") and not named.relation and first.end == second.start


def described(words: Phrase, language: str = "en") -> Description | None:
    """The one thing that the words describe, or None."""
    found = fragment(words, language)
    if found is None or len(found.things) != 1 or found != Fragment(things=found.things):
        return None
    return found.things[0]


def number(words: Phrase, language: str = "en") -> str:
    """The words as a number without a unit, "" when they are none."""
    said = " ".join(words)
    return said if said.isdigit() else lexicons.load(language).phrases.get(words, {}).get("numbers", "")


def mentioned(words: Phrase, language: str = "en") -> tuple[Description, ...]:
    """The things named anywhere in the words."""
    items = cut(words, language)
    named = (thing for item in items if item.kind in ("thing", "at") for thing in item.things)
    return tuple(thing for thing in named if thing.kind not in (IT, THEM, ONE, ANYTHING))


def pointed_at(words: Phrase, language: str = "en") -> tuple[Description, ...]:
    """The things named with "that" or "this": "push that cup"."""
    items = [item for item in cut(words, language) if item.kind in ("thing", "at")]
    pointing = [item for item in items if words[item.end - 2] in _POINTING or words[item.start] in _POINTING]
    return tuple(thing for item in pointing for thing in item.things)


def denies(words: Phrase, language: str = "en") -> bool:
    """Whether the words deny something, other than of a thing as in "so it does not tip"."""
    items = [item for item in cut(words, language) if item.kind != "skip"]
    before = [None, *items]
    return any(
        item.kind == "not" and (last is None or (last.kind != "thing" and words[last.end - 1] not in _SUBJECTS))
        for last, item in zip(before, items, strict=False)
    )


def denial(words: Phrase, language: str = "en") -> int:
    """How many words of denial the words begin with."""
    items = cut(words, language)
    return items[0].end if items and items[0].kind == "not" else 0


def warns(words: Phrase, language: str = "en") -> bool:
    """Whether the words name something that must not be touched."""
    return any(item.kind == "avoid" for item in cut(words, language))


def speaks_of_hand(words: Phrase, language: str = "en") -> bool:
    """Whether the words name the hand or the arm."""
    return any(item.kind == "hand" for item in cut(words, language))


def without_manner(words: Phrase, language: str = "en") -> tuple[Phrase, frozenset[str]]:
    """The words without those that say how, and how."""
    items = [item for item in cut(words, language) if item.kind == "manner"]
    left_out = {at for item in items for at in range(item.start, item.end)}
    rest = tuple(word for at, word in enumerate(words) if at not in left_out)
    return rest, frozenset(item.value for item in items)


def _states(words: Phrase) -> bool:
    """Whether the words tell what something is or seems: "the ball is yellow", "that looks good".

    Other than "the one that is yellow".
    """
    if any(word in _SEEMS for word in words[1:2]):
        return True
    return any(word in (*_IS, *_SEEMS) and before not in _WHICH for before, word in pairwise(words))


def _vague(items: Sequence[Item]) -> bool:
    """Whether only a direction or an amount stands beside words without weight: "thank you so much", "all from me"."""
    kinds = {item.kind for item in items}
    return "skip" in kinds and bool(kinds & {"direction", "amount"}) and not kinds & {"thing", "at", "repair"}


def _part(item: Item, negated: bool) -> Fragment | None:
    things = tuple(map(_plain, item.things))
    if negated:
        place = Fragment(rejected_place=True)
        return {"thing": Fragment(rejected=things), "at": place, "direction": place}.get(item.kind)
    match item.kind:
        case "at" if item.value == "with" and things:
            return Fragment(things=things)
        case "thing":
            return Fragment(things=things)
        case "at" if things and (relation := _RELATIONS.get(item.value, item.value)) in DESTINATIONS:
            return Fragment(relation=relation, anchors=things)
        case "avoid":
            return Fragment(avoid=things)
        case "direction":
            return Fragment(direction=item.value)
        case "amount":
            return Fragment(amount=item.value)
        case "manner":
            return Fragment(manner=frozenset({item.value}))
        case "me" | "table":
            return Fragment(receiver=item.kind)
    return None


def _plain(thing: Description) -> Description:
    """The thing with an open kind for "one", and "them" as all of "it"."""
    if thing.kind == THEM:
        return replace(thing, kind=IT, number=ALL)
    return replace(thing, kind=ANYTHING) if thing.kind == ONE else thing
