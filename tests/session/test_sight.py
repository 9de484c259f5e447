"""What a plan misses in the picture."""

from __future__ import annotations

import numpy as np

from vla_assistant.session.sight import unseen
from vla_assistant.types import Grounding, PixelPoint, Plan, Reference, Step

DRAWER, MARKER, CUBE = Reference("drawer"), Reference("marker"), Reference("cube", "red")


def plan(*steps: Step, hidden: tuple[Reference, ...]) -> Plan:
    heat = np.ones((1, 1), np.float32)
    named = dict.fromkeys(r for step in steps for r in (step.object, step.destination) if r is not None)
    points = {r: PixelPoint("front", 0.5, 0.5, 0.05 if r in hidden else 0.9) for r in named}
    return Plan(steps, "", 0.5, tuple(Grounding(r, "front", heat, point) for r, point in points.items()))


def test_what_is_not_in_the_picture_is_missed() -> None:
    assert unseen(plan(Step("pick", CUBE), hidden=(CUBE,))) == ["red cube"]
    assert unseen(plan(Step("pick", CUBE), hidden=())) == []


def test_what_may_lie_in_the_drawer_is_not_missed_before_it_is_open() -> None:
    opening = Step("open", DRAWER)
    assert unseen(plan(opening, Step("pick", MARKER), hidden=(MARKER,))) == []
    assert unseen(plan(opening, Step("pick", MARKER), hidden=(DRAWER,))) == ["drawer"]
    assert unseen(plan(Step("pick", MARKER), opening, hidden=(MARKER,))) == ["marker"]
    assert unseen(plan(Step("pick", CUBE), opening, Step("place", CUBE, DRAWER), hidden=(CUBE,))) == ["red cube"]
