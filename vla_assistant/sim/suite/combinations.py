"""Sequences of steps: those that training never shows (`unseen-tasks`), and a test for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import DRAWER, IN_DRAWER, Draft, Draw
from vla_assistant.sim.suite.kinds import kind_of
from vla_assistant.types import Reference, Step

Labels = tuple[str, ...]


def label(step: Step) -> str:
    """The step's sort: "place_in", "stack", "put_in_drawer", a relation, "push_left", "open_drawer", ... or a skill."""
    if step.skill == "push" and step.destination is not None:
        return f"push_{step.destination.name}"
    if step.skill in ("open", "close"):
        return f"{step.skill}_drawer"
    if step.skill != "place" or step.destination is None:
        return step.skill
    if step.relation:
        return step.relation
    return {"drawer": "put_in_drawer", "plate": "place_on", "cube": "stack"}.get(step.destination.name, "place_in")


def contains_unseen(steps: Sequence[Step]) -> bool:
    """Whether one of the unseen combinations happens within these steps, in its order, other steps between or not."""
    labels = [label(step).partition("push_")[1] or label(step) for step in steps]
    return any(_within(labels, combination) for combination in UNSEEN.values())


def _within(labels: Sequence[str], wanted: Labels) -> bool:
    rest = iter(labels)
    return all(name in rest for name in wanted)


UNSEEN: dict[str, Labels] = {
    "put_away": ("open_drawer", "put_in_drawer", "close_drawer"),
    "push_then_stack": ("push_", "stack"),
    "next_to_then_give": ("next_to", "give"),
    "retrieve_then_plate": ("open_drawer", "pick", "place_on"),
    "place_in_then_push": ("place_in", "push_"),
    "stack_then_close": ("stack", "close_drawer"),
    "left_then_right": ("left_of", "right_of"),
    "give_then_open": ("give", "open_drawer"),
}
"""Labels of the steps of each combination that no recording shows; "push_" is a push to any side."""


def _put_away(draw: Draw) -> Draft:
    place = Step("place", draw.moved("drawer"), DRAWER)
    return Draft(((Step("open", DRAWER), place, Step("close", DRAWER)),), drawer=0.0)


def _push_then_stack(draw: Draw) -> Draft:
    push = Step("push", draw.pushed(), Reference(draw.one_of(("left", "right", "forward", "back"))))
    below = draw.thing(("cube",))
    return Draft(((push, Step("place", draw.moved("cube"), below)),))


def _next_to_then_give(draw: Draw) -> Draft:
    place = Step("place", draw.moved(), draw.thing(tuple(things.SHAPES)), "next_to")
    return Draft(((place, Step("give", draw.moved())),))


def _retrieve_then_plate(draw: Draw) -> Draft:
    marker, plate = draw.thing(("marker",)), draw.thing(("plate",))
    steps = (Step("open", DRAWER), Step("pick", marker), Step("place", marker, plate))
    return Draft((steps,), starts={kind_of(marker): IN_DRAWER}, drawer=0.0)


def _place_in_then_push(draw: Draw) -> Draft:
    push = Step("push", draw.pushed(), Reference(draw.one_of(("left", "right", "forward", "back"))))
    bowl = draw.thing(("bowl",))
    return Draft(((Step("place", draw.moved("bowl"), bowl), push),))


def _stack_then_close(draw: Draw) -> Draft:
    below = draw.thing(("cube",))
    return Draft(((Step("place", draw.moved("cube"), below), Step("close", DRAWER)),), drawer=1.0)


def _left_then_right(draw: Draw) -> Draft:
    anchor = draw.thing(("cube", "ball", "can", "cup", "bowl", "plate"))
    steps = (Step("place", draw.moved(), anchor, "left_of"), Step("place", draw.moved(), anchor, "right_of"))
    return Draft((steps,))


def _give_then_open(draw: Draw) -> Draft:
    return Draft(((Step("give", draw.moved()), Step("open", DRAWER)),), drawer=0.0)


COMBINATIONS: dict[str, Callable[[Draw], Draft]] = {
    "put_away": _put_away,
    "push_then_stack": _push_then_stack,
    "next_to_then_give": _next_to_then_give,
    "retrieve_then_plate": _retrieve_then_plate,
    "place_in_then_push": _place_in_then_push,
    "stack_then_close": _stack_then_close,
    "left_then_right": _left_then_right,
    "give_then_open": _give_then_open,
}
"""How to draw each of them."""
