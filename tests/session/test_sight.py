"""What a plan's pictures say, with what lies in the shut drawer."""

import numpy as np

from vla_assistant.session.sight import moved, unseen
from vla_assistant.types import Grounding, PixelPoint, Plan, Reference, Step

MARKER, CUP, DRAWER = Reference("marker"), Reference("cup", "red"), Reference("drawer")
OPEN = Step("open", DRAWER)


def plan(*steps: Step, **seen: float) -> Plan:
    """The steps, with the confidence at which each thing is seen; the point moves with it."""
    heat = np.full((2, 2), 0.25, np.float32)
    named = {str(r): r for step in steps for r in (step.object, step.destination) if r is not None}
    found = [(named[name.replace("_", " ")], sure) for name, sure in seen.items()]
    return Plan(steps, "", 1.0, tuple(Grounding(r, "front", heat, PixelPoint("front", s, 0.5, s)) for r, s in found))


def test_what_is_taken_from_the_drawer_that_is_opened_first_need_not_be_seen():
    assert unseen(plan(OPEN, Step("pick", MARKER), drawer=0.9, marker=0.1)) == []
    assert unseen(plan(Step("pick", MARKER), marker=0.1)) == ["marker"]
    assert unseen(plan(Step("pick", MARKER), OPEN, drawer=0.9, marker=0.1)) == ["marker"]
    assert unseen(plan(OPEN, Step("pick", CUP), drawer=0.1, red_cup=0.9)) == ["drawer"]


def test_what_is_hidden_has_not_moved_but_what_comes_to_light_has():
    steps = (OPEN, Step("pick", MARKER))
    before = plan(*steps, drawer=0.9, marker=0.1)
    assert not moved(before, plan(*steps, drawer=0.9, marker=0.2))
    assert moved(before, plan(*steps, drawer=0.9, marker=0.8))
    assert moved(before, plan(*steps, drawer=0.4, marker=0.1))
