"""From what the network believes and what the gripper reports to a judgement that can be said aloud: pure rules.

Three witnesses must agree that a step is done: the learned estimate of success, the estimated positions of object and
destination, and the gripper. One of them alone is fooled now and then; together they seldom are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import Judgement, RobotState, Step

# A gripper that holds something is neither shut nor open: 40 mm of 80 mm for the narrowest thing, 56 mm for the widest.
SHUT, OPEN = 0.25, 0.85
# Estimated positions are off by 5-10 mm; the limits leave room for that on the forgiving side.
LIFTED_Z = 0.060  # m, the centre of a thing lifted by 5 cm is at least 70 mm high
LYING_Z = 0.060  # m, the centre of a thing on the table is at most 30 mm high
STACKED_Z = 0.020  # m above the centre of the cube below; 40 mm is right
MIDDLE_Y = 0.125  # m, the outer thirds of the table begin at 0.14 m
SURE = 0.9
"""From this estimate of success on, a stack is refuted only by what is plainly elsewhere: of a thing that stands on
another the position is estimated worse than the success. In bowls, cups and on plates positions are good witnesses."""
ELSEWHERE_M = 0.10
REACHES = {"bowl": 0.050, "plate": 0.062, "cup": 0.025, "cube": 0.028}  # m between the centres of thing and destination


@dataclass(frozen=True, eq=False)
class Belief:
    """What the network makes of the pictures: success 0-1, and object and destination (2, 3) [m]."""

    success: float
    position: NDArray[np.floating]


def judge_step(step: Step, now: RobotState, belief: Belief, threshold: float) -> Judgement:
    """Whether the step is done.

    Args:
        step: What was to be done.
        now: The arm after it.
        belief: What the network makes of the pictures after it.
        threshold: From which estimate of success on the aim counts as reached.
    """
    objection = _gripper_objects(step, now) or _position_objects(step, belief)
    if objection:
        return Judgement(False, 1.0 - min(belief.success, 0.5), objection)
    done = belief.success >= threshold
    confidence = belief.success if done else 1.0 - belief.success
    return Judgement(done, max(confidence, 0.5), f"The picture {'shows' if done else 'does not show'} {_aim(step)}.")


def _gripper_objects(step: Step, now: RobotState) -> str:
    """What the gripper says against success; empty when nothing."""
    if step.skill == "pick":
        if now.gripper < SHUT:
            return f"The gripper closed without the {step.object}."
        if now.gripper > OPEN:
            return f"The gripper is open, so it cannot hold the {step.object}."
    elif step.skill in ("place", "put_down") and now.gripper_command < 0.5:
        return "The gripper has not let go."
    return ""


def _position_objects(step: Step, belief: Belief) -> str:
    """What the estimated positions say against success; empty when nothing."""
    if step.object is None or step.skill == "home":
        return ""
    thing, destination = belief.position
    stacked = step.destination is not None and step.destination.name == "cube"
    sure = stacked and belief.success >= SURE
    if step.skill == "pick" and thing[2] < LIFTED_Z:
        return f"The {step.object} seems to be still on the table."
    if step.skill == "put_down" and thing[2] > LYING_Z:
        return f"The {step.object} does not seem to be on the table."
    if step.skill == "push" and step.destination is not None:
        outward = -thing[1] if step.destination.name == "left" else thing[1]
        return "" if outward > MIDDLE_Y else f"The {step.object} does not seem to be far enough."
    if step.skill == "place" and step.destination is not None:
        away = math.hypot(*(thing[:2] - destination[:2]))
        if away > (ELSEWHERE_M if sure else REACHES.get(step.destination.name, 0.06)):
            return f"The {step.object} seems to lie {away * 100:.0f} cm beside the {step.destination}."
        if stacked and not sure and thing[2] - destination[2] < STACKED_Z:
            return f"The {step.object} does not seem to be on top of the {step.destination}."
    return ""


def _aim(step: Step) -> str:
    target = str(step.object) if step.object else "thing"
    aims = {
        "pick": f"the {target} lifted between the fingers",
        "place": f"the {target} in or on the {step.destination}",
        "put_down": f"the {target} on the table, released",
        "push": f"the {target} on the {step.destination.name if step.destination else ''} of the table",
        "home": "the arm at its resting place",
    }
    return aims[step.skill]
