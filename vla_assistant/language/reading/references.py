"""What pronouns and things half named mean, from what the sentence spoke of before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.request import ALL, ANYTHING, IT, Act, Description

INSIDE = ("bowl", "cup")
_INTO = ("in", "into")


@dataclass(frozen=True)
class State:
    """What the sentence spoke of so far: things of the last act and before, for pronouns and what is left out."""

    objects: tuple[Description, ...] = ()
    anchors: tuple[Description, ...] = ()
    mentioned: tuple[Description, ...] = ()
    last: Act | None = None
    codes: str = ""
    pending: Description | None = None
    owed: bool = False
    verbless: bool = False
    place: Item | None = None
    """Where "there" is."""
    told: bool = False
    """Whether a story was told."""
    avoided: tuple[Description, ...] = ()
    """What must not be touched, and so is nothing that "it" is moved."""


def objects_of(things: list[Description], state: State) -> list[Description] | None:
    if not things and state.pending is not None:
        return [state.pending]
    if not things:
        return list(state.objects) or [Description(IT)]
    objects: list[Description] = []
    for thing in things:
        if thing.kind == IT and state.pending is not None:
            objects.append(state.pending)
        elif thing.kind == IT:
            single = [known for known in state.mentioned if known.number == 1 and known not in state.avoided]
            if state.objects and state.objects[-1].number == 1:
                objects.append(state.objects[-1])
            elif single:
                objects.append(single[-1])
            else:
                objects.append(state.objects[-1] if state.objects else thing)
        elif thing.kind == THEM:
            objects.extend(_several(state) or [Description(IT, number=ALL)])
        elif thing.kind == ONE:
            objects.append(replace(thing, kind=_kind_of_colour(thing, state) or kind_before(objects, state)))
        else:
            objects.append(_spoken_of(thing, state))
    return objects


def resolved(item: Item, objects: list[Description], state: State) -> Item | None:
    """The anchors of a relation with their pronouns resolved."""
    anchors: list[Description] = []
    for thing in item.things:
        if thing.kind == THEM:
            several = _several(state)
            if len(several) < 2:
                return None
            anchors.extend(several[-2:])
        elif thing.kind == IT:
            found = _it(item.value, objects, state)
            anchors.append(found or thing)
        elif thing.kind == ONE:
            kind = _kind_of_colour(thing, state) or _anchor_kind(objects, state)
            anchors.append(replace(thing, kind=_inside(state) if item.value in _INTO and kind not in INSIDE else kind))
        else:
            anchors.append(_spoken_of(thing, state))
    if item.value == "between" and len(anchors) == 1 and anchors[0].number in (2, ALL):
        alike = list(
            dict.fromkeys(known for known in state.mentioned if known.kind == anchors[0].kind and known not in objects)
        )
        anchors = alike if len(alike) == 2 else anchors
    if item.value == "between" and len(anchors) < 2 and not (anchors and anchors[0].number in (2, ALL)):
        return None
    return replace(item, things=tuple(anchors))


def _inside(state: State) -> str:
    """The kind of what was last spoken of that things can be put in: "the cube in the one on the right"."""
    return next((known.kind for known in reversed(state.mentioned) if known.kind in INSIDE), ANYTHING)


def _kind_of_colour(thing: Description, state: State) -> str | None:
    """The kind of the only thing of that colour that was spoken of."""
    alike = {known.kind for known in state.mentioned if thing.colour and known.colour == thing.colour}
    return alike.pop() if len(alike) == 1 else None


def kind_before(objects: Sequence[Description], state: State) -> str:
    for known in (*reversed(objects), *reversed(state.objects), *reversed(state.mentioned)):
        if known.kind not in (IT, THEM, ONE):
            return known.kind
    return ANYTHING


def _spoken_of(thing: Description, state: State) -> Description:
    """ "the cube" after "the red cube" is the red cube, unless another cube was spoken of too."""
    if any(anchor.kind == IT for anchor in thing.anchors):
        known = state.pending or next(iter((*reversed(state.objects), *reversed(state.mentioned))), None)
        return replace(thing, anchors=tuple(known if known and a.kind == IT else a for a in thing.anchors))
    if thing == Description(ANYTHING, number=ALL) and state.owed and state.pending is not None:
        return state.pending if state.pending.number == ALL else thing
    if thing != Description(thing.kind):
        return thing
    if thing.kind == ANYTHING and state.objects and state.objects[-1].number == 1:
        return state.objects[-1]
    alike = {
        known for known in state.mentioned if known.kind == thing.kind and known.number == 1 and known.choice != "other"
    }
    return alike.pop() if len(alike) == 1 else thing


def _several(state: State) -> list[Description]:
    if len(state.objects) > 1 or (state.objects and state.objects[0].number != 1):
        return list(state.objects)
    unique = list(dict.fromkeys(state.mentioned))
    return unique[-2:]


def _anchor_kind(objects: list[Description], state: State) -> str:
    if state.anchors:
        return state.anchors[-1].kind
    return kind_before(objects, state)


def _it(relation: str, objects: list[Description], state: State) -> Description | None:
    known = [*reversed(state.objects), *reversed(state.anchors), *reversed(state.mentioned)]
    others = [thing for thing in known if thing not in objects and thing.number == 1]
    if state.pending is not None and state.pending not in objects and state.pending.number == 1:
        others = [state.pending, *others]
    if relation not in ("in", "on", "into", "onto", "from") and state.last is not None and state.last.skill == "place":
        others = [thing for thing in reversed(state.anchors) if thing not in objects] + others
    if relation in ("in", "into", "from"):
        inside = [thing for thing in others if thing.kind in INSIDE]
        recent = [thing for thing in reversed(state.mentioned) if thing.kind in INSIDE and thing not in objects]
        return next(iter(recent or inside), None)
    return others[0] if others else None


def antecedent(state: State) -> list[Description]:
    if state.pending is not None:
        return [state.pending]
    return list(state.objects) or [Description(IT)]
