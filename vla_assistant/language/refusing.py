"""Why something cannot be done, and what can be done instead, said about what is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vla_assistant.language import vocabulary
from vla_assistant.language.naming import names
from vla_assistant.language.phrasing import listed, plurals, shown, what_is_seen, with_article
from vla_assistant.language.request import ANYTHING, IT, LIFTING, Description
from vla_assistant.language.resolution import Refusal
from vla_assistant.language.vocabulary import UNNAMED, Thing
from vla_assistant.types import SeenThing

_SAID = {
    "pick": "pick up {}",
    "place": "pick up {}",
    "put_down": "pick up {}",
    "give": "give you {}",
    "push": "push {}",
}
_VERBS = {"pick": "lift", "place": "lift", "put_down": "lift", "give": "lift", "push": "push"}
_SIDES = {"left": "on the left", "right": "on the right", "middle": "in the middle"}
_SUPERLATIVES = {"near": "nearest", "far": "farthest"}
_MOST_NAMED = 4


def able(skill: str, kind: str, things: Mapping[str, Thing]) -> bool:
    """Whether that can be done with things of that kind."""
    known = things.get(kind)
    if known is None:
        return kind == UNNAMED
    return known.lift if skill in LIFTING else known.push if skill == "push" else True


def not_seen(thing: Description, skill: str, seen: Sequence[SeenThing], things: Mapping[str, Thing]) -> Refusal:
    """No thing fits the description; what is like it, and what could be said instead."""
    like = [other for other in seen if thing.kind in (ANYTHING, other.reference.name)]
    like = like or [other for other in seen if thing.colour == other.reference.colour is not None] or list(seen)
    missing = 'I do not know what "it" is.' if thing.kind == IT else f"I see no {described(thing)}."
    return Refusal(f"{missing} {what_is_seen(like)}{_for_example(skill, like, seen, things)}")


def too_few(thing: Description, found: Sequence[SeenThing], seen: Sequence[SeenThing]) -> Refusal:
    """Fewer fit than were asked for."""
    there = f"only {listed(names(found, seen))}" if found else "none"
    return Refusal(f"I see {there}, not {thing.number} of them.")


def not_two(thing: Description, found: Sequence[SeenThing], seen: Sequence[SeenThing]) -> Refusal:
    """More than the two fit that it should go between."""
    return Refusal(f"I see {listed(names(found[:_MOST_NAMED], seen))}, not {thing.number}. Say which you mean.")


def no_such_rank(thing: Description, found: Sequence[SeenThing], seen: Sequence[SeenThing]) -> Refusal:
    """There is no third from the left."""
    return Refusal(f"There are only {len(found)} of them: {listed(names(found, seen))}.")


def unable(skill: str, kind: str, seen: Sequence[SeenThing], things: Mapping[str, Thing]) -> Refusal:
    """That cannot be done with things of that kind."""
    lexicon = vocabulary.load().lexicon("en")
    can = [name for name in shown(things, seen) if able(skill, name, things)]
    said = f"I cannot {_VERBS[skill]} a {kind}; I can {_VERBS[skill]} {plurals(can, lexicon)}."
    return Refusal(f"{said}{_for_example(skill, list(seen), seen, things)}")


def does_not_hold(
    carrier: str, relation: str, kind: str, seen: Sequence[SeenThing], things: Mapping[str, Thing]
) -> Refusal:
    """A thing of that kind does not stay in or on the other."""
    lexicon = vocabulary.load().lexicon("en")
    holds = [name for name in shown(things, seen) if carrier in things and name in things[carrier].holds]
    takes = f"it takes {plurals(holds, lexicon)}" if holds else "nothing does"
    others = [other for other in seen if other.reference.name in things and kind in things[other.reference.name].holds]
    told = names(others[:_MOST_NAMED], seen)
    instead = f" The {kind} can go in or on {listed(told, 'or')}." if told else ""
    return Refusal(f"{with_article(kind).capitalize()} does not stay {relation} a {carrier}; {takes}.{instead}")


def itself(kind: str) -> Refusal:
    """Asked to be put on itself."""
    return Refusal(f"The {kind} cannot be put where it is the place itself. Say another place.")


def described(thing: Description) -> str:
    """The description in plain words: "red cup left of the farthest bowl"."""
    side = _SIDES.get(thing.side, "")
    anchors = listed(f"the {described(anchor)}" for anchor in thing.anchors)
    where = f"{thing.relation} {anchors}" if thing.relation else ""
    other = "other" if thing.choice == "other" else ""
    first = _SUPERLATIVES.get(thing.side, "")
    return " ".join(filter(None, (other, first, thing.colour, thing.kind, side, where)))


def _for_example(skill: str, like: Sequence[SeenThing], seen: Sequence[SeenThing], things: Mapping[str, Thing]) -> str:
    references = [other.reference for other in seen]
    for other in sorted((*like, *seen), key=lambda other: (other not in like, references.count(other.reference) > 1)):
        if skill in _SAID and able(skill, other.reference.name, things):
            return f" I can, for example, {_SAID[skill].format(names([other], seen)[0])}."
    return ""
