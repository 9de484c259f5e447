"""The expert's skills at the drawer: open it, close it, put things into it. Metres and radians in the base frame."""

from __future__ import annotations

import numpy as np

from vla_assistant.sim import arm_model, outlines, spots
from vla_assistant.sim.drawer_model import FLOOR_TOP, GRASP_HEIGHT, TRAVEL, WALL_TOP
from vla_assistant.sim.hand import CLEAR, CLOSED, GRASP_XY, GRASP_Z, OPEN, Answer, Hand

OPENED, CLOSED_AT = 0.90, 0.05  # share of the way: inside what counts as open (0.85) and shut (0.08)
PULLED, PUSHED = 0.97, 0.02  # where a hand that holds the handle lets go
OPEN_ENOUGH = 0.80  # to put something in
_PULL = 0.018  # m in one action
_GRIPPED = 0.30  # opening of the gripper around the tab, at most


def slide(hand: Hand, wanted: float) -> Answer:
    """Open (`wanted` 1) or close (0) the drawer by its handle; first lay down what is in the hand."""
    opening, held = hand.world.drawer_opening(), hand.now.holding()
    arrived = opening > OPENED if wanted else opening < CLOSED_AT
    far_enough = opening > PULLED if wanted else opening < PUSHED
    if held is not None:
        return (hand.stay(CLOSED), True) if arrived else _lay_down(hand, held)
    goal = np.array([*hand.world.drawer_handle()[:2], GRASP_HEIGHT])
    gripped = hand.around(goal, 0.0) and hand.opening < _GRIPPED
    if far_enough or (arrived and not gripped):
        return _let_go(hand, goal)
    if not hand.around(goal, 0.0):
        return hand.approach(goal, 0.0, OPEN, hand.hover(GRASP_HEIGHT)), False
    if not gripped:
        return hand.move(goal, 0.0, CLOSED), False
    left = abs(wanted - opening) * TRAVEL
    ahead = (1.0 if wanted else -1.0) * min(_PULL, max(0.006, 0.5 * left))
    goal[0] = hand.command[0, 3] + ahead
    return hand.move(goal, 0.0, CLOSED), False


def place_in_drawer(hand: Hand, thing: int) -> Answer:
    """Into the open drawer at a free spot; a drawer that is shut is opened first."""
    now = hand.now
    carried = now.held(thing) and float(now.bottoms[thing]) > FLOOR_TOP + 0.006
    if now.in_drawer(thing) and not carried:
        return hand.leave(thing)
    if hand.world.drawer_opening() < OPEN_ENOUGH:
        return slide(hand, 1.0)
    if not now.held(thing):
        return hand.pick(thing)
    spot = spots.in_the_drawer(now, hand.world, thing)
    return hand.release_at(thing, spot, _release_height(hand, thing), 0.010, 0.0)


def _release_height(hand: Hand, thing: int) -> float:
    """Of the thing's bottom, so that the fingers open above the walls and above what lies in the drawer [m]."""
    now = hand.now
    reach = float(hand.tool[2] - now.bottoms[thing]) - arm_model.FINGER_BELOW_TOOL
    lying = [top for i, top in enumerate(outlines.tops(now)) if i != thing and now.in_drawer(i)]
    return max(FLOOR_TOP + 0.004, max([WALL_TOP, *lying]) + 0.004 - reach)


def _lay_down(hand: Hand, held: int) -> Answer:
    return hand.release_at(held, spots.on_the_table(hand.now, hand.world, held), 0.002, 0.015)


def _let_go(hand: Hand, handle: np.ndarray) -> Answer:
    """Open and rise straight up from the handle."""
    away = float(np.hypot(*(handle[:2] - hand.tool[:2])))
    low = bool(hand.tool[2] < GRASP_HEIGHT + CLEAR)
    if away > 0.05 or not low:
        return hand.stay(OPEN), True
    if hand.opening < 0.9 and hand.tool[2] < GRASP_HEIGHT + GRASP_Z + GRASP_XY:
        return hand.stay(OPEN), False
    return hand.rise(GRASP_HEIGHT + CLEAR + 0.03, OPEN), False
