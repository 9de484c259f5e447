"""One clause of items -> acts: what the verb may mean, what it is done with, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.reading.attachment import attach, located
from vla_assistant.language.reading.items import THEM, Item
from vla_assistant.language.reading.references import State, antecedent, objects_of, resolved
from vla_assistant.language.reading.slots import Slots, collect
from vla_assistant.language.request import IT, Act, Description

VERBLESS = 0.3
ELLIPTIC = 0.45
STALE = 2.0
POINTED = 0.6
WISHED = 0.4
REOPENED = 0.4
UNBOUND = 0.6
UNSAID = 1.2
LIKE_BEFORE = 0.3
"""The act before with a thing somewhere: it may be a place to bring it to."""
TORN_BACK = 0.65
"""A place and "back", which may say together or apart where to."""
STATED = 0.3
"""A thing wished to be somewhere: "make sure that both cups are standing on the plate"."""
_STATES = ("in", "on", "near", "left of", "right of", "in front of", "behind", "between")
_CARRYING = ("PLG", "GL", "LG")
"""Verbs that move the hand when it was just opened or closed: "close it and take it up"."""
TOLD_APART = 0.2
_BESIDE = ("left of", "right of", "in front of", "behind", "next to", "between")


def interpret(items: Sequence[Item], state: State, polite_past: bool) -> tuple[tuple[Act, ...], float, State] | None:
    """The acts of one clause with the cost of reading it so, or None when it makes no sense as a clause."""
    slots = collect(items)
    if slots is None:
        return None
    if (
        slots.verb is not None
        and slots.verb.form == "past"
        and not polite_past
        and (not slots.subject or slots.verb.value == "LMH")
    ):
        slots.cost += STALE
    found = _frame(slots, state)
    if found is None:
        return None
    acts, cost, new = found
    return acts, cost + slots.cost, new


def _frame(slots: Slots, state: State) -> tuple[tuple[Act, ...], float, State] | None:
    codes, _, implied = (slots.verb.value if slots.verb else "").partition(":")
    things, ats = slots.things or [], slots.ats or []
    cost = 0.0 if codes or slots.too else VERBLESS
    if codes == "CP":  # "clamp the can" takes it, "clamp" closes
        known = state.pending is not None or bool(state.objects)
        codes = "C" if not ats and all(thing.kind == IT and not known for thing in things) else "P"
    if (codes in ("O", "C") and not ats and not things) or (
        codes in ("O", "C") and len(things) == 1 and things[0].kind == IT and not ats
    ):
        if slots.direction or slots.me or slots.home or slots.amount:
            return None
        return (
            (Act("open" if codes == "O" else "close"),),
            0.0,
            replace(state, last=Act("open" if codes == "O" else "close")),
        )
    if codes in ("O", "C"):
        return None
    if codes == "H" and ats and not slots.home:
        codes = "LD"
    if codes in ("H", "LDH") and not things and not ats and not slots.direction and not slots.table:
        return (Act("home"),), 0.0, replace(state, last=Act("home"))
    lowered = slots.amount or (slots.direction and not slots.me)
    if codes == "DL" and slots.hand and not things and not ats and lowered:  # "drop your hand 6 cm"
        return _moved(slots, "M", "down", state, cost)
    if codes == "DL" and slots.hand and not things and not ats:
        return (Act("open"),), 0.0, replace(state, last=Act("open"))
    if slots.home and slots.too and not codes:
        return None
    if slots.home and not ats and (not things or all(thing.kind == IT for thing in things)):
        if slots.direction in ("up", "down", "left", "right") or (codes and not set(codes) & set("LMHGPD")):
            return None
        if codes == "DL" and not things:  # "put down, home" are two
            return None
        return (Act("home"),), cost * 0.3, replace(state, last=Act("home"))
    if slots.home:
        return None
    if slots.hand == "hand" and things and all(thing.kind == IT for thing in things) and "M" in codes:
        things = []  # "the arm, it should descend"
        slots = replace(slots, things=[])
    if not things and not ats and (slots.hand or ((slots.direction or implied) and not slots.me)):
        return _moved(slots, codes, implied, state, cost)
    free = not ats and not slots.me and not slots.table and state.pending is None
    if free and (slots.direction or implied) and _means_the_hand(things, codes, state):
        return _moved(replace(slots, things=[]), "M", implied, state, cost)
    if free and (slots.direction or implied) and _carries_the_hand(things, slots, codes, state):
        return _moved(replace(slots, things=[]), codes, implied, state, cost)
    if slots.hand and things:
        if slots.hand == "hand" and not codes and slots.direction:
            return None
        cost += 0.5
    return _with_things(slots, codes, implied, state, cost)


def _means_the_hand(things: Sequence[Description], codes: str, state: State) -> bool:
    """Whether "it" is the hand: "go up, lower it", "open the gripper and raise it", "take the cup, carry it up"."""
    if not things or any(thing.kind != IT for thing in things) or state.last is None:
        return False
    if state.last.skill == "move" and "M" in codes:
        return True
    if state.last.skill in ("move", "pick") and codes == "LG" and state.objects:
        return True
    alone = not state.objects and not state.mentioned and state.last.skill in ("open", "close", "move", "home")
    return alone and (not codes or "M" in codes or codes == "GL")


def _carries_the_hand(things: Sequence[Description], slots: Slots, codes: str, state: State) -> bool:
    """Whether "it" is the hand of which a motion or a story told: "take the cup, open the hand, raise it"."""
    if not things or any(thing.kind != IT for thing in things) or state.last is None:
        return False
    carried = "M" in codes or (codes in _CARRYING and slots.direction) or (state.told and "S" in codes)
    return state.last.skill in ("move", "open", "close") and bool(carried)


def _moved(
    slots: Slots, codes: str, implied: str, state: State, cost: float
) -> tuple[tuple[Act, ...], float, State] | None:
    direction = slots.direction or implied
    if slots.direction and implied and slots.direction != implied:
        direction = slots.direction
    if not direction:
        return None
    again = (
        not slots.hand
        and state.last is not None
        and state.last.skill == "push"
        and (codes.startswith("S") or not codes)
    )
    if (again or codes == "S") and not slots.hand:
        if not state.objects or direction in ("up", "down"):
            return None
        acts = tuple(Act("push", thing, direction=direction, amount=slots.amount) for thing in state.objects)
        return acts, cost + (0.1 if again else 0.3), replace(state, last=acts[-1])
    if (
        codes
        and not set(codes) & set("MSLH")
        and "P" not in codes
        and not (slots.hand and codes in ("GL", "G", "LD", "PLG", "DL"))
    ):
        if codes == "LD" and not slots.hand and direction == "down":
            return _done("put_down", antecedent(state), slots, codes, state, 0.2)
        return None
    unheld = state.last is not None and state.last.skill in ("move", "close") and not state.objects
    if not slots.hand and codes.startswith("P") and not slots.amount and direction == "up" and not unheld:
        return _done("pick", antecedent(state), slots, codes, state, 0.2)
    act = Act("move", direction=direction, amount=slots.amount)
    extra = 0.0 if slots.hand or codes else -0.1
    return (act,), max(0.0, cost + extra), replace(state, last=act)


def _done(
    skill: str, objects: list[Description], slots: Slots, codes: str, state: State, cost: float
) -> tuple[tuple[Act, ...], float, State]:
    direction = slots.direction if skill == "push" else ""
    amount = slots.amount if skill == "push" else ""
    acts = tuple(Act(skill, thing, direction=direction, amount=amount) for thing in objects)
    return acts, cost, _after(state, acts, objects, (), codes)


def _after(
    state: State, acts: tuple[Act, ...], objects: Sequence[Description], anchors: tuple[Description, ...], codes: str
) -> State:
    about = [anchor for thing in objects for anchor in thing.anchors]
    kept = tuple(thing for thing in (*about, *anchors, *objects) if thing.kind not in (IT, THEM))
    named = tuple(thing for thing in objects if thing.kind not in (IT, THEM))
    place = Item("at", acts[-1].relation, 0, 0, anchors) if anchors else state.place
    said = (*state.mentioned, *kept)
    left = State(named or state.objects, anchors or state.anchors, said, acts[-1], codes, place=place)
    return replace(left, avoided=state.avoided)


def _with_things(
    slots: Slots, codes: str, implied: str, state: State, cost: float
) -> tuple[tuple[Act, ...], float, State] | None:
    things = list(slots.things or [])
    elliptic = not things
    objects = objects_of(things, state)
    if objects is None:
        return None
    if not codes and things and all(thing.kind == IT for thing in things):
        cost += POINTED
    if elliptic:
        cost += 0.15 if state.objects or state.pending else UNSAID
    if slots.state and not codes and not slots.ats and len(objects) == 1 and objects[0].relation in _STATES:
        thing = replace(objects[0], relation="", anchors=())
        relation = {"near": "next to"}.get(objects[0].relation, objects[0].relation)
        act = Act("place", thing, relation, objects[0].anchors)
        return (act,), cost + STATED, _after(state, (act,), [thing], act.anchors, "LD")
    ats = [resolved(item, objects, state) for item in slots.ats or []]
    if any(item is None for item in ats):
        return None
    if any(anchor.kind == IT for thing in objects for anchor in thing.anchors):
        cost += UNBOUND
    if len(objects) > 1 and any(thing.kind == IT for item in ats if item is not None for thing in item.things):
        cost += UNBOUND
    if slots.there and things and all(thing.kind == IT for thing in things) and state.objects:
        objects = list(state.objects)
    if slots.there and not slots.ats and state.place is not None and set(codes) & set("LD"):
        ats = [state.place]
        objects = [_elsewhere(thing, state.place) for thing in objects]
    after_giving = not codes and state.last is not None and state.last.skill == "give" and len(things) == 1
    if after_giving and len(ats) == 1 and slots.ats and slots.ats[0].value in _BESIDE and not _pointed(things):
        given = [located(objects[-1], ats[0])] if ats[0] is not None else objects
        return _like_before(given, state, slots, cost + TOLD_APART)  # "..., then the cup left of the can"
    placed = attach(objects, [item for item in ats if item is not None], slots, codes)
    if placed is None:
        return None
    objects, relation, anchors, extra = placed
    cost += extra
    direction = slots.direction or (implied if "S" in codes else "")
    if codes in ("S", "SLM") and not direction and not relation and slots.amount and objects and not slots.me:
        last = objects[-1]  # "push the cube on the right, three centimetres"
        if last.side in ("left", "right") and last.rank == 1:
            objects, direction = [*objects[:-1], replace(last, side="")], last.side
    if direction in ("left", "right") and "S" not in codes and not slots.amount:
        objects, anchors, direction = _sided(objects, anchors, direction, codes)
    if slots.me and ((codes.startswith("S") and "L" not in codes) or (things and not codes and slots.amount)):
        direction = direction or "back"
    if not codes and state.codes and not relation and not slots.me and not direction and not slots.table:
        if elliptic or state.last is None:
            return None
        cost += LIKE_BEFORE if any(thing.relation for thing in objects) else 0.0
        return _like_before(objects, state, slots, cost + (0.0 if slots.too else ELLIPTIC - VERBLESS))
    if codes == "M":
        direction = slots.direction or implied
    skill = _lifted(codes, direction) if not anchors else _skill(slots, codes, relation, direction, True)
    slots = replace(slots, direction=direction if slots.direction else "")
    skill = skill or _skill(slots, codes, relation, direction, bool(anchors))
    if skill is None:
        return None
    if skill == "place":
        if "S" in codes and slots.direction == "back" and relation not in ("in", "on"):
            cost += TORN_BACK
        if any(anchor == thing and thing.number == 1 for anchor in anchors for thing in objects):
            cost += 0.6
        acts = tuple(Act("place", thing, relation, anchors) for thing in objects)
        if state.verbless and codes and any(thing.kind == IT for thing in things):
            cost += REOPENED
        return acts, cost, replace(_after(state, acts, objects, anchors, codes), verbless=not codes)
    if skill == "push":
        amount = slots.amount
        acts = tuple(Act("push", thing, direction=direction, amount=amount) for thing in objects)
        return acts, cost, _after(state, acts, objects, (), codes)
    if state.verbless and _pointed(things) and skill in ("pick", "give"):
        cost += REOPENED
    if slots.amount and skill in ("give", "put_down"):
        cost += 0.3
    acts = tuple(Act(skill, thing) for thing in objects)
    if codes == "WGL" and skill == "give" and not slots.me:
        cost += WISHED
    if skill == "pick" and slots.amount and direction in ("up", ""):
        acts = (*acts, Act("move", direction="up", amount=slots.amount))
        cost += 0.2
    return acts, cost, _after(state, acts, objects, (), codes)


def _pointed(things: Sequence[Description]) -> bool:
    return any(thing.kind in (IT, THEM) for thing in things)


def _elsewhere(thing: Description, place: Item) -> Description:
    """The thing without the place that it is to go to."""
    return replace(thing, relation="", anchors=()) if thing.anchors == place.things else thing


def _sided(
    objects: list[Description], anchors: tuple[Description, ...], side: str, codes: str
) -> tuple[list[Description], tuple[Description, ...], str]:
    """ "the can to the right", "the plate to the left": no direction but which of several is meant."""
    if anchors and not anchors[-1].side:
        return objects, (*anchors[:-1], replace(anchors[-1], side=side)), ""
    if codes.startswith("P") and objects and not objects[-1].side:
        return [*objects[:-1], replace(objects[-1], side=side)], anchors, ""
    return objects, anchors, side


def _like_before(
    objects: list[Description], state: State, slots: Slots, cost: float
) -> tuple[tuple[Act, ...], float, State] | None:
    last = state.last
    assert last is not None
    if last.object is None or not objects:
        return None
    acts = tuple(replace(last, object=thing, amount=slots.amount or last.amount) for thing in objects)
    return acts, cost, _after(state, acts, objects, last.anchors, state.codes)


def _skill(slots: Slots, codes: str, relation: str, direction: str, anchored: bool) -> str | None:
    if slots.table and not anchored and direction in ("left", "right", "forward", "back") and "S" in codes:
        return "push"
    if slots.table and not (relation and anchored):
        return "put_down" if not codes or set(codes) & set("PLDG") else None
    if anchored:
        return "place" if not codes or set(codes) & set("LDS") or "G" in codes or "P" in codes else None
    if slots.me and not (slots.amount and direction == "back" and not codes):
        if not codes and not slots.things:
            return None
        if not codes or set(codes) & set("GPLDW"):
            return "give"
        return "push" if "S" in codes else None
    if codes == "GL" and direction and slots.amount:
        return "push"
    if codes.startswith(("G", "WG")):
        return "give"
    if direction:
        if direction == "up" and (not codes or "P" in codes or "L" in codes):
            return "pick"
        if direction == "down":
            return "put_down" if not codes or set(codes) & set("DLGP") else None
        if not codes or "S" in codes:
            return "push"
        if direction == "back" and codes in ("LD", "DL"):
            return "put_down"
        if "L" in codes and codes not in ("LD", "DL"):
            return "push"
        return "push" if "G" in codes and "M" not in codes else None
    if "P" in codes:
        return "pick"
    if codes in ("DL", "DLM"):
        return "put_down"
    return "pick" if codes == "LG" else None


def _lifted(codes: str, direction: str) -> str | None:
    """What a verb of the hand's motion means when it is said of a thing."""
    if codes != "M":
        return None
    return {"up": "pick", "down": "put_down"}.get(direction, "push" if direction else None)
