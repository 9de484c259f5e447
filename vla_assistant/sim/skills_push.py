"""The expert's skill of pushing to one of four sides. Metres and radians in the base frame."""

from __future__ import annotations

import math

import numpy as np

from vla_assistant.sim import arm_model, things
from vla_assistant.sim.hand import CLOSED, HOVER, OPEN, Answer, Hand
from vla_assistant.sim.regions import PushGoal, push_goal

WITHIN = 0.006  # m before the end at which it is enough
_CAGED = 0.034  # m: radius of what fits between the open fingers whichever way it lies
_FORTH = 0.018  # m in one action


def push(hand: Hand, thing: int, direction: str) -> Answer:
    """What fits between the open fingers is pushed there, hollow wide things from within: neither can roll or slip
    away. A long thing is gripped and drawn over the table."""
    goal, shape = push_goal(direction), hand.now.shapes[thing]
    if shape.inner_radius and shape.grip_width == 0.0:
        return _push_from(hand, thing, goal, CLOSED)
    if shape.radius > _CAGED:
        return _draw(hand, thing, goal)
    return _push_from(hand, thing, goal, OPEN)


def _left(hand: Hand, thing: int, goal: PushGoal) -> float:
    """How far it still has to go [m]."""
    return goal.sign * (goal.end - float(hand.now.positions[thing][goal.axis]))


def _push_from(hand: Hand, thing: int, goal: PushGoal, gripper: float) -> Answer:
    """With the open fingers around the thing, or with the closed ones inside it."""
    centre, caged = hand.now.positions[thing], gripper == OPEN
    depth = 0.020 if caged else things.FLOOR_THICKNESS + arm_model.FINGER_BELOW_TOOL + 0.004
    place = np.array([centre[0], centre[1], depth])
    over, left = depth + HOVER, _left(hand, thing, goal)
    if left < WITHIN:
        if hand.tool[2] > over - 0.02:
            return hand.stay(gripper), hand.now.still(thing)
        return hand.rise(over + 0.01, gripper), False
    heading = _heading(hand, goal) if caged else 0.0
    offset = np.abs(hand.tool - place)
    room = 0.035 if caged else hand.now.shapes[thing].radius - 0.012
    inside = offset[1 - goal.axis] < 0.022 and offset[goal.axis] < room and offset[2] < 0.010
    turned = abs(math.remainder(heading - hand.heading, 2 * math.pi))
    if not inside or turned > 0.3:
        return hand.approach(place, heading, gripper, hand.hover(depth, thing)), False
    place[goal.axis] = hand.command[goal.axis, 3] + goal.sign * min(_FORTH, max(0.006, 0.5 * left))
    return hand.move(place, heading, gripper), False


def _heading(hand: Hand, goal: PushGoal) -> float:
    """With the fingers apart along the way; for x the wrist's favourite heading unless the hand is at the other."""
    if goal.axis == 1:
        return 0.0
    return -math.pi / 2 if hand.heading < -1.0 else math.pi / 2


def _draw(hand: Hand, thing: int, goal: PushGoal) -> Answer:
    """Grip it where it lies, draw it along, let go."""
    now, left = hand.now, _left(hand, thing, goal)
    if left < WITHIN:
        return hand.leave(thing)
    if not now.held(thing):
        return hand.grip(thing), False
    place = hand.command[:3, 3].copy()
    place[2] = hand.tool[2] - now.bottoms[thing] + 0.0005
    place[goal.axis] += goal.sign * min(_FORTH, max(0.006, 0.5 * left))
    return hand.move(place, hand.heading, CLOSED), False
